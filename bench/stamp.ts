/**
 * A mark inside the picture: an SEI message (user data unregistered, H.264 §D.1.7) in front of each access unit
 * with the frame's number and the moment it was sent. Servers carry it untouched, so a viewer can tell
 * whether a frame is missing and how long it travelled. Letters only, hence no emulation prevention.
 */
const MARK = 'sightline-bench!'
const DIGITS = 16
const SEI_BYTES = 3 + MARK.length + 2 * DIGITS + 1
/** Length prefix and SEI NAL unit. */
const STAMP_BYTES = 4 + SEI_BYTES
const NUMBER_AT = 4 + 3 + MARK.length

export interface Stamp {
  /** Counts from 0 at the start of the publisher. */
  readonly frame: number
  /** CLOCK_MONOTONIC of the machine, nanoseconds. */
  readonly sentNs: number
}

export function emptyStamp(): Buffer {
  const bytes = Buffer.alloc(STAMP_BYTES, 0x61)
  bytes.writeUInt32BE(SEI_BYTES, 0)
  bytes.set([0x06, 0x05, MARK.length + 2 * DIGITS], 4)
  bytes.write(MARK, 4 + 3, 'latin1')
  bytes[STAMP_BYTES - 1] = 0x80
  return bytes
}

/** Fills the stamp that begins at `at`. */
export function writeStamp(bytes: Buffer, at: number, frame: number, sentNs: number): void {
  const text = frame.toString(16).padStart(DIGITS, '0') + sentNs.toString(10).padStart(DIGITS, '0')
  bytes.write(text, at + NUMBER_AT, 'latin1')
}

/** Looks for a stamp at the front of an FLV video body. */
export function readStamp(body: Buffer): Stamp | null {
  const at = body.subarray(0, 512).indexOf(MARK, 0, 'latin1')
  if (at < 0) return null
  const text = body.toString('latin1', at + MARK.length, at + MARK.length + 2 * DIGITS)
  return { frame: digits(text.slice(0, DIGITS), 16), sentNs: digits(text.slice(DIGITS), 10) }
}

function digits(text: string, radix: number): number {
  return Number.parseInt(text, radix)
}

export function monotonicNs(): number {
  return Number(process.hrtime.bigint())
}
