import type { Packager, Parts } from '../../media/broadcast/packager.ts'
import { adtsHeader } from '../../media/codec/aac/adts.ts'
import { type AudioSpecificConfig, parseAudioSpecificConfig } from '../../media/codec/aac/audio-specific-config.ts'
import { MAX_ADTS_PAYLOAD_BYTES } from '../../media/container/elementary/codec-head.ts'
import { TsMuxer } from '../../media/container/mpegts/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { LiveFormat } from './live-format.ts'

/** MPEG audio frames one after the other, as web radio; pictures are left out. */
class Mp3Packager implements Packager {
  carries(track: Track): boolean {
    return track.codec === 'mp3'
  }

  header(): Parts {
    return []
  }

  frame(frame: Frame): Parts {
    return [frame.data]
  }
}

/** AAC frames with ADTS headers; pictures are left out. */
class AacPackager implements Packager {
  #track: Track | null = null
  #config: AudioSpecificConfig | null = null

  /** The rules for what fits ADTS are those of AAC in a transport stream. */
  carries(track: Track): boolean {
    return track.codec === 'aac' && TsMuxer.carries(track)
  }

  header(): Parts {
    return []
  }

  frame({ track, data }: Frame): Parts {
    if (this.#track !== track) {
      this.#track = track
      this.#config = parseAudioSpecificConfig(track.config)
    }
    const fits = data.length <= MAX_ADTS_PAYLOAD_BYTES
    return this.#config && fits ? [adtsHeader(this.#config, data.length), data] : []
  }
}

export const MP3_FORMAT: LiveFormat = {
  extension: 'mp3',
  contentType: 'audio/mpeg',
  create: () => new Mp3Packager(),
}

export const AAC_FORMAT: LiveFormat = {
  extension: 'aac',
  contentType: 'audio/aac',
  create: () => new AacPackager(),
}
