import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import { adtsHeader } from '../../media/codec/aac/adts.ts'
import { parseAudioSpecificConfig } from '../../media/codec/aac/audio-specific-config.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { Stream } from '../../media/stream/stream.ts'
import { videoFrame, videoTrack } from '../../media/stream/test-frames.ts'
import type { Track } from '../../media/stream/track.ts'
import { g711Track } from '../../media/stream/track-builders.ts'
import { AacTwins } from './aac-twin.ts'

const RATE = 8000
const FRAME_SAMPLES = 160
const environment = { clock: systemClock, timers: systemTimers, log: silentLog }
const events = { onPublish() {}, onUnpublish() {}, onEnd() {} }

/** Two seconds of a 440 Hz tone, as ffmpeg writes A-law. */
function tone(): Buffer {
  const source = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=${RATE}:duration=2`]
  return execFileSync('ffmpeg', ['-v', 'error', ...source, '-f', 'alaw', 'pipe:1'])
}

/** Times a second the decoded sound goes through zero upwards: its frequency. */
function frequency(frames: readonly Frame[]): number {
  const adts = frames.flatMap(({ track, data }) => [
    adtsHeader(parseAudioSpecificConfig(track.config), data.length),
    data,
  ])
  const pcm = execFileSync('ffmpeg', ['-v', 'error', '-f', 'aac', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], {
    input: Buffer.concat(adts),
  })
  let crossings = 0
  for (let at = RATE; at + 4 <= pcm.length; at += 2)
    if (pcm.readInt16LE(at) < 0 && pcm.readInt16LE(at + 2) >= 0) crossings++
  return crossings / ((pcm.length - RATE) / 2 / RATE)
}

function publishing() {
  const time = new FakeTime()
  const stream = new Stream(
    'default/live/cam',
    { timestamps: 'off', republishGraceMs: 0, clock: time, timers: time },
    events,
  )
  const publication = stream.publish({ id: 'p', protocol: 'gb28181', remote: '', agent: '' })
  const sound = g711Track({ id: 1, clockRate: RATE, codec: 'pcma' })
  publication.setTrack(videoTrack())
  publication.setTrack(sound)
  publication.write(videoFrame(0, true))
  return { stream, publication, sound }
}

test('G.711 becomes AAC of the same tone at the same time, and the video is passed on', async () => {
  const { stream, publication, sound } = publishing()
  const samples = tone()
  publication.write({ track: sound, dts: 0, pts: 0, keyframe: true, data: samples.subarray(0, FRAME_SAMPLES) })
  const frames: Frame[] = []
  let tracks: readonly Track[] = []
  const enough = Promise.withResolvers<void>()
  const detach = new AacTwins(environment).of(stream).attach({
    onTracks: now => (tracks = now),
    onFrame: frame => {
      frames.push(frame)
      if (frames.filter(({ track }) => track.codec === 'aac').length >= 13) enough.resolve()
    },
    onEnd: reason => enough.reject(new Error(reason)),
  })
  for (let at = FRAME_SAMPLES; at < samples.length; at += FRAME_SAMPLES) {
    if (at % (FRAME_SAMPLES * 2) === 0) publication.write(videoFrame((at * 1000) / RATE))
    publication.write({
      track: sound,
      dts: at,
      pts: at,
      keyframe: true,
      data: samples.subarray(at, at + FRAME_SAMPLES),
    })
  }
  await enough.promise
  detach()
  expect(tracks.map(({ codec }) => codec)).toEqual(['h264', 'aac'])
  const video = frames.filter(({ track }) => track.kind === 'video')
  const audio = frames.filter(({ track }) => track.kind === 'audio')
  expect(video[0]).toMatchObject({ keyframe: true, dts: 0 })
  expect(audio.slice(0, 3).map(({ dts }) => dts)).toEqual([0, 1024, 2048])
  expect(frequency(audio)).toBeGreaterThan(430)
  expect(frequency(audio)).toBeLessThan(450)
})

test('the last listener ends it; the next one starts it anew', async () => {
  const { stream } = publishing()
  const twins = new AacTwins(environment)
  const ended: string[] = []
  const reader = { onFrame() {}, onEnd: (reason: string) => ended.push(reason) }
  const first = twins.of(stream).attach(reader)
  expect(stream.readerCount).toBe(1)
  first()
  expect(stream.readerCount).toBe(0)
  const second = twins.of(stream).attach(reader)
  expect(stream.readerCount).toBe(1)
  stream.end('publisher gone')
  second()
  expect(ended).toEqual(['publisher gone'])
})

test('a stream without G.711 is its own twin', () => {
  const time = new FakeTime()
  const stream = new Stream(
    'default/live/cam',
    { timestamps: 'off', republishGraceMs: 0, clock: time, timers: time },
    events,
  )
  const publication = stream.publish({ id: 'p', protocol: 'rtmp', remote: '', agent: '' })
  publication.setTrack(videoTrack())
  for (let ms = 0; ms <= 1000; ms += 40) publication.write(videoFrame(ms, ms === 0))
  expect(new AacTwins(environment).of(stream)).toBe(stream)
})
