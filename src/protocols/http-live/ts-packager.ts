import type { Packager, Parts } from '../../media/broadcast/packager.ts'
import { TsMuxer } from '../../media/container/mpegts/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { LiveFormat, TrackChoice } from './live-format.ts'

/** Frames as transport stream packets; tables come with every keyframe. */
class TsPackager implements Packager {
  readonly #choice: TrackChoice
  readonly #muxer = new TsMuxer()

  constructor(choice: TrackChoice) {
    this.#choice = choice
  }

  carries(track: Track): boolean {
    return TsMuxer.carries(track) && (this.#choice === 'all' || this.#choice === track.kind)
  }

  tracks(tracks: readonly Track[]): void {
    this.#muxer.setTracks(tracks)
  }

  header(): Parts {
    return [this.#muxer.tables()]
  }

  frame(frame: Frame): Parts {
    return [this.#muxer.frame(frame)]
  }
}

export const TS_FORMAT: LiveFormat = {
  extension: 'ts',
  contentType: 'video/mp2t',
  create: choice => new TsPackager(choice),
}
