import type { Track } from '../../media/stream/track.ts'

/** Why something is recorded. */
export type RecordingCause = 'always' | 'plan' | 'manual' | 'event'

/** Why nothing was recorded although it should have been. */
export type GapReason = 'noStream' | 'nodeDown' | 'diskFull' | 'storeError' | 'overload' | 'forbidden' | 'noKeyframe'

/** What is known of a track without its configuration. */
export interface RecordedTrack {
  readonly kind: Track['kind']
  readonly codec: Track['codec']
  readonly codecString: string
  /** Pixels; 0 for sound. */
  readonly width: number
  readonly height: number
  /** Samples per second; 0 for pictures. */
  readonly sampleRate: number
  readonly channels: number
}

/** A recorded file: fragmented MP4 without holes, in one configuration. */
export interface SegmentRecord {
  readonly id: string
  readonly path: string
  /** The recording it belongs to: from a start to the stop. */
  readonly recording: string
  readonly cause: RecordingCause
  readonly template: string | null
  /** Name of the store. */
  readonly store: string
  /** Key in the store. The index lies beside it, see `indexKey`. */
  readonly object: string
  /** recovered: a crash left it open, what is whole was kept. */
  readonly state: 'open' | 'closed' | 'recovered'
  /** Wall clock of the first frame and of the end of the last, milliseconds since 1970. */
  readonly startMs: number
  readonly endMs: number
  readonly sizeBytes: number
  readonly fragments: number
  /** Bytes of `ftyp` and `moov` at the start of the file. */
  readonly initBytes: number
  /** SHA-256 of them in hex: what has the same goes on with the same decoder. */
  readonly initHash: string
  /** The segment whose end this one joins without a hole, on the same media time; null: none. */
  readonly continues: string | null
  /** Time at the start that the segment before has too. */
  readonly overlapMs: number
  readonly tracks: readonly RecordedTrack[]
  /** SHA-256 of the finished file in hex; null: open, or cut off. */
  readonly sha256: string | null
  /** Never deleted. */
  readonly held: boolean
  /** Only its keyframes are left. */
  readonly thinned: boolean
  /** What else is to be made of it when it is finished. */
  readonly copyAs: CopySettings | null
  /** The same as a file of another format, once it is there. */
  readonly copy: SegmentCopy | null
}

export interface SegmentCopy {
  readonly format: CopyFormat
  readonly object: string
  readonly sizeBytes: number
}

export type CopyFormat = 'mp4' | 'flv' | 'hls'

export interface CopySettings {
  readonly format: CopyFormat
  /** With variables in braces, see `objectName`. */
  readonly objectName: string
}

export interface RecordingSettings {
  /** Name of the store. */
  readonly store: string
  /** Made of each segment when it is finished; null: none. */
  readonly copy: CopySettings | null
  /** Length of a file; it ends at the next keyframe. */
  readonly segmentMs: number
  /** Size of a file, whichever comes first; null: any. */
  readonly segmentBytes: number | null
  /** Keyframes at the end of a file that the next one has again: 0 to 3. */
  readonly overlapKeyframes: number
  /** Kept before an event. */
  readonly preRecordMs: number
  readonly postRecordMs: number
  /** Leaves the pictures out. */
  readonly audioOnly: boolean
}

/** From a start to the stop. */
export interface RecordingRun {
  readonly recording: string
  readonly cause: RecordingCause
  readonly template: string | null
  readonly settings: RecordingSettings
}

export function recordedTrack(track: Track): RecordedTrack {
  const { kind, codec, codecString } = track
  const nothing = { width: 0, height: 0, sampleRate: 0, channels: 0 }
  if (track.kind === 'video') return { ...nothing, kind, codec, codecString, width: track.width, height: track.height }
  return { ...nothing, kind, codec, codecString, sampleRate: track.sampleRate, channels: track.channels }
}

/** Key of the index beside a segment. */
export function indexKey(object: string): string {
  return `${object}.idx`
}
