import type { Clock, Timers } from '../../base/clock.ts'
import type { Sink } from '../../media/broadcast/packager.ts'
import type { Envelope } from '../../media/broadcast/viewer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { FlvPackager } from '../../protocols/http-live/flv-packager.ts'
import type { FragmentReader } from './fragment-reader.ts'
import { pause } from './pause.ts'
import type { RecordedFragment } from './recordings.ts'
import { joins } from './stitched.ts'

export const SPEEDS = { min: 0.25, max: 16 } as const
/** Beyond this no network or decoder takes all frames, and nobody sees them. */
const ALL_FRAMES_UP_TO = 4
/** Sent ahead of time: what a player wants before it begins. */
const LEAD_MS = 1000
/** Held back by the viewer's socket: 2 s at 16 Mbit/s. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024
const LOOK_MS = 20
/** Nothing taken for this long, and the viewer is given up. */
const STALL_MS = 60_000

export interface FlvReplayOptions {
  readonly reader: FragmentReader
  readonly fragments: AsyncIterable<RecordedFragment>
  /** SPEEDS.min to SPEEDS.max. */
  readonly speed: number
  readonly sink: Sink
  readonly envelope: Envelope | null
  readonly clock: Clock
  readonly timers: Timers
  readonly signal: AbortSignal
}

/**
 * Sends what was recorded as FLV at the pace of a clock: times are divided by the speed, holes are closed. Sound goes
 * along at speed 1 only; beyond 4 only keyframes are read and sent. Resolves at the end with the reason.
 */
export async function replayFlv(options: FlvReplayOptions): Promise<string> {
  const { fragments, reader, sink, speed, signal } = options
  const replay = new FlvReplay(options)
  const keyframesOnly = speed > ALL_FRAMES_UP_TO
  for await (const fragment of fragments) {
    if (signal.aborted) return 'closed by the viewer'
    replay.place(fragment)
    const movie = await reader.movie(fragment)
    replay.begin([...movie.tracks.values()].map(({ track }) => track))
    const frames = keyframesOnly ? await reader.keyframes(fragment) : await reader.frames(fragment)
    for (const frame of frames) {
      if (!(await replay.send(frame))) return signal.aborted ? 'closed by the viewer' : 'the viewer takes nothing'
    }
  }
  sink.end('the recording is over')
  return 'the recording is over'
}

class FlvReplay {
  readonly #options: FlvReplayOptions
  readonly #packager = new FlvPackager('all')
  readonly #clones = new WeakMap<Track, Track>()
  readonly #startMs: number
  #before: RecordedFragment | null = null
  /** Added to the stream's time, so that it begins at 0 and has no holes; milliseconds. */
  #shiftMs = 0
  #begun = false

  constructor(options: FlvReplayOptions) {
    this.#options = options
    this.#startMs = options.clock.monotonicMs()
  }

  place(fragment: RecordedFragment): void {
    const before = this.#before
    const { startUs } = fragment.entry
    if (!before) this.#shiftMs = -startUs / 1000
    else if (!joins(before, fragment)) {
      this.#shiftMs += (before.entry.startUs + before.entry.durationUs - startUs) / 1000
    }
    this.#before = fragment
  }

  /** Header and metadata, once. */
  begin(tracks: readonly Track[]): void {
    if (this.#begun) return
    this.#begun = true
    this.#write(
      this.#packager.header(
        tracks.filter(track => this.#goes(track)).map(track => this.#inMs(track)),
        0,
      ),
    )
  }

  /** Sends a frame when it is due. False when the viewer is gone. */
  async send(frame: Frame): Promise<boolean> {
    if (!this.#goes(frame.track)) return true
    const { speed, clock, timers, signal, sink } = this.#options
    const at = (ticks: number) => Math.round(((ticks * 1000) / frame.track.clockRate + this.#shiftMs) / speed)
    const dts = Math.max(0, at(frame.dts))
    let pending = sink.pendingBytes()
    let takenMs = clock.monotonicMs()
    for (;;) {
      if (signal.aborted) return false
      const aheadMs = dts - LEAD_MS - (clock.monotonicMs() - this.#startMs)
      const now = sink.pendingBytes()
      if (now < pending || now <= MAX_PENDING_BYTES) takenMs = clock.monotonicMs()
      pending = now
      if (aheadMs <= 0 && pending <= MAX_PENDING_BYTES) break
      if (clock.monotonicMs() - takenMs > STALL_MS) return false
      await pause(timers, Math.max(LOOK_MS, Math.min(aheadMs, LEAD_MS)), signal)
    }
    const pts = Math.max(dts, at(frame.pts))
    const { keyframe, data } = frame
    this.#write(this.#packager.frame({ track: this.#inMs(frame.track), dts, pts, keyframe, data }))
    return true
  }

  /** Sound that is faster or slower has another pitch: players refuse or distort it. */
  #goes(track: Track): boolean {
    return this.#packager.carries(track) && (track.kind === 'video' || this.#options.speed === 1)
  }

  #inMs(track: Track): Track {
    const known = this.#clones.get(track)
    if (known) return known
    const made = { ...track, clockRate: 1000 }
    this.#clones.set(track, made)
    return made
  }

  #write(parts: readonly Uint8Array[]): void {
    const { sink, envelope } = this.#options
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    sink.write(Buffer.concat(envelope ? [envelope(size), ...parts] : parts))
  }
}
