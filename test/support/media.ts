import { createHash } from 'node:crypto'
import { FakeTime } from '../../src/base/fake-time.ts'
import { FlvDemuxer } from '../../src/media/container/flv/demuxer.ts'
import { Fmp4Demuxer } from '../../src/media/container/fmp4/demuxer.ts'
import type { Frame } from '../../src/media/stream/frame.ts'
import type { Publication } from '../../src/media/stream/publication.ts'
import { Stream } from '../../src/media/stream/stream.ts'
import type { Track } from '../../src/media/stream/track.ts'
import { ffmpeg } from '../ffmpeg.ts'

export interface Media {
  readonly tracks: readonly Track[]
  readonly frames: readonly Frame[]
}

const picture = (seconds: number) => ['-f', 'lavfi', '-i', `testsrc=size=160x120:rate=25:duration=${seconds}`]
const sound = (seconds: number) => ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=44100:duration=${seconds}`]
const H264 = (gop: number) => [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
  ...['-g', String(gop), '-keyint_min', String(gop), '-sc_threshold', '0'],
]
const AAC = ['-c:a', 'aac', '-b:a', '64k']
const FLV = ['-f', 'flv', '-flvflags', 'no_duration_filesize', 'pipe:1']
const FRAGMENTED = ['-movflags', 'frag_keyframe+delay_moov+default_base_moof+empty_moov', '-f', 'mp4', 'pipe:1']

/** What cameras send, made by ffmpeg: frames in decoding order. */
export const MEDIA = {
  'H.264 and AAC': (seconds: number) =>
    demux(ffmpeg(...picture(seconds), ...sound(seconds), ...H264(25), ...AAC, ...FLV)),
  'H.264 with B-frames': (seconds: number) =>
    demux(ffmpeg(...picture(seconds), '-c:v', 'libx264', '-bf', '2', '-g', '25', '-pix_fmt', 'yuv420p', ...FLV)),
  'H.265 and AAC': (seconds: number) =>
    demux(
      ffmpeg(
        ...[...picture(seconds), ...sound(seconds), '-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
        ...['-x265-params', 'log-level=none:keyint=25:bframes=0', '-tag:v', 'hvc1', ...AAC, ...FRAGMENTED],
      ),
    ),
  'AV1 and Opus': (seconds: number) =>
    demux(
      ffmpeg(
        ...[...picture(seconds), ...sound(seconds), '-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime'],
        ...['-g', '25', '-pix_fmt', 'yuv420p', '-c:a', 'libopus', '-strict', '-2', ...FRAGMENTED],
      ),
    ),
  AAC: (seconds: number) => demux(ffmpeg(...sound(seconds), ...AAC, ...FLV)),
  'G.711': (seconds: number) => demux(ffmpeg(...sound(seconds), '-ar', '8000', '-c:a', 'pcm_alaw', ...FLV)),
  MP3: (seconds: number) => demux(ffmpeg(...sound(seconds), '-c:a', 'libmp3lame', ...FLV)),
} as const

/** An FLV or fragmented MP4 as tracks and frames. */
export function demux(bytes: Buffer): Media {
  const tracks: Track[] = []
  const frames: Frame[] = []
  const events = {
    track: (track: Track) => void tracks.push(track),
    frame: (frame: Frame) => void frames.push(frame),
  }
  const demuxer = bytes[0] === 0x46 ? new FlvDemuxer(events) : new Fmp4Demuxer(events)
  demuxer.push(bytes)
  frames.sort((a, b) => ms(a) - ms(b))
  return { tracks, frames }
}

/** A fragmented MP4 as frames, with what can be compared of them. */
export function framesOf(file: Uint8Array): Frame[] {
  return [...demux(Buffer.from(file)).frames]
}

/** One line for each frame of a kind: times in milliseconds from the first, keyframe, hash of the data. */
export function linesOf(frames: readonly Frame[], kind: Track['kind']): string[] {
  return frames
    .filter(frame => frame.track.kind === kind)
    .map(({ dts, pts, track, keyframe, data }) => {
      const hash = createHash('sha256').update(data).digest('hex').slice(0, 16)
      return `${dts}/${track.clockRate} ${pts} ${keyframe ? 'K' : '-'} ${data.length} ${hash}`
    })
}

export const ms = (frame: Frame) => (frame.dts * 1000) / frame.track.clockRate

/** A stream whose publisher is the test; time is the test's. */
export class TestStream {
  readonly stream: Stream
  readonly time: FakeTime
  #publication: Publication
  /** What readers got. */
  readonly delivered: Frame[] = []

  constructor(media: Media, time = new FakeTime(), path = 'default/live/cam') {
    this.time = time
    const options = { timestamps: 'full', republishGraceMs: 10_000, clock: time, timers: time } as const
    this.stream = new Stream(path, options, { onPublish() {}, onUnpublish() {}, onEnd() {} })
    this.#publication = this.#publish(media)
    this.stream.attach({ onFrame: frame => void this.delivered.push(frame), onEnd() {} })
  }

  #publish(media: Media): Publication {
    const publication = this.stream.publish({ id: 'p', protocol: 'test', remote: '127.0.0.1:1', agent: '' })
    for (const track of media.tracks) publication.setTrack(track)
    return publication
  }

  /** Another publisher takes over. */
  republish(media: Media): void {
    this.#publication.end('test')
    this.#publication = this.#publish(media)
  }

  setTrack(track: Track): void {
    this.#publication.setTrack(track)
  }

  /** Sends frames as fast as they were made: `each` is called after every frame. */
  async play(frames: readonly Frame[], each: (frame: Frame) => Promise<void> | void = () => {}): Promise<void> {
    let before: number | null = null
    for (const frame of frames) {
      this.time.advance(before === null ? 0 : Math.max(0, ms(frame) - before))
      before = Math.max(ms(frame), before ?? 0)
      this.#publication.write(frame)
      await each(frame)
    }
  }

  end(): void {
    this.stream.end('test')
  }
}
