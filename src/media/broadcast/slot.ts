import type { Parts } from './packager.ts'
import type { PacketLog } from './packet-log.ts'
import type { Envelope, Viewer } from './viewer.ts'

/** Builds what a viewer who starts at a log position gets first. */
export type HeaderAt = (position: number) => Parts

/**
 * Viewers who are served in one round: one buffer is made, and written to each of them. Rounds of different slots
 * lie apart in time, so that no round holds the event loop long.
 */
export class Slot {
  readonly envelope: Envelope | null
  readonly viewers: Viewer[] = []
  /** Log position up to which the last round went. */
  cursor: number

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
    const last = this.viewers.pop()!
    if (last !== viewer) {
      this.viewers[viewer.index] = last
      last.index = viewer.index
    }
    return true
  }

  /** Writes [cursor, end of log) to everybody. Returns the viewers whose sockets take nothing any more. */
  flush(log: PacketLog, header: HeaderAt, nowMs: number): Viewer[] {
    const from = this.cursor
    const end = log.end
    this.cursor = end
    if (from === end || this.viewers.length === 0) return []
    const buffer = log.concat(from, this.#prefix(end - from))
    const body = buffer.length - (end - from)
    const keyframe = log.keyframeFrom(from)
    let fromKeyframe: Buffer | null = null
    let withHeader: Buffer | null = null
    const stalled: Viewer[] = []

    for (const viewer of this.viewers) {
      if (!viewer.checkQueue(nowMs)) stalled.push(viewer)
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
      } else if (viewer.state === 'skipping') {
        viewer.droppedFrames += log.countFrom(Math.max(from, viewer.position))
      }
      viewer.position = end
    }
    return stalled
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
