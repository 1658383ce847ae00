import type { ElementaryOutput } from '../../media/container/elementary/elementary-stream.ts'
import { PsDemuxer } from '../../media/container/mpegps/demuxer.ts'
import type { AudioTrack } from '../../media/stream/track.ts'
import { g711Track } from '../../media/stream/track-builders.ts'

/** Payloads of one RTP stream, in order, to frames. Payloads are kept: the caller must not use their bytes again. */
export interface Depacketizer {
  /** `time` is the unwrapped RTP timestamp. Throws AppError when the payload is broken; the next one may be good. */
  push(payload: Uint8Array, time: number): void
  /** Marker, or another timestamp follows. */
  endOfAccessUnit(): void
  /** Packets are missing here. */
  damage(): void
  flush(): void
  readonly broken: number
  readonly skipped: number
}

/** MPEG program stream. GB/T 28181-2022 Annex C.1. */
export class PsDepacketizer implements Depacketizer {
  readonly demuxer: PsDemuxer

  constructor(out: ElementaryOutput) {
    this.demuxer = new PsDemuxer(out)
  }

  get broken(): number {
    return this.demuxer.counters.framesBroken
  }

  get skipped(): number {
    return this.demuxer.counters.framesSkipped
  }

  push(payload: Uint8Array): void {
    this.demuxer.push(payload)
  }

  endOfAccessUnit(): void {
    this.demuxer.endOfAccessUnit()
  }

  damage(): void {
    this.demuxer.damage()
  }

  flush(): void {
    this.demuxer.flush()
  }
}

/** G.711: samples, one byte each. RFC 3551 §4.5.14. */
export class G711Depacketizer implements Depacketizer {
  readonly #out: ElementaryOutput
  readonly #track: AudioTrack
  #announced = false
  readonly broken = 0
  readonly skipped = 0

  constructor(codec: 'pcma' | 'pcmu', id: number, clockRate: number, out: ElementaryOutput) {
    this.#out = out
    this.#track = g711Track({ id, clockRate, codec })
  }

  push(payload: Uint8Array, time: number): void {
    if (payload.length === 0) return
    if (!this.#announced) this.#out.onTrack(this.#track)
    this.#announced = true
    this.#out.onFrame({ track: this.#track, dts: time, pts: time, keyframe: true, data: payload })
  }

  endOfAccessUnit(): void {}
  damage(): void {}
  flush(): void {}
}
