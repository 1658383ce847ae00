import { equalBytes } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { writeAvcC } from '../../codec/h264/avcc.ts'
import { isH264Keyframe } from '../../codec/h264/nal-unit.ts'
import { writeHvcC } from '../../codec/h265/hvcc.ts'
import { isH265Keyframe } from '../../codec/h265/nal-unit.ts'
import { type NalCodec, splitAnnexB } from '../../codec/nal/annexb.ts'
import { lengthPrefixed } from '../../codec/nal/length-prefixed.ts'
import type { VideoTrack } from '../../stream/track.ts'
import { h264Track, h265Track } from '../../stream/track-builders.ts'
import { type AccessUnit, splitAccessUnits } from './access-unit.ts'
import type { ElementaryOutput, ElementaryStream } from './elementary-stream.ts'
import { MAX_PES_BYTES } from './pes-assembler.ts'
import { CLOCK_RATE } from './timestamp.ts'

/** A PES packet with a length this near to the 16-bit limit may be one piece of a larger picture. */
const PIECE_BYTES = 0xff00
/** Pictures after the first of a PES packet have no time of their own; 25 per second unless the SPS says otherwise. */
const DEFAULT_FPS = 25
/** PPS kept per track. H.264 allows 256, writers of configuration records 255; encoders use one to four. */
const MAX_PPS = 64

/** Byte stream of H.264 or H.265 to frames. The access units of a PES packet, or the pieces of one over several. */
export class VideoStream implements ElementaryStream {
  readonly #id: number
  readonly #codec: NalCodec
  readonly #out: ElementaryOutput
  #track: VideoTrack | null = null
  #vps: readonly Uint8Array[] = []
  #sps: readonly Uint8Array[] = []
  #pps: readonly Uint8Array[] = []
  #held: { bytes: Uint8Array; pts: number; dts: number } | null = null
  #nextDts: number | null = null

  constructor(id: number, codec: NalCodec, out: ElementaryOutput) {
    this.#id = id
    this.#codec = codec
    this.#out = out
  }

  push(payload: Uint8Array, pts: number | null, dts: number | null, packetLength: number): void {
    const held = this.#held
    this.#held = null
    let whole = { bytes: payload, pts: pts ?? this.#nextDts, dts: dts ?? pts ?? this.#nextDts }
    if (held && (pts === null || pts === held.pts) && held.bytes.length + payload.length <= MAX_PES_BYTES) {
      whole = { ...held, bytes: Buffer.concat([held.bytes, payload]) }
    } else if (held) {
      this.#split(held.bytes, held.pts, held.dts)
    }
    if (whole.pts === null || whole.dts === null) return // no time yet
    if (packetLength >= PIECE_BYTES)
      this.#held = { bytes: Uint8Array.from(whole.bytes), pts: whole.pts, dts: whole.dts }
    else this.#split(whole.bytes, whole.pts, whole.dts)
  }

  flush(): void {
    const held = this.#held
    this.#held = null
    if (held) this.#split(held.bytes, held.pts, held.dts)
  }

  #split(bytes: Uint8Array, pts: number, dts: number): void {
    let at = 0
    for (const unit of splitAccessUnits(splitAnnexB(bytes), this.#codec)) {
      this.#configure(unit)
      const step = CLOCK_RATE / (this.#track?.fps ?? DEFAULT_FPS)
      if (this.#track && unit.units.length > 0) {
        const data = lengthPrefixed(unit.units)
        const keyframe = this.#codec === 'h264' ? isH264Keyframe(data) : isH265Keyframe(data)
        this.#out.onFrame({ track: this.#track, dts: dts + Math.round(at), pts: pts + Math.round(at), keyframe, data })
        at += step
      }
    }
    this.#nextDts = dts + Math.round(at)
  }

  #configure(unit: AccessUnit): void {
    if (unit.sps.length + unit.pps.length + unit.vps.length === 0) return
    const copied = (units: readonly Uint8Array[]) => units.map(bytes => Uint8Array.from(bytes))
    if (unit.vps.length > 0) this.#vps = copied(unit.vps)
    if (unit.sps.length > 0) {
      this.#sps = copied(unit.sps)
      if (unit.pps.length > 0) this.#pps = []
    }
    for (const pps of unit.pps) {
      if (this.#pps.some(known => equalBytes(known, pps))) continue
      this.#pps = [...this.#pps.slice(1 - MAX_PPS), Uint8Array.from(pps)]
    }
    try {
      this.#setTrack()
    } catch (error) {
      if (!(error instanceof AppError)) throw error // broken parameter sets: the ones in force stay
    }
  }

  #setTrack(): void {
    if (this.#sps.length === 0 || this.#pps.length === 0) return
    if (this.#codec === 'h265' && this.#vps.length === 0) return
    const config = this.#codec === 'h264' ? writeAvcC(this.#sps, this.#pps) : writeHvcC(this.#vps, this.#sps, this.#pps)
    if (this.#track && equalBytes(this.#track.config, config)) return
    const build = this.#codec === 'h264' ? h264Track : h265Track
    this.#track = build({ id: this.#id, clockRate: CLOCK_RATE, config })
    this.#out.onTrack(this.#track)
  }
}
