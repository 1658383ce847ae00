import { u32be } from '../../../base/bytes.ts'
import { fullBox, fullBoxReader, u32 } from './box.ts'

/** When media was made, by the wall clock. */
export interface ProducerReferenceTime {
  readonly trackId: number
  /** Milliseconds since 1970 UTC. */
  readonly wallMs: number
  /** Decoding time of the sample that was made then, ticks of the track. */
  readonly mediaTime: number
}

/** From 1900, where NTP begins, to 1970. RFC 5905 §6. */
const NTP_EPOCH_S = 2_208_988_800
/** The distance to the time of capture is the same for all samples. */
const CONSISTENT_OFFSET = 24

/** Goes in front of the `moof` it speaks of. ISO/IEC 14496-12 §8.16.5. */
export function producerReferenceTime({ trackId, wallMs, mediaTime }: ProducerReferenceTime): Buffer {
  const seconds = Math.floor(wallMs / 1000)
  const fraction = Math.round(((wallMs - seconds * 1000) / 1000) * 0x100000000)
  const time = Buffer.allocUnsafe(8)
  time.writeBigUInt64BE(BigInt(Math.max(0, mediaTime)))
  return fullBox('prft', 1, CONSISTENT_OFFSET, u32(trackId, (seconds + NTP_EPOCH_S) >>> 0, fraction >>> 0), time)
}

/** Content of a `prft`. Throws AppError BYTES_TOO_SHORT. Times are those of 1968 to 2104, as in RFC 5905 §6. */
export function readProducerReferenceTime(content: Uint8Array): ProducerReferenceTime {
  const { version, reader } = fullBoxReader(content, 'prft')
  const trackId = reader.u32()
  const ntp = reader.view(8)
  const seconds = u32be(ntp, 0)
  const era = seconds < 0x80000000 ? 0x100000000 : 0
  const wallMs = (seconds + era - NTP_EPOCH_S) * 1000 + Math.round((u32be(ntp, 4) * 1000) / 0x100000000)
  return { trackId, wallMs, mediaTime: version === 0 ? reader.u32() : reader.u64() }
}
