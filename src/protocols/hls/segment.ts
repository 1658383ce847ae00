/** The initialization segment of fragmented MP4, in force for the segments that name it. RFC 8216 §4.3.2.5. */
export interface InitSegment {
  /** File name; unique, because caches keep it. */
  readonly name: string
  readonly data: Buffer
}

/** A finished media segment. */
export interface Segment {
  /** File name; unique, because caches keep it. */
  readonly name: string
  readonly data: Buffer
  /** Media sequence number. RFC 8216 §3. */
  readonly sequence: number
  readonly durationMs: number
  /** Wall clock of the first frame, milliseconds since 1970. */
  readonly startedAtMs: number
  /** Number of its slot of the wanted length since 1970, one of its own; null without the time floor. */
  readonly slot: number | null
  /** What follows does not join the segment before. RFC 8216 §4.3.2.3. */
  readonly discontinuity: boolean
  /** Starts with a keyframe, or has no pictures. */
  readonly independent: boolean
  readonly init: InitSegment | null
}

export type SegmentContainer = 'ts' | 'fmp4'
