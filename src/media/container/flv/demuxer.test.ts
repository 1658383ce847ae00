import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ffmpeg, probe, TEST_AUDIO, TEST_VIDEO, temporaryFolder } from '../../../../test/ffmpeg.ts'
import type { Frame } from '../../stream/frame.ts'
import { dtsMs } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { decodeAmf0 } from '../amf/amf0.ts'
import { Fmp4Demuxer } from '../fmp4/demuxer.ts'
import { configBody, frameHeader, metadataBody } from './body-writer.ts'
import { FlvDemuxer, MAX_TAG_BYTES } from './demuxer.ts'
import { AUDIO_TAG, fileHeader, SCRIPT_TAG, tag, VIDEO_TAG } from './tag.ts'

function demux(bytes: Uint8Array, chunkBytes = bytes.length) {
  const tracks: Track[] = []
  const frames: Frame[] = []
  const scripts: unknown[] = []
  const demuxer = new FlvDemuxer({
    track: track => tracks.push(track),
    frame: frame => frames.push(frame),
    script: body => scripts.push(decodeAmf0(body)),
  })
  for (let at = 0; at < bytes.length; at += chunkBytes) demuxer.push(bytes.subarray(at, at + chunkBytes))
  return { tracks, frames, scripts }
}

function mux(tracks: readonly Track[], frames: readonly Frame[]): Buffer {
  const kinds = new Set(tracks.map(track => track.kind))
  const type = (track: Track) => (track.kind === 'video' ? VIDEO_TAG : AUDIO_TAG)
  const parts: Uint8Array[] = [fileHeader(kinds.has('audio'), kinds.has('video'))]
  parts.push(...tag(SCRIPT_TAG, 0, [metadataBody(tracks)]))
  for (const track of tracks) {
    const body = configBody(track)
    if (body) parts.push(...tag(type(track), 0, [body]))
  }
  for (const frame of frames) parts.push(...tag(type(frame.track), dtsMs(frame), [frameHeader(frame), frame.data]))
  return Buffer.concat(parts)
}

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '12', '-pix_fmt', 'yuv420p']

/** Written by ffmpeg, with the tracks we should see. */
const FILES: readonly [string, readonly string[], readonly Partial<Track>[]][] = [
  [
    'H.264 with B-frames and AAC',
    [...TEST_VIDEO, ...TEST_AUDIO, ...H264, '-c:a', 'aac', '-ac', '2'],
    [
      { kind: 'video', codec: 'h264', width: 160, height: 120, fps: 25, profile: 'High' },
      { kind: 'audio', codec: 'aac', sampleRate: 48_000, channels: 2 },
    ],
  ],
  ['video only', [...TEST_VIDEO, ...H264], [{ kind: 'video', codec: 'h264' }]],
  ['MP3', [...TEST_AUDIO, '-c:a', 'libmp3lame', '-ar', '44100'], [{ codec: 'mp3', sampleRate: 44_100, channels: 1 }]],
  ['A-law', [...TEST_AUDIO, '-c:a', 'pcm_alaw', '-ar', '8000'], [{ codec: 'pcma', sampleRate: 8000, channels: 1 }]],
  ['mu-law', [...TEST_AUDIO, '-c:a', 'pcm_mulaw', '-ar', '8000'], [{ codec: 'pcmu', sampleRate: 8000, channels: 1 }]],
]

