import type { GapReason } from './segment.ts'

export interface Gap {
  readonly startMs: number
  readonly endMs: number
  readonly reason: GapReason
}

/** One span of a stream that should have been recorded. */
export interface Coverage {
  readonly path: string
  readonly fromMs: number
  readonly toMs: number
  readonly plannedS: number
  readonly recordedS: number
  readonly gaps: readonly Gap[]
}

/** Less than this between two fragments is no gap: a frame that came late, a rounded time. */
const TOLERANCE_MS = 1000
/** A fragment is in its file so long after its first frame was made, at most, when all is well. */
const WRITE_LAG_MS = 6000
/** Told about this often, and when something changes. */
const TELL_MS = 60_000

const WEIGHT: Readonly<Record<GapReason, number>> = {
  noStream: 0,
  noKeyframe: 0,
  nodeDown: 1,
  diskFull: 1,
  storeError: 1,
  overload: 1,
  forbidden: 1,
}

/** Planned against recorded time of one stream. Times are those of the wall clock. */
export class CoverageLedger {
  readonly #path: string
  /** Since when nothing has been told. */
  #fromMs: number
  /** Everything before is recorded, or is a gap that has been noted. */
  #coveredMs: number
  #recordedMs = 0
  #gaps: Gap[] = []
  /** The first of the worst since the last fragment. */
  #reason: GapReason | null = null
  /** A gap has been told whose end is not known. */
  #inGap = false

  constructor(path: string, sinceMs: number) {
    this.#path = path
    this.#fromMs = sinceMs
    this.#coveredMs = sinceMs
  }

  /** Why nothing is recorded just now. What has no keyframe because of a full disk has none because of the disk. */
  because(reason: GapReason): void {
    if (this.#reason === null || WEIGHT[reason] > WEIGHT[this.#reason]) this.#reason = reason
  }

  /** A fragment is in its file. */
  recorded(fromMs: number, toMs: number): void {
    if (toMs <= this.#coveredMs) return
    if (fromMs - this.#coveredMs > TOLERANCE_MS) this.#gap(fromMs)
    this.#recordedMs += toMs - Math.max(this.#fromMs, this.#coveredMs)
    this.#coveredMs = toMs
    this.#reason = null
  }

  /**
   * Whether there is something to tell: a minute, a gap that opened, one that closed. `pendingMs`: from here on it is
   * only waiting to be written; null: nothing waits.
   */
  due(nowMs: number, pendingMs: number | null): boolean {
    return this.#behind(nowMs, pendingMs) !== this.#inGap || nowMs - this.#fromMs >= TELL_MS
  }

  /** What was until now, as far as it can be known. Null: nothing yet. */
  take(nowMs: number, pendingMs: number | null): Coverage | null {
    const behind = this.#behind(nowMs, pendingMs)
    const toMs = behind ? knownUntil(nowMs, pendingMs) : this.#coveredMs
    if (toMs <= this.#fromMs) return null
    return this.#tell(toMs, behind)
  }

  /** The ledger ends at `endMs`, or where what is recorded ends. What is not there now does not come any more. */
  end(endMs = this.#coveredMs): Coverage | null {
    const toMs = Math.max(endMs, this.#fromMs)
    return toMs === this.#fromMs ? null : this.#tell(toMs, toMs - this.#coveredMs > TOLERANCE_MS)
  }

  #behind(nowMs: number, pendingMs: number | null): boolean {
    return knownUntil(nowMs, pendingMs) - this.#coveredMs > TOLERANCE_MS
  }

  #tell(toMs: number, behind: boolean): Coverage {
    if (behind) this.#gap(toMs)
    this.#inGap = behind
    const coverage = {
      path: this.#path,
      fromMs: this.#fromMs,
      toMs,
      plannedS: (toMs - this.#fromMs) / 1000,
      recordedS: Math.min(this.#recordedMs, toMs - this.#fromMs) / 1000,
      gaps: this.#gaps,
    }
    this.#fromMs = toMs
    this.#coveredMs = Math.max(this.#coveredMs, toMs)
    this.#recordedMs = 0
    this.#gaps = []
    return coverage
  }

  #gap(endMs: number): void {
    this.#gaps.push({ startMs: this.#coveredMs, endMs, reason: this.#reason ?? 'noStream' })
    this.#coveredMs = endMs
  }
}

/** What is not in its file by now, and does not wait for it, is missing. */
function knownUntil(nowMs: number, pendingMs: number | null): number {
  return Math.min(nowMs - WRITE_LAG_MS, pendingMs ?? Number.POSITIVE_INFINITY)
}
