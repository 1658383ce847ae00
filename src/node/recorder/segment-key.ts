/** `space/app/name/2026-11-20/21-30-05.123Z_seg_....mp4`: a path's segments of a day in order, and all is in the name. */
export function segmentKey(path: string, startMs: number, id: string): string {
  const [day = '', time = ''] = new Date(startMs).toISOString().split('T')
  return `${path}/${day}/${time.replaceAll(':', '-')}_${id}.mp4`
}

const KEY = /^(.+)\/(\d{4}-\d\d-\d\d)\/(\d\d)-(\d\d)-(\d\d\.\d{3}Z)_(seg_[0-9a-z]{20})\.mp4$/

/** What a key says about its segment; null for other objects. */
export function parseSegmentKey(
  key: string,
): { readonly path: string; readonly startMs: number; readonly id: string } | null {
  const [, path, day, hours, minutes, seconds, id] = KEY.exec(key) ?? []
  if (path === undefined || id === undefined) return null
  return { path, startMs: Date.parse(`${day}T${hours}:${minutes}:${seconds}`), id }
}