describe('FLV files of ffmpeg', () => {
  test.each(FILES)('%s: read, written again, and decoded alike', (_, args, expected) => {
    using folder = temporaryFolder()
    const source = folder.file('source.flv')
    const copy = folder.file('copy.flv')
    ffmpeg(...args, source)
    const bytes = readFileSync(source)
    const { tracks, frames, scripts } = demux(bytes)
    expect(scripts[0]).toMatchObject(['onMetaData', { encoder: expect.stringContaining('Lavf') }])
    expect(tracks).toHaveLength(expected.length)
    for (const track of expected) expect(tracks).toContainEqual(expect.objectContaining(track))

    writeFileSync(copy, mux(tracks, frames))
    for (const { kind } of tracks) {
      const reference = probe(source, kind)
      const ours = frames.filter(frame => frame.track.kind === kind)
      expect(ours.map(f => [f.pts, f.dts, f.data.length, f.keyframe])).toEqual(
        reference.packets.map(p => [Math.round(p.pts * 1000), Math.round(p.dts * 1000), p.size, p.key]),
      )
      expect(reference.decodedFrames).toBeGreaterThan(0)
      expect(probe(copy, kind)).toEqual(reference)
    }
    const again = demux(readFileSync(copy))
    expect(again.frames).toEqual(frames)
    expect(again.tracks).toEqual(tracks)
  })

  test('the size of the pieces makes no difference', () => {
    using folder = temporaryFolder()
    ffmpeg(...TEST_VIDEO, ...TEST_AUDIO, ...H264, folder.file('a.flv'))
    const bytes = readFileSync(folder.file('a.flv'))
    const whole = demux(bytes)
    for (const size of [1, 7, 1000]) expect(demux(bytes, size)).toEqual(whole)
  })
})

/** ffmpeg 5.1 writes none of these in FLV: they come out of MP4 and go through enhanced FLV and back. */
const ENHANCED: readonly [string, readonly string[]][] = [
  ['h265', [...TEST_VIDEO, '-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-x265-params', 'log-level=none:bframes=2']],
  ['av1', [...TEST_VIDEO, '-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-pix_fmt', 'yuv420p']],
  ['opus', [...TEST_AUDIO, '-c:a', 'libopus']],
]

test.each(ENHANCED)('%s survives enhanced FLV', (codec, args) => {
  using folder = temporaryFolder()
  const source = folder.file('source.mp4')
  ffmpeg(...args, '-movflags', 'frag_keyframe+delay_moov+default_base_moof', source)
  const tracks: Track[] = []
  const frames: Frame[] = []
  const demuxer = new Fmp4Demuxer({ track: track => tracks.push(track), frame: frame => frames.push(frame) })
  demuxer.push(readFileSync(source))
  const ms = (frame: Frame, ticks: number) => Math.floor((ticks * 1000) / frame.track.clockRate)
  const again = demux(mux(tracks, frames))
  const described = ({ id: _, clockRate: __, config, ...track }: Track) => ({
    ...track,
    config: Uint8Array.from(config),
  })
  expect(again.tracks.map(described)).toEqual(tracks.map(described))
  expect(again.tracks[0]?.codec).toBe(codec)
  expect(again.frames.length).toBeGreaterThan(20)
  // times before 0, of edit lists, come back as 32-bit values
  expect(again.frames.map(f => [f.dts | 0, f.pts | 0, f.keyframe])).toEqual(
    frames.map(f => [ms(f, f.dts), ms(f, f.pts), f.keyframe]),
  )
  expect(Buffer.concat(again.frames.map(f => f.data))).toEqual(Buffer.concat(frames.map(f => f.data)))
})

test.each([
  ['another format', Buffer.from('RIFF00000000'), 'BYTES_INVALID'],
  ['a header offset too small', Buffer.of(0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 8), 'BYTES_INVALID'],
  ['a header offset too large', Buffer.of(0x46, 0x4c, 0x56, 1, 5, 0, 1, 0, 9), 'BYTES_INVALID'],
  ['an encrypted tag', Buffer.concat([fileHeader(true, true), ...tag(0x29, 0, [Buffer.of(0)])]), 'BYTES_INVALID'],
  [
    'a tag over the limit, before it has arrived',
    Buffer.concat([fileHeader(true, true), Buffer.of(9, MAX_TAG_BYTES >> 16, 0, 1, 0, 0, 0, 0, 0, 0, 0)]),
    'LIMIT_EXCEEDED',
  ],
])('refuses %s', (_, bytes, code) => {
  expect(() => demux(bytes)).toThrow(expect.objectContaining({ code }))
})
