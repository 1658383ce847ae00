import { AppError } from '../../../base/errors.ts'
import type { NalCodec } from '../../codec/nal/annexb.ts'
import { MAX_NAL_UNITS } from '../../codec/nal/length-prefixed.ts'
import { isSlice, ROLE_BYTES, startsAccessUnit, unitRole } from './access-unit.ts'
import type { ElementaryOutput, ElementaryStream } from './elementary-stream.ts'
import { CLOCK_RATE } from './timestamp.ts'
import { VideoFrames } from './video-frames.ts'

/** 8 MB are two frames of an intra-only 8K stream at 800 Mbit/s. */
export const MAX_ACCESS_UNIT_BYTES = 8 * 1024 * 1024
const FIRST_BUFFER_BYTES = 64 * 1024
/** Pictures without a time of their own; 25 per second unless the SPS says otherwise. */
const DEFAULT_FPS = 25
/** Times that wait for their picture: PES packets that start inside of one access unit. */
const MAX_TIMES = 256
const START_CODE = Buffer.from([0, 0, 1])

interface Time {
  /** Offset of the payload that came with it. */
  at: number
  readonly pts: number
  readonly dts: number
}

/**
 * Byte stream of H.264 or H.265 (Annex B) to frames. PES packets may hold one access unit, several, or pieces of them:
 * a unit ends where the next one starts, or at `endOfAccessUnit`. A time belongs to the first access unit that starts in
 * its packet (ISO/IEC 13818-1 §2.4.3.7).
 */
export class VideoStream implements ElementaryStream {
  readonly #codec: NalCodec
  readonly #frames: VideoFrames
  #buffer = Buffer.alloc(0)
  #end = 0
  /** Start codes are looked for from here. */
  #scanAt = 0
  /** Start of the NAL unit in work, -1 before the first start code. */
  #unitAt = -1
  /** Starts and ends of the whole NAL units of the access unit in work. */
  #units: number[] = []
  /** Start code of the access unit in work, -1 without one. */
  #accessUnitAt = -1
  #hasSlice = false
  #times: Time[] = []
  #time: Time | null = null
  /** Times given to the last access unit. */
  #last: { readonly pts: number; readonly dts: number } | null = null
  /** The last decoding time that came with a packet. */
  #sentDts: number | null = null
  /** The last access unit was ended from outside: what follows shows whether that was right. */
  #ended = false
  #believesEnds = true

  constructor(id: number, codec: NalCodec, out: ElementaryOutput) {
    this.#codec = codec
    this.#frames = new VideoFrames(id, codec, CLOCK_RATE, out)
  }

  /** Frames left out because they may refer to a lost one. */
  get skipped(): number {
    return this.#frames.skipped
  }

  /** Access units left out because their start is missing. */
  get broken(): number {
    return this.#frames.broken
  }

