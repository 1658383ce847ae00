import type { Packager, Parts } from '../../media/broadcast/packager.ts'
import { TsMuxer } from '../../media/container/mpegts/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { LiveFormat, TrackChoice } from './live-format.ts'

/** Frames as transport stream packets; tables come with every keyframe. */
class TsPackager implements Packager {
  readonly #choice: TrackChoice
  readonly #muxer = new TsMuxer()
  #tracks: readonly Track[] = []

  constructor(choice: TrackChoice) {
    this.#choice = choice
  }

  carries(track: Track): boolean {
    return TsMuxer.carries(track) && (this.#choice === 'all' || this.#choice === track.kind)
  }

  header(tracks: readonly Track[]): Parts {
    this.#use(tracks)
    return [this.#muxer.tables()]
  }

  frame(frame: Frame): Parts {
    const { track } = frame
    // Another publisher may number its tracks anew: a program has one picture and one sound here.
    if (!this.#tracks.some(({ id, codec }) => id === track.id && codec === track.codec)) {
      this.#use([...this.#tracks.filter(({ id, kind }) => id !== track.id && kind !== track.kind), track])
    }
    return [this.#muxer.frame(frame)]
  }

  #use(tracks: readonly Track[]): void {
    this.#tracks = tracks
    this.#muxer.setTracks(tracks)
  }
}

export const TS_FORMAT: LiveFormat = {
  extension: 'ts',
  contentType: 'video/mp2t',
  create: choice => new TsPackager(choice),
}
