import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  countDecodedFrames,
  ffmpeg,
  probePackets,
  TEST_AUDIO,
  TEST_VIDEO,
  temporaryFolder,
} from '../../../test/ffmpeg.ts'
import { TsDemuxer } from '../../media/container/mpegts/demuxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { AAC_FORMAT, MP3_FORMAT } from './audio-packager.ts'
import type { LiveFormat } from './live-format.ts'
import { TS_FORMAT } from './ts-packager.ts'

function framesOf(file: string): Frame[] {
  const frames: Frame[] = []
  const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => frames.push(frame) })
  demuxer.push(readFileSync(file))
  demuxer.flush()
  return frames.toSorted((a, b) => a.dts - b.dts)
}

const tracksOf = (frames: readonly Frame[]): Track[] => [...new Set(frames.map(frame => frame.track))]

/** A viewer's bytes from frame number `from` on: as in the broadcast, frames are packaged before he comes. */
function watch(format: LiveFormat, frames: readonly Frame[], from: number): Buffer {
  const packager = format.create('all')
  const tracks = tracksOf(frames).filter(track => packager.carries(track))
  packager.tracks?.(tracks)
  const parts = frames.map(frame => (packager.carries(frame.track) ? packager.frame(frame) : []))
  return Buffer.concat([...packager.header(tracks, 0), ...parts.slice(from).flat()])
}

test.each([
  ['TS, from the start', TS_FORMAT, 'aac', 0, 35],
  ['TS, joined at the second keyframe', TS_FORMAT, 'aac', 1, 20],
  ['MP3', MP3_FORMAT, 'libmp3lame', 0, null],
  ['AAC', AAC_FORMAT, 'aac', 0, null],
] as const)('%s plays', (_, format, audio, keyframe, pictures) => {
  using folder = temporaryFolder()
  const source = folder.file('source.ts')
  const output = folder.file(`output.${format.extension}`)
  ffmpeg(...TEST_VIDEO, ...TEST_AUDIO, '-c:v', 'libx264', '-g', '15', '-c:a', audio, '-f', 'mpegts', source)
  const frames = framesOf(source)
  const starts = frames.flatMap(({ track, keyframe }, n) => (track.kind === 'video' && keyframe ? [n] : []))
  writeFileSync(output, watch(format, frames, starts[keyframe]!))
  if (pictures !== null) expect(countDecodedFrames(output, 'video')).toBe(pictures)
  const sounds = frames.slice(starts[keyframe]).filter(({ track }) => track.kind === 'audio').length
  expect(Math.abs(probePackets(output, 'audio').length - sounds)).toBeLessThanOrEqual(1)
  expect(countDecodedFrames(output, 'audio')).toBeGreaterThan(20)
})

test('a choice leaves the other kind out, and formats refuse what they cannot carry', () => {
  const h264 = { kind: 'video', codec: 'h264' } as Track
  const g711 = { kind: 'audio', codec: 'pcma' } as Track
  expect(TS_FORMAT.create('all').carries(h264)).toBe(true)
  expect(TS_FORMAT.create('audio').carries(h264)).toBe(false)
  expect([TS_FORMAT, MP3_FORMAT, AAC_FORMAT].map(format => format.create('all').carries(g711))).toEqual([
    false,
    false,
    false,
  ])
})
