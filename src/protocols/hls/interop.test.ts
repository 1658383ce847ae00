import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { countDecodedFrames, ffmpeg, probePackets, temporaryFolder } from '../../../test/ffmpeg.ts'
import { FakeTime } from '../../base/fake-time.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { Stream } from '../../media/stream/stream.ts'
import { HlsChannel } from './hls-channel.ts'
import { framesOf } from './testing/source.ts'

/** Four and a half seconds, a keyframe every second. */
const VIDEO = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=25:duration=4.5'] as const
const AUDIO = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=4.5'] as const

function publish(stream: Stream, frames: readonly Frame[]): void {
  const publication = stream.publish({ id: 'p', protocol: 'test', remote: '', agent: '' })
  for (const track of new Set(frames.map(frame => frame.track))) publication.setTrack(track)
  for (const frame of frames) publication.write(frame)
  publication.end('over')
}

test.each([
  ['H.264 with B-frames and AAC in TS', 'auto', 'ts', ['-c:v', 'libx264', '-bf', '2', '-c:a', 'aac']],
  ['H.264 and AAC in fMP4', 'fmp4', 'm4s', ['-c:v', 'libx264', '-bf', '2', '-c:a', 'aac']],
  ['H.264 and MP3 in TS', 'auto', 'ts', ['-c:v', 'libx264', '-c:a', 'libmp3lame']],
  ['H.265 in fMP4', 'auto', 'm4s', ['-c:v', 'libx265', '-x265-params', 'log-level=none:keyint=25', '-c:a', 'aac']],
  ['H.264 and Opus in fMP4', 'auto', 'm4s', ['-c:v', 'libx264', '-c:a', 'libopus']],
] as const)('ffmpeg plays %s', (_, container, extension, codecs) => {
  using folder = temporaryFolder()
  const source = folder.file('source.ts')
  ffmpeg(...VIDEO, ...AUDIO, '-map', '0', '-map', '1', ...codecs, '-g', '25', '-f', 'mpegts', source)
  const playlist = play(framesOf(source), container, folder.file)
  expect(playlist.text.match(new RegExp(`\\.${extension}\n`, 'g'))?.length).toBeGreaterThanOrEqual(4)

  for (const kind of ['video', 'audio'] as const) {
    const sent = probePackets(source, kind)
    const received = probePackets(playlist.file, kind)
    expect(Math.abs(received.length - sent.length)).toBeLessThanOrEqual(kind === 'video' ? 0 : 1)
    expect(countDecodedFrames(playlist.file, kind)).toBe(received.length)
    const steps = (packets: typeof sent) => packets.map(({ pts }) => pts - packets[0]!.pts)
    expect(steps(received)).toEqual(steps(sent.slice(-received.length)).map(step => expect.closeTo(step, 2)))
  }
  const lasts = [...playlist.text.matchAll(/EXTINF:([\d.]+)/g)].reduce((sum, [, seconds]) => sum + Number(seconds), 0)
  expect(lasts).toBeCloseTo(4.5, 1)
})

test('ffmpeg plays sound alone', () => {
  using folder = temporaryFolder()
  const source = folder.file('source.ts')
  ffmpeg(...AUDIO, '-c:a', 'aac', '-f', 'mpegts', source)
  const { file } = play(framesOf(source), 'auto', folder.file)
  expect(countDecodedFrames(file, 'audio')).toBe(probePackets(source, 'audio').length)
})

test('ffmpeg plays over a change of publisher and size', () => {
  using folder = temporaryFolder()
  const files = ['first', 'second'].map(name => folder.file(`${name}.ts`))
  ffmpeg(...VIDEO, '-c:v', 'libx264', '-g', '25', '-f', 'mpegts', files[0]!)
  ffmpeg(...VIDEO, '-c:v', 'libx264', '-g', '25', '-s', '320x240', '-f', 'mpegts', files[1]!)
  const { text, file } = play(files.map(framesOf), 'auto', folder.file)
  expect(text.match(/#EXT-X-DISCONTINUITY\n/g)?.length).toBe(1)
  expect(probePackets(file, 'video').length).toBe(2 * 113)
})

/** Publishes the frames of one or several publishers, and puts the playlist and its segments where ffmpeg reads them. */
function play(
  frames: readonly Frame[] | readonly (readonly Frame[])[],
  container: 'auto' | 'fmp4',
  file: (name: string) => string,
) {
  const time = new FakeTime()
  const options = { timestamps: 'full', republishGraceMs: 1000, clock: time, timers: time } as const
  const stream = new Stream('default/live/cam', options, { onPublish() {}, onUnpublish() {}, onEnd() {} })
  const channel = new HlsChannel({
    stream,
    settings: { segmentSeconds: 1, windowSeconds: 60, waitKeyframe: true, timeFloor: false, container },
    numbering: { nextSequence: 0, discontinuities: 0, nextInit: 0 },
    files: null,
    clock: time,
    timers: time,
  })
  const publishers = frames.length > 0 && Array.isArray(frames[0]) ? frames : [frames]
  for (const each of publishers) publish(stream, each as readonly Frame[]) // as told apart above
  stream.end('over')
  const text = channel.mediaPlaylist('')
  for (const [name] of text.matchAll(/[\w-]+\.(ts|m4s|mp4)/g)) writeFileSync(file(name), channel.find(name)!.data)
  writeFileSync(file('media.m3u8'), text)
  channel.close()
  return { text, file: file('media.m3u8') }
}
