import type { Clock } from '../../base/clock.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Reader } from '../../media/stream/reader.ts'
import type { Track } from '../../media/stream/track.ts'
import { sameTrack } from '../../media/stream/track-builders.ts'
import type { InitSegment, Segment } from './segment.ts'
import { Fmp4SegmentWriter, type SegmentWriter, TsSegmentWriter } from './segment-writer.ts'
import { type ContainerSetting, selectTracks, type TrackSelection } from './track-selection.ts'

export interface SegmenterSettings {
  /** Wanted length of a segment; the real one follows the keyframes. */
  readonly segmentSeconds: number
  /** Cut at keyframes only; off: by time alone. */
  readonly waitKeyframe: boolean
  /** Cut where a multiple of the wanted length passes on the wall clock: one segment a slot, none longer on average (MS-078). */
  readonly timeFloor: boolean
  readonly container: ContainerSetting
}

/** Sequence numbers of a path; they outlive streams and segmenters, so that they never go back. */
export interface Numbering {
  nextSequence: number
  /** Discontinuities that have left the playlists. */
  discontinuities: number
  nextInit: number
}

export interface SegmenterOptions {
  readonly settings: SegmenterSettings
  readonly numbering: Numbering
  /** In front of every file name: unlike that of any other run of this path, because caches keep the files. */
  readonly namePrefix: string
  readonly clock: Clock
  readonly onSegment: (segment: Segment) => void
  readonly onEnd: (reason: string) => void
}

/** A keyframe this little before the wanted length is taken: times of FLV are rounded to milliseconds. */
const EARLY_MS = 50
/** The first segments may be this short, so that the first player sees a picture soon. */
const QUICK_MS = 1000
const QUICK_SEGMENTS = 2
/** A GOP is not kept whole beyond this: longer ones come from encoders without a keyframe interval. */
const MAX_SEGMENT_MS = 30_000
/** Nor beyond this: 30 s at 17 Mbit/s. */
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024
/** Steps of time that no frame rate makes: what follows does not join what was before. */
const MAX_STEP_AHEAD_MS = 10_000
const MAX_STEP_BACK_MS = 1000
/** Length of a last frame whose successor never came. */
const LAST_FRAME_MS = 40
/** The wall clock follows a publisher's slower clock this fast: worse quartz than 1000 ppm is broken. */
const WALL_DRIFT = 0.001

/** The segment in work. */
interface OpenSegment {
  readonly startMs: number
  /** Newest frame of the leading track, and its distance from the one before: where the segment ends if nothing follows. */
  lastMs: number
  stepMs: number
  readonly independent: boolean
  /** Slot of the wall clock; null without the time floor. */
  readonly slot: number | null
  /** Media time at which the slot is over. */
  readonly slotEndMs: number
}

/**
 * Cuts a stream into segments. RFC 8216 §3.
 *
 * waiting -> open     the first keyframe, or the first sound of a stream without pictures
 * open    -> open     a keyframe past the wanted length finishes one segment and starts the next
 * open    -> waiting  the tracks changed, or the timeline has a gap: what follows is marked as discontinuity
 */
export class Segmenter implements Reader {
  readonly #options: SegmenterOptions
  #known: readonly Track[] = []
  #selection: TrackSelection | null = null
  #writer: SegmentWriter | null = null
  #init: InitSegment | null = null
  #open: OpenSegment | null = null
  #gap = false
  /** The next segment does not join the one before it. */
  #discontinuity: boolean
  #finished = 0
  /** Smallest distance of arrival from media time: frames of a cache come late. */
  #wallOffsetMs = Number.POSITIVE_INFINITY
  #lastMs: number | null = null
  #lastSlot = Number.NEGATIVE_INFINITY

  constructor(options: SegmenterOptions) {
    this.#options = options
    this.#discontinuity = options.numbering.nextSequence > 0
  }

  /** What goes into the segments; null before the stream has tracks. */
  get selection(): TrackSelection | null {
    return this.#selection
  }

