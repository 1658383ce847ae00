import { AppError } from '../../../base/errors.ts'
import { isH264Keyframe } from '../../codec/h264/nal-unit.ts'
import { isH265Keyframe } from '../../codec/h265/nal-unit.ts'
import type { NalCodec } from '../../codec/nal/annexb.ts'
import { lengthPrefixed } from '../../codec/nal/length-prefixed.ts'
import { ParameterSets } from '../../codec/nal/parameter-sets.ts'
import type { VideoTrack } from '../../stream/track.ts'
import { h264Track, h265Track } from '../../stream/track-builders.ts'
import { belongsToFrame, isSlice, unitRole } from './access-unit.ts'
import type { ElementaryOutput } from './elementary-stream.ts'

/** Access units of H.264 or H.265 to frames: parameter sets become the track, the rest the frame. */
export class VideoFrames {
  readonly #id: number
  readonly #codec: NalCodec
  readonly #clockRate: number
  readonly #out: ElementaryOutput
  readonly #sets: ParameterSets
  #track: VideoTrack | null = null
  #waiting = false
  /** Access units whose first slice is missing. */
  broken = 0
  /** Frames left out because they may refer to one that was lost. */
  skipped = 0

  constructor(id: number, codec: NalCodec, clockRate: number, out: ElementaryOutput) {
    this.#id = id
    this.#codec = codec
    this.#clockRate = clockRate
    this.#out = out
    this.#sets = new ParameterSets(codec)
  }

  /** Null until the parameter sets have come. */
  get track(): VideoTrack | null {
    return this.#track
  }

  /** A picture is missing: what follows is left out up to the next keyframe. */
  waitForKeyframe(): void {
    this.#waiting = true
  }

  /** The NAL units of one access unit. Without a time only its parameter sets are taken. Copies what it keeps. */
  write(units: readonly Uint8Array[], pts: number | null, dts: number | null): void {
    if (this.#sets.push(units)) this.#setTrack()
    if (pts === null || dts === null || !this.#track) return
    const codec = this.#codec
    const kept = units.filter(unit => belongsToFrame(unitRole(unit, codec)))
    const first = kept.find(unit => isSlice(unitRole(unit, codec)))
    if (!first) return
    if (unitRole(first, codec) !== 'first slice') {
      this.broken++
      this.#waiting = true
      return
    }
    const data = lengthPrefixed(kept)
    const keyframe = codec === 'h264' ? isH264Keyframe(data) : isH265Keyframe(data)
    if (this.#waiting && !keyframe) {
      this.skipped++
      return
    }
    this.#waiting = false
    this.#out.onFrame({ track: this.#track, dts, pts, keyframe, data })
  }

  #setTrack(): void {
    if (!this.#sets.config) return
    const build = this.#codec === 'h264' ? h264Track : h265Track
    try {
      this.#track = build({ id: this.#id, clockRate: this.#clockRate, config: this.#sets.config })
    } catch (error) {
      if (error instanceof AppError) return // broken parameter sets: the ones in force stay
      throw error
    }
    this.#out.onTrack(this.#track)
  }
}
