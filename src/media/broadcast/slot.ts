import type { Parts } from './packager.ts'
import type { PacketLog } from './packet-log.ts'
import type { Envelope, Viewer } from './viewer.ts'

/** Builds what a viewer who starts at a log position gets first. */
export type HeaderAt = (position: number) => Parts

/** What one round did. */
export interface Round {
  /** Handed to all sockets together. */
  bytes: number
  /** Frames that viewers who are behind did not get. */
  droppedFrames: number
  /** Viewers whose sockets take nothing any more. */
  readonly stalled: Viewer[]
}

/**
 * Viewers who are served in one round: one buffer is made, and written to each of them. Rounds of different slots
 * lie apart in time, so that no round holds the event loop long.
 */
export class Slot {
  readonly envelope: Envelope | null
  readonly viewers: Viewer[] = []
  /** Log position up to which the last round went. */
  cursor: number
  /** Memory of the last window and of the one before; null where a socket may still hold some of it. */
  #newest: Buffer | null = null
  #older: Buffer | null = null

  constructor(envelope: Envelope | null, cursor: number) {
    this.envelope = envelope
    this.cursor = cursor
  }

  add(viewer: Viewer): void {
    viewer.index = this.viewers.length
    this.viewers.push(viewer)
  }

  remove(viewer: Viewer): boolean {
    if (this.viewers[viewer.index] !== viewer) return false
    // Whoever is put out in good order is still sent what his socket holds.
    if (viewer.sink.pendingBytes() > 0) this.#forgetWindows()
    const last = this.viewers.pop()!
    if (last !== viewer) {
      this.viewers[viewer.index] = last
      last.index = viewer.index
    }
    return true
  }

  /** Writes [cursor, end of log) to everybody. */
  flush(log: PacketLog, header: HeaderAt, nowMs: number): Round {
    const from = this.cursor
    const end = log.end
    this.cursor = end
    const round: Round = { bytes: 0, droppedFrames: 0, stalled: [] }
    if (from === end || this.viewers.length === 0) return round
    let held = 0
    for (const viewer of this.viewers) {
      if (!viewer.checkQueue(nowMs)) round.stalled.push(viewer)
      held = Math.max(held, viewer.heldRounds)
    }
    if (held === 1) [this.#newest, this.#older] = [this.#older, this.#newest]
    else if (held > 1) this.#forgetWindows()
    const buffer = this.#concat(log, from, this.#prefix(end - from))
    const body = buffer.length - (end - from)
    const keyframe = log.keyframeFrom(from)
    let fromKeyframe: Buffer | null = null
    let withHeader: Buffer | null = null

    for (const viewer of this.viewers) {
      const before = viewer.bytes
      if (viewer.state === 'live') {
        if (viewer.position <= from) viewer.write(buffer)
        else if (viewer.position < end) this.#writeTail(viewer, buffer.subarray(body + viewer.position - from))
      } else if (keyframe >= 0 && viewer.position <= keyframe && viewer.mayResume()) {
        if (viewer.state === 'starting') {
          withHeader ??= this.concatStart(log, keyframe, header)
          viewer.write(withHeader)
        } else {
          fromKeyframe ??= log.concat(keyframe, this.#prefix(end - keyframe))
          viewer.write(fromKeyframe)
        }
        viewer.resumed()
      } else if (viewer.state === 'skipping' && !viewer.paused) {
        const dropped = log.countFrom(Math.max(from, viewer.position))
        viewer.droppedFrames += dropped
        round.droppedFrames += dropped
      }
      if (viewer.bytes === before) viewer.passedOver()
      viewer.position = end
      round.bytes += viewer.bytes - before
    }
    return round
  }

  /**
   * The bytes of a window. Memory that every socket has done with is used again: a fresh buffer per window is a page
   * fault per 4 kB and a heap that grows faster than it is collected.
   */
  #concat(log: PacketLog, from: number, prefix: Parts): Buffer {
    const size = log.sizeFrom(from, prefix)
    // Kept a little larger than needed: windows differ by a frame or two.
    if (this.#newest === null || this.#newest.length < size) this.#newest = Buffer.allocUnsafeSlow(size + (size >> 2))
    return log.copyTo(this.#newest, from, prefix)
  }

  #forgetWindows(): void {
    this.#newest = null
    this.#older = null
  }

  /** Header and everything from `position` on. */
  concatStart(log: PacketLog, position: number, header: HeaderAt): Buffer {
    const parts = header(position)
    let length = log.end - position
    for (const part of parts) length += part.length
    return log.concat(position, [...this.#prefix(length), ...parts])
  }

  #writeTail(viewer: Viewer, bytes: Buffer): void {
    if (this.envelope) viewer.write(this.envelope(bytes.length))
    viewer.write(bytes)
  }

  #prefix(payloadBytes: number): Parts {
    return this.envelope ? [this.envelope(payloadBytes)] : []
  }
}
