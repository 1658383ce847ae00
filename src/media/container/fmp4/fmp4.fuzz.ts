import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fuzz } from '../../../base/fuzz.ts'
import type { Track } from '../../stream/track.ts'
import { aacTrack, g711Track, h264Track, mp3Track, opusTrack } from '../../stream/track-builders.ts'
import { Fmp4Demuxer } from './demuxer.ts'
import { fragment } from './fragment.ts'
import { initSegment } from './init-segment.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const AVCC = hex('0164000bffe10019 6764000bacd942847e5c04400000030040 00000c83c50a6580 01000468ef8fcb fdf8f800')
const OPUS_HEAD = hex('4f70757348656164 01 02 3801 80bb0000 0000 00')
const TRACKS: readonly (readonly Track[])[] = [
  [h264Track({ id: 1, clockRate: 90_000, config: AVCC }), aacTrack({ id: 2, clockRate: 48_000, config: hex('1190') })],
  [opusTrack({ id: 1, clockRate: 48_000, config: OPUS_HEAD })],
  [mp3Track({ id: 1, clockRate: 1000, sampleRate: 44_100, channels: 2 })],
  [g711Track({ id: 1, clockRate: 8000, codec: 'pcma' })],
]

/** Small on purpose: most bytes of a seed should mean something. */
function file(tracks: readonly Track[]): Buffer {
  const sample = { data: hex('00000002 6588'), duration: 1000, compositionOffset: 40, keyframe: true }
  const fragments = tracks.map((track, i) => ({ track, trackId: i + 1, baseDecodeTime: 5, samples: [sample, sample] }))
  return Buffer.concat([initSegment(tracks), ...fragment({ sequence: 1, tracks: fragments })])
}

test.each(TRACKS.map(tracks => [tracks.map(track => track.codec).join(' and '), tracks] as const))(
  'seed of %s',
  (_, tracks) => {
    const frames: unknown[] = []
    new Fmp4Demuxer({ track: () => {}, frame: frame => frames.push(frame) }).push(file(tracks))
    expect(frames).toHaveLength(tracks.length * 2)
  },
)

test('demuxer: any bytes, in pieces; frames lie within the input', () => {
  fuzz({
    seeds: TRACKS.map(file),
    corpus: join(import.meta.dirname, 'testdata/fuzz/demuxer'),
    run: input => {
      let bytes = 0
      const demuxer = new Fmp4Demuxer({
        track: track => expect(track.clockRate).toBeGreaterThan(0),
        frame: ({ data, dts, pts }) => {
          expect(data.length).toBeGreaterThan(0)
          expect(Number.isInteger(dts) && Number.isInteger(pts)).toBe(true)
          bytes += data.length
        },
      })
      for (let at = 0; at < input.length; at += 61) demuxer.push(input.subarray(at, at + 61))
      // NAL units may grow by 3 bytes each when 1-byte lengths become 4-byte lengths.
      expect(bytes).toBeLessThanOrEqual(input.length * 4)
    },
  })
})
