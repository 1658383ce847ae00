import { videoCodecOfUnit } from '../../media/container/mpegps/codec-guess.ts'
import { PACK_START } from '../../media/container/mpegps/pack.ts'

export type PayloadFormat = 'ps' | 'h264' | 'h265' | 'pcma' | 'pcmu'

/** What a payload type means, and how its timestamps count. */
export interface PayloadType {
  readonly format: PayloadFormat
  /** Ticks per second of the RTP timestamp. */
  readonly clockRate: number
}

/** GB/T 28181-2022 Annex C.2 and RFC 3551 Table 4; 97 is MPEG-4 there, which no device sends any more. */
export const PAYLOAD_TYPES: ReadonlyMap<number, PayloadType> = new Map<number, PayloadType>([
  [0, { format: 'pcmu', clockRate: 8000 }],
  [8, { format: 'pcma', clockRate: 8000 }],
  [96, { format: 'ps', clockRate: 90_000 }],
  [97, { format: 'h264', clockRate: 90_000 }],
  [98, { format: 'h264', clockRate: 90_000 }],
  [99, { format: 'h265', clockRate: 90_000 }],
  [100, { format: 'h265', clockRate: 90_000 }],
])

const FORMAT_OF_ENCODING: ReadonlyMap<string, PayloadFormat> = new Map<string, PayloadFormat>([
  ['ps', 'ps'],
  ['mp2p', 'ps'],
  ['h264', 'h264'],
  ['h265', 'h265'],
  ['hevc', 'h265'],
  ['pcma', 'pcma'],
  ['pcmu', 'pcmu'],
])

/** The payload types of an SDP: what its rtpmap lines say goes before the usual meaning. RFC 8866 §6.6. */
export function payloadTypesOf(
  rtpmaps: readonly { readonly payloadType: number; readonly encoding: string; readonly clockRate: number }[],
): ReadonlyMap<number, PayloadType> {
  const types = new Map(PAYLOAD_TYPES)
  for (const { payloadType, encoding, clockRate } of rtpmaps) {
    const format = FORMAT_OF_ENCODING.get(encoding.toLowerCase())
    if (format) types.set(payloadType, { format, clockRate })
  }
  return types
}

/**
 * What the payload itself says: a pack header makes it a program stream, a parameter set tells the codec. Null when it
 * says nothing.
 */
export function formatOfPayload(payload: Uint8Array): PayloadFormat | null {
  for (let n = 0; n < PACK_START.length; n++) {
    if (payload[n] !== PACK_START[n]) return videoCodecOfUnit(payload[0] ?? 0, payload[1] ?? 0)
  }
  return 'ps'
}
