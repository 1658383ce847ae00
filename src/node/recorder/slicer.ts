import { FragmentBuilder } from '../../media/container/fmp4/fragment-builder.ts'
import { producerReferenceTime } from '../../media/container/fmp4/producer-reference-time.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { sameTrack } from '../../media/stream/track-builders.ts'
import type { GopRing } from './gop-ring.ts'
import type { RecordingSettings } from './segment.ts'
import type { WallTime } from './wall-time.ts'

/** A fragment ready to be written: everything of its entry but the place in the file. */
export interface SlicedFragment {
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
  readonly headBytes: number
  readonly startUs: number
  readonly durationUs: number
  readonly wallMs: number
  readonly keyframe: boolean
}

export interface SlicedSegment {
  readonly init: Buffer
  readonly tracks: readonly Track[]
  readonly startMs: number
  /** It joins the one before without a hole. */
  readonly continues: boolean
  readonly overlapMs: number
}

export interface SlicerEvents {
  open(segment: SlicedSegment): void
  fragment(fragment: SlicedFragment): void
  close(): void
}

export interface SlicerOptions {
  readonly settings: Pick<RecordingSettings, 'segmentMs' | 'segmentBytes' | 'overlapKeyframes'>
  readonly wall: WallTime
  /** Has the groups of pictures before the frame that is pushed. */
  readonly ring: GopRing
  readonly events: SlicerEvents
}

/** A fragment is at most so long: what a crash can lose. */
const MAX_FRAGMENT_MS = 2000
/** A keyframe after this much begins another: one write for several short groups of pictures. */
const MIN_FRAGMENT_MS = 1000
/** When the pictures stop and the sound goes on. */
const STALLED_FRAGMENT_MS = 3000
/** 2 s at 64 Mbit/s. */
const MAX_FRAGMENT_BYTES = 16 * 1024 * 1024
/** A keyframe this little before the wanted length is taken: times of FLV are rounded to milliseconds. */
const EARLY_MS = 50
/** Without a keyframe a segment grows over its length by this much, then it is cut anyway. */
const MAX_OVERRUN_MS = 60_000
/** Steps of time that no frame rate makes: what follows does not join what was before. */
const MAX_STEP_AHEAD_MS = 10_000
const MAX_STEP_BACK_MS = 1000
/** Length of a last frame whose successor never came. */
const LAST_FRAME_MS = 40

/** The fragment in work. */
interface OpenFragment {
  readonly startMs: number
  readonly first: Frame
  /** Newest frame of the leading track, and its distance from the one before: where it ends if nothing follows. */
  lastMs: number
  stepMs: number
}

/**
 * Cuts frames into segments and fragments.
 *
 * waiting -> open     the first keyframe, or the first sound of a stream without pictures
 * open    -> open     a keyframe past the wanted length or size finishes one segment and starts the next
 * open    -> waiting  the tracks changed, the time has a hole, or `break` was called
 */
export class Slicer {
  readonly #options: SlicerOptions
  #known: readonly Track[] = []
  #tracks: readonly Track[] = []
  #builder: FragmentBuilder | null = null
  #open: OpenFragment | null = null
  /** Of the segment in work, its overlap not counted; null: none. */
  #segment: { readonly startMs: number; bytes: number } | null = null
  #lastMs: number | null = null
  /** What follows does not join what was before. */
  #broken = true
  /** The wall clock was set: the next segment has another mapping. */
  #clockJumped = false
  /** There is a track that the segment in work has not: the next one has it. */
  #tracksChanged = false

  constructor(options: SlicerOptions) {
    this.#options = options
  }

