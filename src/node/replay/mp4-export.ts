import { AppError } from '../../base/errors.ts'
import { type MovieWriterTrack, movieHead } from '../../media/container/fmp4/movie-writer.ts'
import { SampleTable } from '../../media/container/fmp4/sample-table.ts'
import type { Track } from '../../media/stream/track.ts'
import type { ByteSpan } from '../../storage/objects/object-store.ts'
import type { FragmentReader, RecordedSample } from './fragment-reader.ts'
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

/** One track of the movie: those of a kind of all segments, in their order. */
interface OutTrack {
  readonly first: Track
  readonly table: SampleTable
  /** Ticks of `first` at which its first sample is due. */
  readonly startTicks: number
  readonly firstComposition: number
}

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
  const tracks = new Map<string, OutTrack>()
  let dataBytes = 0
  const collect = (fragment: StitchedFragment, samples: RecordedSample[]) => {
    for (const sample of samples) addSample(tracks, fragment, sample, dataBytes)
    dataBytes += fragment.entry.bytes - fragment.entry.headBytes
  }
  await eachFragment(reader, parts, collect, {
    ...(signal && { signal }),
    progress: done => progress?.(done * PREPARE_SHARE),
  })
  const head = movieHead(movieTracks([...tracks.values()]), dataBytes)
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
  tracks: Map<string, OutTrack>,
  { shiftUs, entry }: StitchedFragment,
  sample: RecordedSample,
  dataOffset: number,
): void {
  const { track } = sample.track
  const { dtsMs, ptsMs } = stitchedTimes(sample, shiftUs)
  let out = tracks.get(track.kind)
  if (!out) {
    const startTicks = Math.round((dtsMs * track.clockRate) / 1000)
    out = { first: track, table: new SampleTable(), startTicks, firstComposition: Math.max(0, sample.pts - sample.dts) }
    tracks.set(track.kind, out)
  }
  const { table, first, startTicks } = out
  const ticks = (ms: number) => Math.round((ms * first.clockRate) / 1000) - startTicks
  // The sample before lasts until this one is due, whatever it was thought to last.
  table.extend(Math.max(-table.lastDuration, ticks(dtsMs) - table.duration))
  table.add({
    track,
    offset: dataOffset + sample.offset - entry.headBytes,
    size: sample.size,
    duration: Math.round((sample.duration * first.clockRate) / track.clockRate),
    compositionOffset: ticks(ptsMs) - ticks(dtsMs),
    keyframe: sample.keyframe,
  })
}

/** The movie begins with what is shown first. */
function movieTracks(tracks: readonly OutTrack[]): MovieWriterTrack[] {
  const startMs = ({ startTicks, firstComposition, first }: OutTrack) =>
    ((startTicks + firstComposition) * 1000) / first.clockRate
  const zeroMs = Math.min(...tracks.map(startMs))
  return tracks
    .toSorted((a, b) => (a.first.kind === b.first.kind ? 0 : a.first.kind === 'video' ? -1 : 1))
    .map(track => ({
      track: track.first,
      table: track.table,
      delayMs: startMs(track) - zeroMs,
      firstComposition: track.firstComposition,
    }))
}
