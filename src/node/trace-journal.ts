import type { Clock } from '../base/clock.ts'
import type { TraceEntry } from '../link/trace.ts'

export type TraceStep = TraceEntry['step']
/** An entry without its time. */
export type TraceNote = Omit<TraceEntry, 'atMs'>

/** Newest steps kept of a path, apart for both sides: a thousand viewers do not push out what the publisher did. */
const PUBLISHER_STEPS = 80
const VIEWER_STEPS = 120
/** Paths kept that somebody has published, and paths that were only asked for, which strangers can make up. */
const MAX_STREAMS = 1000
const MAX_UNKNOWN = 200
/** Reasons are our own sentences and cut for the one that is not. */
const MAX_REASON_LENGTH = 512

interface Numbered {
  /** Order of entries in the same millisecond. */
  readonly number: number
  readonly entry: TraceEntry
}

/** The newest entries of one side of one path. */
class Ring {
  readonly #limit: number
  readonly #entries: Numbered[] = []
  #next = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(entry: Numbered): void {
    this.#entries[this.#next] = entry
    this.#next = (this.#next + 1) % this.#limit
  }

  get entries(): readonly Numbered[] {
    return this.#entries
  }
}

interface PathTrace {
  readonly publisher: Ring
  readonly viewers: Ring
}

/** What happened to each stream lately: who asked, who was refused and why, when the first frame came. In memory, bounded. */
export class TraceJournal {
  readonly #clock: Clock
  /** In the order of their last entry. */
  readonly #streams = new Map<string, PathTrace>()
  readonly #unknown = new Map<string, PathTrace>()
  #number = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(path: string, note: TraceNote): void {
    const { reason } = note
    const atMs = this.#clock.nowMs()
    const entry =
      reason === undefined ? { atMs, ...note } : { atMs, ...note, reason: reason.slice(0, MAX_REASON_LENGTH) }
    const trace = this.#trace(path, note.step)
    const side = note.step.startsWith('viewer') ? trace.viewers : trace.publisher
    side.add({ number: this.#number++, entry })
  }

  /** Oldest first; empty for a path nothing is known of. */
  entries(path: string): TraceEntry[] {
    const trace = this.#streams.get(path) ?? this.#unknown.get(path)
    if (!trace) return []
    return [...trace.publisher.entries, ...trace.viewers.entries]
      .sort((a, b) => a.number - b.number)
      .map(({ entry }) => entry)
  }

  #trace(path: string, step: TraceStep): PathTrace {
    const known = this.#streams.get(path)
    const asked = this.#unknown.get(path)
    const trace = known ?? asked ?? { publisher: new Ring(PUBLISHER_STEPS), viewers: new Ring(VIEWER_STEPS) }
    this.#streams.delete(path)
    this.#unknown.delete(path)
    if (known || step === 'publish started') remember(this.#streams, path, trace, MAX_STREAMS)
    else remember(this.#unknown, path, trace, MAX_UNKNOWN)
    return trace
  }
}

function remember(traces: Map<string, PathTrace>, path: string, trace: PathTrace, limit: number): void {
  traces.set(path, trace)
  if (traces.size <= limit) return
  const [oldest] = traces.keys()
  if (oldest !== undefined) traces.delete(oldest)
}
