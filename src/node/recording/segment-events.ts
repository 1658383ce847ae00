import type { NodeEvent } from '../../link/events.ts'
import type { EmitRecorderEvent, RecorderEvent } from '../recorder/recorder-events.ts'
import type { SegmentRecord } from '../recorder/segment.ts'
import type { SegmentIndex } from '../recorder/segment-index.ts'
import { segmentView } from './segment-view.ts'

/** Gaps of one message; a span that has more was mended as often. */
const MAX_GAPS = 100
/** What lasts over a restart of holds on segments that are being written. */
const HELD = 'heldWhileOpen'

/** Tells the platform what the recorder does, in the words of the link. */
export class SegmentEvents {
  readonly #index: SegmentIndex
  readonly #emit: (event: NodeEvent) => void
  /** Segments in work that are to be held when they are finished. */
  readonly #held: Set<string>

  constructor(index: SegmentIndex, emit: (event: NodeEvent) => void) {
    this.#index = index
    this.#emit = emit
    this.#held = new Set((index.recall(HELD) as string[] | undefined) ?? []) // written by hold
  }

  readonly emit: EmitRecorderEvent = event => this.#emit(this.#nodeEvent(event))

  /** Of segments in work: what is finished is marked in the index. */
  hold(id: string, held: boolean): void {
    if (this.#held.has(id) === held) return
    if (held) this.#held.add(id)
    else this.#held.delete(id)
    this.#index.remember(HELD, [...this.#held])
  }

  #nodeEvent(event: RecorderEvent): NodeEvent {
    const { atMs } = event
    switch (event.type) {
      case 'segment.opened':
      case 'segment.progress':
      case 'segment.copied':
        return { type: 'recording.segment', segment: segmentView(event.segment), atMs }
      case 'segment.closed':
        return { type: 'recording.segment', segment: segmentView(this.#marked(event.segment)), atMs }
      case 'segment.gone': {
        const { id } = event.segment
        this.hold(id, false)
        return { type: 'recording.deleted', segments: [id], reason: 'nothing of it was left', atMs }
      }
      case 'coverage': {
        const { coverage } = event
        return { type: 'recording.coverage', ...coverage, gaps: coverage.gaps.slice(-MAX_GAPS), atMs }
      }
      case 'state':
        return { type: 'recording.state', ...event.change, atMs }
    }
  }

  #marked(segment: SegmentRecord): SegmentRecord {
    if (!this.#held.has(segment.id)) return segment
    const held = { ...segment, held: true }
    this.#index.put(held)
    this.hold(segment.id, false)
    return held
  }
}
