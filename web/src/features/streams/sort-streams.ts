import type { Order } from '../../components/data-table.tsx'
import type { Stream } from '../../lib/api/types.ts'

/** What each column sorts by. A stream that is off has no live numbers and stands below zero. */
const KEYS = {
  name: stream => stream.name,
  state: stream => (stream.state === 'on' ? 1 : 0),
  video: stream => (stream.live?.video ? stream.live.video.width * stream.live.video.height : -1),
  bitrate: stream => stream.live?.bitrateKbps ?? -1,
  fps: stream => stream.live?.fps ?? -1,
  viewers: stream => stream.live?.viewers ?? -1,
  since: stream => Date.parse(stream.live?.startedAt ?? '') || 0,
} as const satisfies Record<string, (stream: Stream) => string | number>

export type SortKey = keyof typeof KEYS

export const isSortKey = (key: string | undefined): key is SortKey => key !== undefined && key in KEYS

const byName = new Intl.Collator(undefined, { numeric: true })

/** Sorted copy; equal rows by name, then path, so that live numbers do not make equal rows jump. */
export function sortStreams(streams: readonly Stream[], by: SortKey, order: Order): readonly Stream[] {
  const key: (stream: Stream) => string | number = KEYS[by]
  const sign = order === 'asc' ? 1 : -1
  return streams.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    const difference = typeof x === 'number' && typeof y === 'number' ? x - y : byName.compare(String(x), String(y))
    return sign * difference || byName.compare(a.name, b.name) || a.path.localeCompare(b.path)
  })
}
