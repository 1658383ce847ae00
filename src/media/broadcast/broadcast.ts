import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { dtsMs, type Frame } from '../stream/frame.ts'
import { GOP_CACHE_LIMITS } from '../stream/gop-cache.ts'
import type { Reader } from '../stream/reader.ts'
import type { Track } from '../stream/track.ts'
import type { Pace } from './pace.ts'
import type { Packager, Parts, Sink } from './packager.ts'
import { PacketLog } from './packet-log.ts'
import { Slot } from './slot.ts'
import { type Envelope, type QueueLimits, Viewer } from './viewer.ts'

export interface BroadcastSettings {
  /** Widest window, the latency class of the stream, milliseconds. */
  readonly ceilingMs: number
  /** Narrowest window, milliseconds; 0: write at once while that is cheap. */
  readonly floorMs: number
  /** Whether a new viewer starts with the cached GOP (at once) or waits for the next keyframe (least delay). */
  readonly gopCache: boolean
  readonly queue: QueueLimits
}

export interface BroadcastOptions {
  readonly settings: BroadcastSettings
  readonly pace: Pace
  readonly clock: Clock
  readonly timers: Timers
  /** The last viewer left. */
  readonly onIdle: () => void
  /** The stream is over; all viewers have been told. */
  readonly onEnd: () => void
  /** Bytes handed to sockets in a round, and frames that viewers who were too slow did not get. */
  readonly onSent: (bytes: number, droppedFrames: number) => void
}

/** Viewers per round: 128 writes of a 350 ms window at 1 Mbit/s take 1 to 3 ms, well under the 10 ms a round may last. */
const VIEWERS_PER_SLOT = 128
/**
 * A window of more bytes is written early: the kernel's copying is the cost from here on (measured at 500 kB: nothing
 * gained by more), and a socket that takes it in one go lets the memory be used again.
 */
const MAX_WINDOW_BYTES = 256 * 1024
/** An audio-only stream may be entered at any frame; a start this far back fills the player's buffer. */
const AUDIO_START_MS = 1000

/** The fan-out of one stream in one format. Frames are packaged once and each window is written from one buffer. */
export class Broadcast implements Reader {
  readonly #packager: Packager
  readonly #options: BroadcastOptions
  readonly #log = new PacketLog()
  #tracks: readonly Track[] = []
  #slots: Slot[] = []
  #viewers = 0
  #next = 0
  #timer: Timer | null = null
  #dueMs = 0
  #audioStartMs = Number.NEGATIVE_INFINITY
  #ended = false
  #lastBurst: { readonly end: number; readonly envelope: Envelope | null; readonly bytes: Buffer } | null = null
  /** Frames that could not be said in this format (larger than it allows). */
  unpackaged = 0
  readonly #header = (position: number): Parts => this.#packager.header(this.#tracks, this.#log.dtsAt(position))

  constructor(packager: Packager, options: BroadcastOptions) {
    this.#packager = packager
    this.#options = options
  }

  get viewers(): number {
    return this.#viewers
  }

  /** A new viewer: gets the cached GOP at once, or the next keyframe. */
  add(sink: Sink, envelope: Envelope | null = null): Viewer {
    const { settings, pace } = this.#options
    const viewer = new Viewer(sink, envelope, settings.queue)
    const slot = this.#slotFor(envelope)
    slot.add(viewer)
    this.#viewers++
    pace.viewerAdded()
    const start = settings.gopCache ? this.#log.gopStart : -1
    if (start >= 0) {
      const burst = this.#burst(slot, start)
      viewer.write(burst)
      viewer.resumed()
      this.#options.onSent(burst.length, 0)
    }
    viewer.position = this.#log.end
    return viewer
  }

  /** What a viewer who comes now starts with; all who come between two frames share it. */
  #burst(slot: Slot, start: number): Buffer {
    const { end } = this.#log
    if (this.#lastBurst?.end !== end || this.#lastBurst.envelope !== slot.envelope) {
      const bytes = slot.concatStart(this.#log, start, this.#header)
      this.#lastBurst = { end, envelope: slot.envelope, bytes }
    }
    return this.#lastBurst.bytes
  }

