/** Ticks per second of PTS, DTS and the base of the PCR. ISO/IEC 13818-1 §2.4.3.5, §2.4.3.7. */
export const CLOCK_RATE = 90_000
/** Timestamps are 33 bits and wrap after 26.5 hours. */
export const WRAP = 2 ** 33

/** The 33 bits that go on the wire; negative times wrap below zero. */
export function wrap33(ticks: number): number {
  return ((ticks % WRAP) + WRAP) % WRAP
}

/** The value congruent to `wire` that is nearest to `reference`. */
export function unwrap33(wire: number, reference: number): number {
  return wire + Math.round((reference - wire) / WRAP) * WRAP
}

/** `time` of a clock of `clockRate` in 90 kHz ticks. */
export function toTicks(time: number, clockRate: number): number {
  return clockRate === CLOCK_RATE ? time : Math.round((time * CLOCK_RATE) / clockRate)
}

/**
 * Writes a 5-byte PTS or DTS field, with `marker` (0b0010, 0b0011 or 0b0001) in front. ISO/IEC 13818-1 §2.4.3.6.
 * `ticks` are 33 bits.
 */
export function writeTimestamp(out: Uint8Array, at: number, marker: number, ticks: number): void {
  const high = Math.floor(ticks / 2 ** 30)
  const low = ticks % 2 ** 30
  out[at] = (marker << 4) | (high << 1) | 1
  out[at + 1] = (low >> 22) & 0xff
  out[at + 2] = ((low >> 14) & 0xfe) | 1
  out[at + 3] = (low >> 7) & 0xff
  out[at + 4] = ((low << 1) & 0xfe) | 1
}

/** Reads a 5-byte PTS or DTS field. Marker bits are not looked at: encoders that clear them exist. */
export function readTimestamp(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! >> 1) & 7
  const mid = (bytes[at + 1]! << 7) | (bytes[at + 2]! >> 1)
  const low = (bytes[at + 3]! << 7) | (bytes[at + 4]! >> 1)
  return high * 2 ** 30 + mid * 2 ** 15 + low
}
