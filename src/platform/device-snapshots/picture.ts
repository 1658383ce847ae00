/** Pictures that devices send; what is none of these is not kept. */
export const PICTURE_TYPES = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', bmp: 'image/bmp' } as const
export type PictureKind = keyof typeof PICTURE_TYPES

/** By its first bytes, whatever its name says; null: no picture. */
export function pictureKind(bytes: Uint8Array): PictureKind | null {
  const begins = (...start: number[]) => start.every((byte, at) => bytes[at] === byte)
  if (begins(0xff, 0xd8, 0xff)) return 'jpeg'
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png'
  if (begins(0x52, 0x49, 0x46, 0x46) && String.fromCharCode(...bytes.subarray(8, 12)) === 'WEBP') return 'webp'
  return begins(0x42, 0x4d) ? 'bmp' : null
}

/** The part of a form (RFC 7578) that is a file; the whole when it is no form, which is what the standard has in mind. */
export function fileOf(bytes: Uint8Array, contentType: string): Uint8Array {
  const boundary = /^multipart\/form-data\b.*;\s*boundary="?([^";]{1,70})"?/i.exec(contentType)?.[1]
  if (boundary === undefined) return bytes
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const mark = Buffer.from(`--${boundary}`)
  for (let at = whole.indexOf(mark); at >= 0; ) {
    const next = whole.indexOf(mark, at + mark.length)
    if (next < 0) break
    const body = whole.indexOf('\r\n\r\n', at)
    if (body >= 0 && body < next && /filename=/i.test(whole.toString('latin1', at, body))) {
      return whole.subarray(body + 4, next - 2)
    }
    at = next
  }
  return new Uint8Array()
}
