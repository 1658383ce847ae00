import { type MovieWriterTrack, movieHead } from '../../media/container/fmp4/movie-writer.ts'
import { SampleTable } from '../../media/container/fmp4/sample-table.ts'
import type { Track } from '../../media/stream/track.ts'

/** A sample where it lies in the media data. */
export interface MovieSample {
  /** The track as it is configured for this sample. */
  readonly track: Track
  readonly dtsMs: number
  readonly ptsMs: number
  /** Until the next one, ticks of the track; what the next one says goes before it. */
  readonly duration: number
  /** `pts - dts` in ticks of the track. */
  readonly compositionTicks: number
  /** In the media data, bytes. */
  readonly offset: number
  readonly size: number
  readonly keyframe: boolean
}

/** One track of the movie: those of a kind, in their order. */
interface OutTrack {
  readonly first: Track
  readonly table: SampleTable
  /** Ticks of `first` at which its first sample is due. */
  readonly startTicks: number
  readonly firstComposition: number
}

/**
 * The samples of an MP4 that is not fragmented, as they come. Configurations that follow each other become sample
 * descriptions of one track.
 */
export class MovieTracks {
  readonly #tracks = new Map<string, OutTrack>()

  /** In decoding order of each track. Throws as `SampleTable.add`. */
  add({ compositionTicks, dtsMs, duration, keyframe, offset, ptsMs, size, track }: MovieSample): void {
    let out = this.#tracks.get(track.kind)
    if (!out) {
      const startTicks = Math.round((dtsMs * track.clockRate) / 1000)
      const firstComposition = Math.max(0, compositionTicks)
      out = { first: track, table: new SampleTable(), startTicks, firstComposition }
      this.#tracks.set(track.kind, out)
    }
    const { table, first, startTicks } = out
    const ticks = (ms: number) => Math.round((ms * first.clockRate) / 1000) - startTicks
    // The sample before lasts until this one is due, whatever it was thought to last.
    table.extend(Math.max(-table.lastDuration, ticks(dtsMs) - table.duration))
    table.add({
      ...{ track, offset, size, keyframe },
      duration: Math.round((duration * first.clockRate) / track.clockRate),
      compositionOffset: ticks(ptsMs) - ticks(dtsMs),
    })
  }

  /** What goes before `dataBytes` of media. The movie begins with what is shown first. */
  head(dataBytes: number): Buffer {
    const tracks = [...this.#tracks.values()]
    const startMs = ({ startTicks, firstComposition, first }: OutTrack) =>
      ((startTicks + firstComposition) * 1000) / first.clockRate
    const zeroMs = Math.min(...tracks.map(startMs))
    const written = tracks
      .toSorted((a, b) => (a.first.kind === b.first.kind ? 0 : a.first.kind === 'video' ? -1 : 1))
      .map(
        (track): MovieWriterTrack => ({
          track: track.first,
          table: track.table,
          delayMs: startMs(track) - zeroMs,
          firstComposition: track.firstComposition,
        }),
      )
    return movieHead(written, dataBytes)
  }
}
