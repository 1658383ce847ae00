import { AppError } from '../../../base/errors.ts'

/** TagType, FLV §E.4.1; RTMP uses the same numbers as message types. */
export const AUDIO_TAG = 8
export const VIDEO_TAG = 9
export const SCRIPT_TAG = 18

/** Size of a tag header before the body. */
export const TAG_HEADER_BYTES = 11
/** PreviousTagSize after each tag. */
export const TAG_TRAILER_BYTES = 4

/** The FLV header (§E.2) and PreviousTagSize0. The flags are a promise that some players wait for, so they must fit. */
export function fileHeader(hasAudio: boolean, hasVideo: boolean): Buffer {
  const flags = (hasAudio ? 4 : 0) | (hasVideo ? 1 : 0)
  return Buffer.of(0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, 9, 0, 0, 0, 0)
}

/**
 * One tag around `bodyParts`, which are not copied: header (§E.4.1), parts, PreviousTagSize.
 *
 *   TagType(8) DataSize(24) Timestamp(24) TimestampExtended(8) StreamID(24)
 *
 * The timestamp wraps at 2^32 ms, 49 days. Throws AppError LIMIT_EXCEEDED for a body of 16 MiB or more.
 */
export function tag(type: number, timestampMs: number, bodyParts: readonly Uint8Array[]): Uint8Array[] {
  let size = 0
  for (const part of bodyParts) size += part.length
  if (size > 0xffffff) throw new AppError('LIMIT_EXCEEDED', { what: 'FLV tag', size, limit: 0xffffff })
  const ends = Buffer.allocUnsafe(TAG_HEADER_BYTES + TAG_TRAILER_BYTES)
  const time = timestampMs >>> 0 // modulo 2^32
  ends[0] = type
  ends.writeUIntBE(size, 1, 3)
  ends.writeUIntBE(time & 0xffffff, 4, 3)
  ends[7] = time >>> 24
  ends.writeUIntBE(0, 8, 3)
  ends.writeUInt32BE(TAG_HEADER_BYTES + size, TAG_HEADER_BYTES)
  return [ends.subarray(0, TAG_HEADER_BYTES), ...bodyParts, ends.subarray(TAG_HEADER_BYTES)]
}