  push(payload: Uint8Array, pts: number | null, dts: number | null): void {
    if (pts !== null) this.#times.push({ at: this.#end, pts, dts: dts ?? pts })
    if (this.#times.length > MAX_TIMES) this.#times.shift()
    if (this.#end + payload.length > MAX_ACCESS_UNIT_BYTES) {
      this.damage()
      throw new AppError('LIMIT_EXCEEDED', {
        what: 'access unit',
        size: this.#end + payload.length,
        limit: MAX_ACCESS_UNIT_BYTES,
      })
    }
    this.#append(payload)
    this.#scan(false)
  }

  /**
   * The container says that the access unit ends here. Some senders say so after each piece of a picture: this is
   * noticed at the next piece, and from then on only the byte stream counts.
   */
  endOfAccessUnit(): void {
    if (this.#believesEnds) this.flush()
  }

  /** The input has ended. */
  flush(): void {
    this.#scan(true)
    if (!this.#hasSlice) return // parameter sets and SEI wait for their picture
    this.#closeUnit(this.#end)
    this.#emit()
    this.#discard(this.#end)
    this.#ended = true
  }

  damage(): boolean {
    const inWork = this.#hasSlice || this.#unitAt >= 0
    this.#reset()
    this.#discard(this.#end)
    this.#times = []
    this.#ended = false
    this.#frames.waitForKeyframe()
    return inWork
  }

  #scan(final: boolean): void {
    const bytes = this.#buffer.subarray(0, this.#end)
    for (;;) {
      const code = bytes.indexOf(START_CODE, this.#scanAt)
      if (code < 0) {
        this.#scanAt = Math.max(this.#scanAt, this.#end - START_CODE.length + 1)
        break
      }
      const at = code + START_CODE.length
      if (at + ROLE_BYTES > this.#end && !final) {
        this.#scanAt = code
        break
      }
      this.#closeUnit(code)
      this.#openUnit(bytes, code, at)
    }
    if (this.#ended) this.#checkPiece(bytes.subarray(0, this.#scanAt))
    const keep = this.#accessUnitAt >= 0 ? this.#accessUnitAt : Math.min(this.#scanAt, this.#end)
    if (keep > 0) this.#discard(keep)
  }

  #openUnit(bytes: Uint8Array, code: number, at: number): void {
    const role = unitRole(bytes.subarray(at), this.#codec)
    if (this.#ended) this.#checkPiece(bytes.subarray(0, code))
    if (this.#ended && role === 'slice') this.#disbelieve()
    this.#ended = false
    if (this.#hasSlice && startsAccessUnit(role)) this.#emit()
    const starts = this.#accessUnitAt < 0
    if (starts) this.#accessUnitAt = code
    if (!this.#hasSlice) this.#takeTime(code, starts)
    if (isSlice(role)) this.#hasSlice = true
    this.#unitAt = at
    this.#scanAt = at
  }

  /** Up to the first slice, a packet that starts with a NAL unit of the access unit also has its time. */
  #takeTime(code: number, starts: boolean): void {
    let used = -1
    for (const [n, { at }] of this.#times.entries()) {
      if (at > code) break
      if (starts || at >= code - 1) used = n
    }
    if (used < 0) return
    this.#time = this.#times[used] ?? null
    this.#times.splice(0, used + 1)
  }

  #closeUnit(code: number): void {
    if (this.#unitAt < 0) return
    let end = code
    // trailing_zero_8bits and the zero_byte of the next start code; a NAL unit itself never ends in zero (§7.4.1)
    while (end > this.#unitAt && this.#buffer[end - 1] === 0) end--
    if (end > this.#unitAt) this.#units.push(this.#unitAt, end)
    this.#unitAt = -1
    if (this.#units.length > 2 * MAX_NAL_UNITS) {
      const size = this.#units.length / 2
      this.damage()
      throw new AppError('LIMIT_EXCEEDED', { what: 'NAL unit count', size, limit: MAX_NAL_UNITS })
    }
  }

  #emit(): void {
    const units: Uint8Array[] = []
    for (let n = 0; n < this.#units.length; n += 2) {
      units.push(this.#buffer.subarray(this.#units[n], this.#units[n + 1]))
    }
    const step = Math.round(CLOCK_RATE / (this.#frames.track?.fps ?? DEFAULT_FPS))
    const last = this.#last
    let { pts, dts } = this.#time ?? { pts: null, dts: null }
    if (last && (dts === null || pts === null)) {
      pts = last.pts + step
      dts = last.dts + step
    } else if (last && pts !== null && dts !== null && dts === this.#sentDts) {
      pts += last.dts + step - dts // the sender's clock stands still: two pictures never have one decoding time
      dts = last.dts + step
    } else {
      this.#sentDts = dts
    }
    if (pts !== null && dts !== null) this.#last = { pts, dts }
    this.#reset()
    this.#frames.write(units, pts, dts)
  }

  /** Forgets the access unit in work, not its bytes. */
  #reset(): void {
    this.#units = []
    this.#unitAt = -1
    this.#accessUnitAt = -1
    this.#hasSlice = false
    this.#time = null
  }

  /** After an end from outside anything but zeros before the next start code is the rest of a unit that was cut. */
  #checkPiece(bytes: Uint8Array): void {
    if (bytes.some(byte => byte !== 0)) this.#disbelieve()
  }

  #disbelieve(): void {
    this.#ended = false
    this.#believesEnds = false
    this.#frames.waitForKeyframe()
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#end + bytes.length
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BUFFER_BYTES, needed, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, this.#end)
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#end)
    this.#end = needed
  }

  /** Drops the first `count` bytes. */
  #discard(count: number): void {
    this.#buffer.copyWithin(0, count, this.#end)
    this.#end -= count
    this.#scanAt = Math.max(0, this.#scanAt - count)
    if (this.#unitAt >= 0) this.#unitAt -= count
    if (this.#accessUnitAt >= 0) this.#accessUnitAt -= count
    for (let n = 0; n < this.#units.length; n++) this.#units[n]! -= count
    for (const time of this.#times) time.at -= count
  }
}