  onTracks(tracks: readonly Track[]): void {
    this.#known = tracks
    // Later changes count when a frame shows them: the hub may still hold frames of before.
    if (this.#selection === null || this.#selection.tracks.length === 0) this.#configure()
  }

  onDiscontinuity(): void {
    this.#gap = true
  }

  onEnd(reason: string): void {
    this.#finish(null)
    this.#options.onEnd(reason)
  }

  onFrame(frame: Frame): void {
    const ms = timeMs(frame)
    if (this.#mustRestart(frame, ms)) {
      this.#known = this.#known.map(track => (track.id === frame.track.id ? frame.track : track))
      this.#configure()
    }
    if (!this.#selection?.tracks.some(({ id }) => id === frame.track.id)) return
    this.#lastMs = ms
    const { clock } = this.#options
    this.#wallOffsetMs = Math.min(this.#wallOffsetMs, clock.nowMs() - ms)
    if (this.#open && this.#cutsAt(frame, ms, this.#open)) this.#finish(frame)
    if (!this.#open && !this.#start(frame, ms)) return
    this.#writer?.write(frame)
    if (this.#open && frame.track.kind === this.#leading) advance(this.#open, ms)
  }

  /** The kind of track whose frames decide where segments begin. */
  get #leading(): Track['kind'] {
    return this.#selection?.tracks[0]?.kind ?? 'video'
  }

  /** Whether this frame cannot go on where the one before ended. */
  #mustRestart(frame: Frame, ms: number): boolean {
    if (this.#gap) return true
    const { id } = frame.track
    const used = this.#selection?.tracks.find(track => track.id === id)
    if (used) {
      const step = this.#lastMs === null ? 0 : ms - this.#lastMs
      if (step > MAX_STEP_AHEAD_MS || step < -MAX_STEP_BACK_MS) return true
    }
    const before = used ?? this.#selection?.leftOut.find(track => track.id === id)
    if (before) return before !== frame.track && !sameTrack(before, frame.track)
    return this.#known.some(track => track.id === id)
  }

  /** Takes the tracks as they are now; whatever is in work ends here. */
  #configure(): void {
    const { settings, numbering, namePrefix } = this.#options
    // Before the first segment nobody has seen anything: begin again with the complete tracks.
    if (this.#finished > 0) {
      this.#finish(null)
      this.#discontinuity = true
    }
    this.#open = null
    this.#gap = false
    this.#lastMs = null
    this.#wallOffsetMs = Number.POSITIVE_INFINITY
    this.#selection = selectTracks(this.#known, settings.container)
    const { tracks, container } = this.#selection
    this.#writer = null
    if (tracks.length === 0) return
    this.#writer = container === 'ts' ? new TsSegmentWriter(tracks) : new Fmp4SegmentWriter(tracks)
    const { init } = this.#writer
    this.#init = init ? { name: `${namePrefix}-init${numbering.nextInit++}.mp4`, data: init } : null
  }

  #cutsAt(frame: Frame, ms: number, open: OpenSegment): boolean {
    const elapsed = ms - open.startMs
    if (elapsed >= MAX_SEGMENT_MS || (this.#writer?.bytes ?? 0) >= MAX_SEGMENT_BYTES) return true
    if (frame.track.kind !== this.#leading) return false
    const { segmentSeconds, waitKeyframe } = this.#options.settings
    if (waitKeyframe && !frame.keyframe) return false
    if (open.slot !== null) return ms >= open.slotEndMs
    const wantedMs = segmentSeconds * 1000
    return elapsed >= (this.#finished < QUICK_SEGMENTS ? Math.min(QUICK_MS, wantedMs) : wantedMs) - EARLY_MS
  }

  #start(frame: Frame, ms: number): boolean {
    const independent = frame.track.kind === this.#leading && frame.keyframe
    // In the middle of the stream a segment may start anywhere; after a gap only where a decoder can.
    if (!independent && (this.#finished === 0 || this.#discontinuity)) return false
    const slot = this.#options.settings.timeFloor ? this.#nextSlot(ms) : null
    const slotEndMs = ((slot ?? 0) + 1) * this.#slotMs - this.#wallOffsetMs
    this.#open = { startMs: ms, lastMs: ms, stepMs: LAST_FRAME_MS, independent, slot, slotEndMs }
    return true
  }

  get #slotMs(): number {
    return this.#options.settings.segmentSeconds * 1000
  }

  /** Slots never repeat: they are names of files. */
  #nextSlot(ms: number): number {
    this.#lastSlot = Math.max(this.#lastSlot + 1, Math.floor((ms + this.#wallOffsetMs) / this.#slotMs))
    return this.#lastSlot
  }

  /** Ends the segment in work where `next` begins; null: nothing follows it. */
  #finish(next: Frame | null): void {
    const open = this.#open
    if (!open || !this.#writer || !this.#selection) return
    this.#open = null
    const { numbering, namePrefix, onSegment } = this.#options
    const data = this.#writer.finish(next)
    const durationMs = Math.max(1, (next ? timeMs(next) : open.lastMs + open.stepMs) - open.startMs)
    const sequence = numbering.nextSequence++
    const extension = this.#selection.container === 'ts' ? 'ts' : 'm4s'
    const discontinuity = this.#discontinuity
    this.#discontinuity = false
    this.#finished++
    onSegment({
      name: `${namePrefix}-${sequence}.${extension}`,
      data,
      sequence,
      durationMs,
      startedAtMs: Math.round(open.startMs + this.#wallOffsetMs),
      slot: open.slot,
      discontinuity,
      independent: open.independent,
      init: this.#init,
    })
    this.#wallOffsetMs += durationMs * WALL_DRIFT
  }
}

function timeMs(frame: Frame): number {
  return (frame.dts * 1000) / frame.track.clockRate
}

function advance(open: OpenSegment, ms: number): void {
  if (ms <= open.lastMs) return
  open.stepMs = ms - open.lastMs
  open.lastMs = ms
}
