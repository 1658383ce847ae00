import { u16be } from '../../base/bytes.ts'
import { AppError } from '../../base/errors.ts'
import type { NalCodec } from '../../media/codec/nal/annexb.ts'
import { MAX_NAL_UNITS } from '../../media/codec/nal/length-prefixed.ts'
import { isSlice, unitRole } from '../../media/container/elementary/access-unit.ts'
import type { ElementaryOutput } from '../../media/container/elementary/elementary-stream.ts'
import { VideoFrames } from '../../media/container/elementary/video-frames.ts'
import { MAX_ACCESS_UNIT_BYTES } from '../../media/container/elementary/video-stream.ts'
import type { Depacketizer } from './depacketizer.ts'

/** Packet types of RFC 6184 §5.2 and RFC 7798 §4.4. */
const H264_STAP_A = 24
const H264_FU_A = 28
const H265_AP = 48
const H265_FU = 49
const FU_START = 0x80
const FU_END = 0x40

/**
 * H.264 (RFC 6184, packetization modes 0 and 1) or H.265 (RFC 7798 without DONL) in RTP to frames. An access unit is what
 * has one timestamp. One with a packet missing is dropped, and what follows up to the next keyframe.
 */
export class NalDepacketizer implements Depacketizer {
  readonly #codec: NalCodec
  readonly #frames: VideoFrames
  #units: Uint8Array[] = []
  #bytes = 0
  #hasSlice = false
  /** Fragments of the NAL unit in work; its header first. */
  #fragments: Uint8Array[] = []
  #time: number | null = null
  /** Timestamp of an access unit that lost packets: its others are dropped too. */
  #damaged: number | null = null
  /** Timestamp of the last access unit that a marker ended. */
  #ended: number | null = null
  #believesMarkers = true
  #broken = 0

  constructor(codec: NalCodec, id: number, clockRate: number, out: ElementaryOutput) {
    this.#codec = codec
    this.#frames = new VideoFrames(id, codec, clockRate, out)
  }

  get broken(): number {
    return this.#broken + this.#frames.broken
  }

  get skipped(): number {
    return this.#frames.skipped
  }

  push(payload: Uint8Array, time: number): void {
    if (time !== this.#time) this.flush()
    this.#time = time
    if (time === this.#damaged || payload.length === 0) return
    this.#bytes += payload.length
    if (this.#bytes > MAX_ACCESS_UNIT_BYTES) {
      const size = this.#bytes
      this.damage()
      throw new AppError('LIMIT_EXCEEDED', { what: 'access unit', size, limit: MAX_ACCESS_UNIT_BYTES })
    }
    if (this.#codec === 'h264') this.#pushH264(payload)
    else this.#pushH265(payload)
  }

  /** Some senders mark each slice: noticed at the next one, and from then on only the timestamp counts. */
  endOfAccessUnit(): void {
    if (!this.#believesMarkers || !this.#hasSlice) return
    this.#emit()
    this.#ended = this.#time
  }

  damage(): void {
    if (this.#bytes > 0) this.#broken++
    this.#clear()
    this.#damaged = this.#time
    this.#frames.waitForKeyframe()
  }

  flush(): void {
    if (this.#hasSlice) this.#emit()
    this.#damaged = null
  }

  #pushH264(payload: Uint8Array): void {
    const type = payload[0]! & 0x1f
    if (type === H264_STAP_A) this.#split(payload.subarray(1))
    else if (type === H264_FU_A) {
      const header = payload[1] ?? 0
      // NRI from the indicator, type from the header: the NAL unit header the sender took off.
      this.#pushFragment(header, Uint8Array.of((payload[0]! & 0xe0) | (header & 0x1f)), payload.subarray(2))
    } else if (type > 0 && type < H264_STAP_A) this.#pushUnit(payload)
    else this.#refuse(type) // interleaved modes, which need out-of-band signalling
  }

  #pushH265(payload: Uint8Array): void {
    const type = (payload[0]! >> 1) & 0x3f
    if (type === H265_AP) this.#split(payload.subarray(2))
    else if (type === H265_FU) {
      const header = payload[2] ?? 0
      const first = (payload[0]! & 0x81) | ((header & 0x3f) << 1)
      this.#pushFragment(header, Uint8Array.of(first, payload[1] ?? 0), payload.subarray(3))
    } else if (type < H265_AP && payload.length > 2) this.#pushUnit(payload)
    else this.#refuse(type)
  }

  /** Aggregation packets: RFC 6184 §5.7.1, RFC 7798 §4.4.2. */
  #split(units: Uint8Array): void {
    for (let at = 0; at + 2 < units.length; ) {
      const end = at + 2 + u16be(units, at)
      if (end > units.length) throw new AppError('BYTES_INVALID', { what: 'aggregation packet', reason: 'length' })
      if (end > at + 2) this.#pushUnit(units.subarray(at + 2, end))
      at = end
    }
  }

  /**
   * Fragmentation units: RFC 6184 §5.8, RFC 7798 §4.4.3. Both forbid start and end in one; cameras send it for small
   * pictures, so `end` is looked at on a start fragment too.
   */
  #pushFragment(header: number, unitHeader: Uint8Array, data: Uint8Array): void {
    if (header & FU_START) this.#fragments = [unitHeader, data]
    else if (this.#fragments.length > 0) this.#fragments.push(data)
    else return // joined in the middle: what is missing is noticed by the first slice
    if (!(header & FU_END)) return
    const unit = Buffer.concat(this.#fragments)
    this.#fragments = []
    this.#pushUnit(unit)
  }

  #pushUnit(unit: Uint8Array): void {
    const role = unitRole(unit, this.#codec)
    if (role === 'slice' && this.#ended !== null && this.#ended === this.#time) {
      this.#believesMarkers = false
      this.#frames.waitForKeyframe()
    }
    this.#ended = null
    if (isSlice(role)) this.#hasSlice = true
    this.#units.push(unit)
    if (this.#units.length > MAX_NAL_UNITS) {
      this.damage()
      throw new AppError('LIMIT_EXCEEDED', { what: 'NAL unit count', size: MAX_NAL_UNITS + 1, limit: MAX_NAL_UNITS })
    }
  }

  #refuse(type: number): never {
    throw new AppError('BYTES_INVALID', { what: 'RTP payload', reason: `packet type ${type} of ${this.#codec}` })
  }

  #emit(): void {
    const units = this.#units
    this.#clear()
    this.#frames.write(units, this.#time, this.#time)
  }

  #clear(): void {
    this.#units = []
    this.#fragments = []
    this.#bytes = 0
    this.#hasSlice = false
  }
}
