import type { Sink } from './packager.ts'

/** Length-dependent bytes in front of each write (a WebSocket frame header); the same for all viewers of the kind. */
export type Envelope = (payloadBytes: number) => Uint8Array

export interface QueueLimits {
  /** Bytes a viewer's socket may hold back before he loses frames up to the next keyframe. */
  readonly bytes: number
  /** Age of what it holds back before the same happens, milliseconds (MS-028 `queue_length`). */
  readonly ageMs: number
  /** Nothing taken for this long: the viewer is put out. */
  readonly stallMs: number
}

/** A viewer resumes after a drop once his socket holds no more than this: a short burst still fits the kernel's buffer. */
const RESUME_BYTES = 64 * 1024

/**
 * starting -> live       a keyframe was written behind the header
 * live     -> skipping   the socket held back too much or too long, or the viewer paused
 * skipping -> live       the socket drained and a keyframe came
 */
export type ViewerState = 'starting' | 'live' | 'skipping'

/** One viewer of a broadcast. Holds counters and a position; the bytes belong to all. */
export class Viewer {
  readonly sink: Sink
  readonly envelope: Envelope | null
  readonly #limits: QueueLimits
  state: ViewerState = 'starting'
  /** Position in the log up to which the viewer has the bytes. */
  position = 0
  /** Place in its slot's list. */
  index = 0
  bytes = 0
  droppedFrames = 0
  /** Times the viewer fell behind and lost frames. */
  skips = 0
  #paused = false
  #blockedSinceMs = 0
  #lastPending = 0
  #lastWritten = 0
  #progressAtMs = 0

  constructor(sink: Sink, envelope: Envelope | null, limits: QueueLimits) {
    this.sink = sink
    this.envelope = envelope
    this.#limits = limits
  }

  write(bytes: Uint8Array): void {
    this.bytes += bytes.length
    this.#lastWritten = bytes.length
    this.sink.write(bytes)
  }

  /** Looks at what the socket holds back. Returns false when the viewer has taken nothing for too long. */
  checkQueue(nowMs: number): boolean {
    const pending = this.sink.pendingBytes()
    if (pending === 0) {
      this.#blockedSinceMs = 0
      this.#lastPending = 0
      return true
    }
    if (this.#blockedSinceMs === 0) {
      this.#blockedSinceMs = nowMs
      this.#progressAtMs = nowMs
    } else if (pending < this.#lastPending) {
      this.#progressAtMs = nowMs
    }
    this.#lastPending = pending
    if (this.state === 'live' && (pending > this.#limits.bytes || nowMs - this.#blockedSinceMs > this.#limits.ageMs)) {
      this.state = 'skipping'
      this.skips++
    }
    return nowMs - this.#progressAtMs <= this.#limits.stallMs
  }

  /** A round went by without a write to this viewer. */
  passedOver(): void {
    this.#lastWritten = 0
  }

  /** Of how many rounds the socket still had bytes when it was last looked at: none, the last one, or others too. */
  get heldRounds(): 0 | 1 | 2 {
    if (this.#lastPending === 0) return 0
    return this.#lastPending <= this.#lastWritten ? 1 : 2
  }

  /** Whether a viewer who fell behind has room again, and wants more. */
  mayResume(): boolean {
    return !this.#paused && this.#lastPending <= RESUME_BYTES
  }

  get paused(): boolean {
    return this.#paused
  }

  /** By his own wish he gets nothing, and no frame counts as lost; afterwards he goes on with the next keyframe. */
  pause(paused: boolean): void {
    this.#paused = paused
    if (paused && this.state === 'live') this.state = 'skipping'
  }

  resumed(): void {
    this.state = 'live'
    this.#blockedSinceMs = 0
  }
}