  /** The kind of track whose keyframes decide where things begin. */
  get leading(): Track['kind'] {
    return leadingKind(this.#known)
  }

  get waiting(): boolean {
    return this.#segment === null
  }

  setTracks(tracks: readonly Track[]): void {
    this.#known = tracks
  }

  /** Frames follow that do not join those before. */
  break(): void {
    this.finish()
    this.#broken = true
    this.#lastMs = null
  }

  /** Ends the segment in work. */
  finish(): void {
    if (!this.#segment) return
    this.#cutFragment(null)
    this.#segment = null
    this.#options.events.close()
  }

  /** `live`: it has just come, and says what time it is. */
  push(frame: Frame, live: boolean): void {
    const ms = timeMs(frame)
    const leads = frame.track.kind === this.leading
    if (this.#changed(frame)) {
      this.#known = this.#known.map(track => (track.id === frame.track.id ? frame.track : track))
      if (leads) this.finish()
      else {
        // The pictures go on: the sound is there again from the next keyframe on.
        this.#tracksChanged = true
        return
      }
    }
    const step = this.#lastMs === null ? 0 : ms - this.#lastMs
    if (step > MAX_STEP_AHEAD_MS || step < -MAX_STEP_BACK_MS) {
      this.break()
      if (live) this.#options.wall.anchor(ms)
    }
    this.#lastMs = ms
    if (!this.#segment) {
      if (!leads || !frame.keyframe) return
      this.#start(ms, [])
    } else if (this.#cutsFragment(frame, ms, leads)) {
      this.#cutFragment(frame)
      if (live && this.#options.wall.observe(ms)) this.#clockJumped = true
      if (leads && this.#cutsSegment(frame.keyframe, ms)) this.#next(ms)
    }
    this.#write(frame, ms)
  }

  /** Whether the segment in work cannot hold the frame. */
  #changed(frame: Frame): boolean {
    if (!this.#segment) return false
    const used = this.#tracks.find(track => track.id === frame.track.id)
    if (used) return used !== frame.track && !sameTrack(used, frame.track)
    return this.#known.some(track => track.id === frame.track.id)
  }

  #cutsFragment(frame: Frame, ms: number, leads: boolean): boolean {
    const open = this.#open
    if (!open) return false
    const elapsed = ms - open.startMs
    if (!leads) return elapsed > STALLED_FRAGMENT_MS
    if ((this.#builder?.bytes ?? 0) >= MAX_FRAGMENT_BYTES || elapsed > MAX_FRAGMENT_MS) return true
    if (frame.track.kind === 'audio') return elapsed >= MAX_FRAGMENT_MS
    return frame.keyframe && (elapsed >= MIN_FRAGMENT_MS || this.#cutsSegment(true, ms))
  }

  #cutsSegment(keyframe: boolean, ms: number): boolean {
    const { segmentMs, segmentBytes } = this.#options.settings
    const segment = this.#segment
    if (!segment) return false
    const elapsed = ms - segment.startMs
    if (!keyframe) return elapsed >= segmentMs + MAX_OVERRUN_MS
    const bytes = segment.bytes + (this.#builder?.bytes ?? 0)
    return (
      this.#clockJumped ||
      this.#tracksChanged ||
      elapsed >= segmentMs - EARLY_MS ||
      (segmentBytes !== null && bytes >= segmentBytes)
    )
  }

  /** Ends the segment in work at `ms`, where a fragment has just ended, and starts the next with what they share. */
  #next(ms: number): void {
    const { events, ring, settings, wall } = this.#options
    this.#segment = null
    events.close()
    if (this.#clockJumped) {
      this.#broken = true
      wall.anchor(ms)
    }
    this.#start(ms, this.#broken ? [] : ring.last(settings.overlapKeyframes))
  }

  #start(ms: number, overlap: readonly Frame[]): void {
    const { events, wall } = this.#options
    this.#tracks = this.#known
    this.#builder = new FragmentBuilder(this.#tracks)
    this.#clockJumped = false
    this.#tracksChanged = false
    const first = overlap.find(frame => frame.track.kind === this.leading)
    const startMs = first ? timeMs(first) : ms
    this.#segment = { startMs: ms, bytes: this.#builder.init.length }
    events.open({
      init: this.#builder.init,
      tracks: this.#tracks,
      startMs: wall.at(startMs),
      continues: !this.#broken,
      overlapMs: Math.round(ms - startMs),
    })
    this.#broken = false
    for (const frame of overlap) this.#repeat(frame)
    if (overlap.length > 0) this.#cutFragment(null, ms)
  }

  /** A frame that the segment before has too. */
  #repeat(frame: Frame): void {
    const ms = timeMs(frame)
    if (this.#cutsFragment(frame, ms, frame.track.kind === this.leading)) this.#cutFragment(frame)
    this.#write(frame, ms)
  }

  #write(frame: Frame, ms: number): void {
    this.#builder?.write(frame)
    this.#open ??= { startMs: ms, first: frame, lastMs: ms, stepMs: LAST_FRAME_MS }
    if (frame.track.kind !== this.leading || ms <= this.#open.lastMs) return
    this.#open.stepMs = ms - this.#open.lastMs
    this.#open.lastMs = ms
  }

  /** Ends the fragment in work where `next` begins, or at `endMs`, or where its last frame ends. */
  #cutFragment(next: Frame | null, endMs: number | null = next && timeMs(next)): void {
    const { events, wall } = this.#options
    const open = this.#open
    const builder = this.#builder
    if (!open || !builder) return
    this.#open = null
    const { first, startMs, lastMs, stepMs } = open
    const wallMs = wall.at(startMs)
    const trackId = this.#tracks.findIndex(track => track.id === first.track.id) + 1
    const reference = producerReferenceTime({ trackId, wallMs, mediaTime: first.dts })
    const [moof, mdatHeader, ...data] = builder.finish(next)
    if (!moof || !mdatHeader) return
    const parts = [reference, moof, mdatHeader, ...data]
    const bytes = parts.reduce((size, part) => size + part.length, 0)
    if (this.#segment) this.#segment.bytes += bytes
    events.fragment({
      parts,
      bytes,
      headBytes: reference.length + moof.length + mdatHeader.length,
      startUs: Math.round(startMs * 1000),
      durationUs: Math.max(1, Math.round(((endMs ?? lastMs + stepMs) - startMs) * 1000)),
      wallMs,
      keyframe: first.keyframe && first.track.kind === this.leading,
    })
  }
}

export function leadingKind(tracks: readonly Track[]): Track['kind'] {
  return tracks.some(track => track.kind === 'video') ? 'video' : 'audio'
}

function timeMs(frame: Frame): number {
  return (frame.dts * 1000) / frame.track.clockRate
}
