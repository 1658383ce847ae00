import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fuzz } from '../../../base/fuzz.ts'
import type { Frame } from '../../stream/frame.ts'
import { FlvDemuxer } from './demuxer.ts'
import { AUDIO_TAG, fileHeader, tag, VIDEO_TAG } from './tag.ts'
import { parseAudioBody, parseVideoBody } from './tag-body.ts'
import { FlvFrames } from './to-frames.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const corpus = (target: string) => join(import.meta.dirname, 'testdata/fuzz', target)

const VIDEO = [
  hex('17 00 000000 0164000bffe1001967 64000bacd942847e5c0440000003004000000c83c50a6580 01000468ef8fcb fdf8f800'),
  hex('17 01 000050 00000002 09f0 00000002 6588'),
  hex('96 13 68766331 01 000001 ff 00 000003 aabbcc'),
  hex('97 02 000001 01 68766331 000028 00000002 2601'),
  hex('91 61763031 1200 0a01 00'),
]
const AUDIO = [
  hex('af 00 1190'),
  hex('af 01 21'),
  hex('90 4f707573 4f70757348656164 01 02 3801 80bb0000 0000 00'),
  hex('af 01 fff14c80011ffc 21'),
  hex('2f fffb9064 00'),
  hex('72 d5d5'),
]

function checkFrame({ track, data, dts, pts }: Frame): void {
  expect(track.clockRate).toBe(1000)
  expect(data.length).toBeGreaterThan(0)
  expect(Number.isInteger(dts) && Number.isInteger(pts)).toBe(true)
}

test('the seeds give frames', () => {
  const codecs: string[] = []
  const frames = new FlvFrames({ track: () => {}, frame: frame => codecs.push(frame.track.codec) })
  for (const body of VIDEO) frames.video(0, body)
  for (const body of AUDIO) frames.audio(0, body)
  expect(codecs).toEqual(['h264', 'aac', 'aac', 'mp3', 'pcma'])
})

test('video tag bodies', () => {
  fuzz({
    seeds: VIDEO,
    corpus: corpus('video-body'),
    run: input => {
      const body = parseVideoBody(input)
      if ('data' in body) expect(body.data.length).toBeLessThan(input.length)
    },
  })
})

test('audio tag bodies', () => {
  fuzz({
    seeds: AUDIO,
    corpus: corpus('audio-body'),
    run: input => {
      const body = parseAudioBody(input)
      if ('data' in body) expect(body.data.length).toBeLessThan(input.length)
    },
  })
})

test('video to frames, after a valid configuration', () => {
  fuzz({
    seeds: VIDEO,
    corpus: corpus('video-body'),
    run: input => {
      const frames = new FlvFrames({ track: () => {}, frame: checkFrame })
      frames.video(0, VIDEO[0] ?? input)
      frames.video(40, input)
    },
  })
})

test('audio to frames', () => {
  const frames = new FlvFrames({ track: () => {}, frame: checkFrame })
  fuzz({ seeds: AUDIO, corpus: corpus('audio-body'), run: input => frames.audio(0, input) })
})

test('demuxer: any bytes, in pieces', () => {
  const bytes = Buffer.concat([
    fileHeader(true, true),
    ...VIDEO.flatMap((body, i) => tag(VIDEO_TAG, i * 40, [body])),
    ...AUDIO.flatMap((body, i) => tag(AUDIO_TAG, i * 20, [body])),
  ])
  fuzz({
    seeds: [bytes],
    corpus: corpus('demuxer'),
    run: input => {
      const demuxer = new FlvDemuxer({ track: () => {}, frame: checkFrame })
      for (let at = 0, size = 1; at < input.length; at += size, size = (size * 3) % 31) {
        demuxer.push(input.subarray(at, at + size))
      }
    },
  })
})
