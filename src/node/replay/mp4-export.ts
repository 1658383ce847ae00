import { AppError } from '../../base/errors.ts'
import type { ByteSpan } from '../../storage/objects/object-store.ts'
import type { FragmentReader, RecordedSample } from './fragment-reader.ts'
import { MovieTracks } from './movie-tracks.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'
import { eachFragment, lengthUs, type StitchedFragment, stitched, stitchedTimes } from './stitched.ts'

export interface ExportOptions {
  readonly signal?: AbortSignal
  /** Share of the work that is done, 0 to 1. */
  readonly progress?: (done: number) => void
}

export interface PieceOptions extends ExportOptions {
  /** Only these bytes of the file; what is outside is not read. */
  readonly span?: ByteSpan
}

/** A file that is ready to be written: its size is known before its first byte. */
export interface ExportedFile {
  readonly bytes: number
  readonly durationMs: number
  /** The file in pieces. Throws what the store throws, and the signal's reason. */
  pieces(options?: PieceOptions): AsyncGenerator<Uint8Array, void>
}

/** Looking through the fragments is so much of the work; the rest is copying. */
const PREPARE_SHARE = 0.2

/**
 * An MP4 with its `moov` first of what was recorded: media are copied as they are, holes are closed. Configurations
 * that follow each other become sample descriptions of one track. Throws NOT_FOUND when there is nothing.
 */
export async function exportMp4(
  recordings: Recordings,
  reader: FragmentReader,
  fragments: readonly RecordedFragment[],
  { signal, progress }: ExportOptions = {},
): Promise<ExportedFile> {
  const parts = stitched(fragments)
  if (parts.length === 0) throw new AppError('NOT_FOUND', { what: 'recording', id: 'of this time' })
  const tracks = new MovieTracks()
  let dataBytes = 0
  const collect = (fragment: StitchedFragment, samples: RecordedSample[]) => {
    for (const sample of samples) addSample(tracks, fragment, sample, dataBytes)
    dataBytes += fragment.entry.bytes - fragment.entry.headBytes
  }
  await eachFragment(reader, parts, collect, {
    ...(signal && { signal }),
    progress: done => progress?.(done * PREPARE_SHARE),
  })
  const head = tracks.head(dataBytes)
  return {
    bytes: head.length + dataBytes,
    durationMs: Math.round(lengthUs(parts) / 1000),
    pieces: options => pieces(recordings, head, parts, options),
  }
}

async function* pieces(
  recordings: Recordings,
  head: Buffer,
  parts: readonly StitchedFragment[],
  { signal, progress, span = { start: 0, end: Number.POSITIVE_INFINITY } }: PieceOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const release = recordings.use(parts.map(({ segment }) => segment))
  try {
    if (span.start < head.length) yield head.subarray(span.start, Math.min(head.length, span.end))
    let at = head.length
    for (const [i, { segment, entry }] of parts.entries()) {
      const dataBytes = entry.bytes - entry.headBytes
      const start = Math.max(0, span.start - at)
      const end = Math.min(dataBytes, span.end - at)
      at += dataBytes
      if (start >= end) continue
      const data = entry.offset + entry.headBytes
      for await (const piece of recordings
        .storeOf(segment)
        .read(segment.object, { start: data + start, end: data + end })) {
        signal?.throwIfAborted()
        yield piece
      }
      progress?.(PREPARE_SHARE + ((i + 1) / parts.length) * (1 - PREPARE_SHARE))
    }
  } finally {
    release()
  }
}

function addSample(
  tracks: MovieTracks,
  { shiftUs, entry }: StitchedFragment,
  sample: RecordedSample,
  dataOffset: number,
): void {
  const { duration, dts, keyframe, pts, size } = sample
  tracks.add({
    ...{ track: sample.track.track, ...stitchedTimes(sample, shiftUs), duration, keyframe, size },
    compositionTicks: pts - dts,
    offset: dataOffset + sample.offset - entry.headBytes,
  })
}