  /** The viewer leaves by himself; his sink is not told. */
  remove(viewer: Viewer): void {
    const at = this.#slots.findIndex(slot => slot.remove(viewer))
    if (at < 0) return
    if (this.#slots[at]!.viewers.length === 0) this.#slots.splice(at, 1)
    else if (this.#viewers < (this.#slots.length * VIEWERS_PER_SLOT) / 4) this.#mergeInto(this.#slots[at]!)
    this.#viewers--
    this.#options.pace.viewerRemoved()
    if (this.#viewers === 0) {
      this.#timer?.cancel()
      this.#timer = null
      if (!this.#ended) this.#options.onIdle()
    }
  }

  onTracks(tracks: readonly Track[]): void {
    this.#tracks = tracks.filter(track => this.#packager.carries(track))
    this.#packager.tracks?.(this.#tracks)
  }

  onFrame(frame: Frame): void {
    if (!this.#packager.carries(frame.track)) return
    const parts = this.#package(frame)
    if (parts === null) return
    this.#log.append(parts, this.#startsAt(frame), dtsMs(frame))
    if (this.#log.gopStart >= 0 && this.#log.end - this.#log.gopStart > GOP_CACHE_LIMITS.maxBytes) this.#log.forgetGop()
    this.#lastBurst = null
    if (this.#viewers > 0) this.#schedule()
    else this.#trim()
  }

  onDiscontinuity(): void {
    this.#log.forgetGop()
  }

  onEnd(reason: string): void {
    this.#ended = true
    this.#timer?.cancel()
    this.#timer = null
    const slots = this.#slots
    for (const slot of slots) this.#flush(slot)
    for (const slot of slots) {
      for (const viewer of [...slot.viewers]) {
        this.remove(viewer)
        viewer.sink.end(reason)
      }
    }
    this.#options.onEnd()
  }

  /** Null for a frame the format has no room for; the publisher and other formats must not suffer from it. */
  #package(frame: Frame): Parts | null {
    try {
      return this.#packager.frame(frame)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.unpackaged++
      return null
    }
  }

  #startsAt(frame: Frame): boolean {
    if (frame.track.kind === 'video') return frame.keyframe
    if (this.#tracks.some(track => track.kind === 'video')) return false
    const ms = dtsMs(frame)
    if (ms >= this.#audioStartMs && ms - this.#audioStartMs < AUDIO_START_MS) return false
    this.#audioStartMs = ms
    return true
  }

  #slotFor(envelope: Envelope | null): Slot {
    let best: Slot | null = null
    for (const slot of this.#slots) {
      if (slot.envelope === envelope && (best === null || slot.viewers.length < best.viewers.length)) best = slot
    }
    if (best && best.viewers.length < VIEWERS_PER_SLOT) return best
    const slot = new Slot(envelope, this.#log.end)
    this.#slots.push(slot)
    return slot
  }

  /** After many have left: fewer, fuller rounds. */
  #mergeInto(slot: Slot): void {
    const other = this.#slots.find(candidate => candidate !== slot && candidate.envelope === slot.envelope)
    if (!other || other.viewers.length + slot.viewers.length > VIEWERS_PER_SLOT) return
    // Positions of the two differ; each viewer keeps his own, and the next round starts at the older one.
    for (const viewer of [...other.viewers]) {
      other.remove(viewer)
      viewer.position = Math.max(viewer.position, other.cursor)
      slot.add(viewer)
    }
    for (const viewer of slot.viewers) viewer.position = Math.max(viewer.position, slot.cursor)
    slot.cursor = Math.min(slot.cursor, other.cursor)
    this.#slots.splice(this.#slots.indexOf(other), 1)
  }

  #schedule(): void {
    const full = this.#slots.filter(slot => this.#log.end - slot.cursor >= MAX_WINDOW_BYTES)
    for (const slot of full) this.#flush(slot)
    if (this.#timer) return
    const { pace, settings } = this.#options
    const window = Math.max(settings.floorMs, pace.windowMs(settings.ceilingMs))
    if (window === 0) {
      for (const slot of [...this.#slots]) this.#flush(slot)
      return
    }
    const now = this.#options.clock.monotonicMs()
    if (this.#dueMs < now - window) this.#dueMs = now
    this.#dueMs += window / this.#slots.length
    this.#timer = this.#options.timers.after(Math.max(0, this.#dueMs - now), () => this.#tick())
  }

  #tick(): void {
    this.#timer = null
    this.#next %= this.#slots.length || 1
    const slot = this.#slots[this.#next++]
    if (slot) this.#flush(slot)
    const end = this.#log.end
    if (this.#slots.some(other => other.cursor < end)) this.#schedule()
  }

  #flush(slot: Slot): void {
    const { clock, pace, onSent } = this.#options
    const startMs = clock.monotonicMs()
    const writes = slot.viewers.length
    const { bytes, droppedFrames, stalled } = slot.flush(this.#log, this.#header, startMs)
    pace.measured(writes, clock.monotonicMs() - startMs)
    onSent(bytes, droppedFrames)
    this.#trim()
    for (const viewer of stalled) {
      this.remove(viewer)
      viewer.sink.end('took nothing for too long')
    }
  }

  #trim(): void {
    let keep = this.#log.end
    for (const slot of this.#slots) keep = Math.min(keep, slot.cursor)
    if (this.#log.gopStart >= 0) keep = Math.min(keep, this.#log.gopStart)
    this.#log.trim(keep)
  }
}
