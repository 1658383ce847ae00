import { dtsMs, type Frame } from '../../media/stream/frame.ts'

export interface GopRingLimits {
  /** Whole groups of pictures kept besides the one in work. */
  readonly gops: number
  /** Time kept, from a keyframe on. */
  readonly ms: number
}

/** 300 s at 4 Mbit/s; what is longer is kept shorter. */
const MAX_BYTES = 160 * 1024 * 1024
/** Sound has no groups; so much is one. */
const AUDIO_GROUP_MS = 1000

interface Group {
  readonly startMs: number
  readonly frames: Frame[]
  bytes: number
}

/** The newest frames by groups of pictures: each begins with a keyframe, or is a second of sound. */
export class GopRing {
  readonly #limits: GopRingLimits
  #groups: Group[] = []
  #bytes = 0

  constructor(limits: GopRingLimits) {
    this.#limits = limits
  }

  /** `leading`: the frame is of the track whose keyframes begin groups. */
  push(frame: Frame, leading: boolean): void {
    const ms = dtsMs(frame)
    const last = this.#groups.at(-1)
    const begins =
      leading && frame.keyframe && (frame.track.kind === 'video' || !last || ms - last.startMs >= AUDIO_GROUP_MS)
    if (begins) this.#groups.push({ startMs: ms, frames: [], bytes: 0 })
    const group = this.#groups.at(-1)
    if (!group) return
    group.frames.push(frame)
    group.bytes += frame.data.length
    this.#bytes += frame.data.length
    if (begins) this.#trim(ms)
    else if (this.#bytes > MAX_BYTES) this.#drop()
  }

  clear(): void {
    this.#groups = []
    this.#bytes = 0
  }

  /** Everything that is kept. */
  frames(): Frame[] {
    return this.#groups.flatMap(group => group.frames)
  }

  /** From the newest keyframe on that is at least `ms` old; all when none is. */
  since(ms: number): Frame[] {
    const last = this.#groups.at(-1)?.frames.at(-1)
    if (!last) return []
    const at = dtsMs(last) - ms
    const first = Math.max(
      0,
      this.#groups.findLastIndex(group => group.startMs <= at),
    )
    return this.#groups.slice(first).flatMap(group => group.frames)
  }

  /** The last `count` groups. */
  last(count: number): Frame[] {
    return count === 0 ? [] : this.#groups.slice(-count).flatMap(group => group.frames)
  }

  #trim(nowMs: number): void {
    const { gops, ms } = this.#limits
    while (this.#groups.length - 1 > gops && nowMs - (this.#groups[1]?.startMs ?? nowMs) >= ms) this.#drop()
    while (this.#bytes > MAX_BYTES) this.#drop()
  }

  #drop(): void {
    this.#bytes -= this.#groups.shift()?.bytes ?? 0
  }
}
