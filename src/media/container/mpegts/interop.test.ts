import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  countDecodedFrames,
  ffmpeg,
  probePackets,
  TEST_AUDIO,
  TEST_VIDEO,
  temporaryFolder,
} from '../../../../test/ffmpeg.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { TsDemuxer } from './demuxer.ts'
import { CLOCK_LEAD, TsMuxer } from './muxer.ts'

interface Demuxed {
  readonly tracks: Map<number, Track>
  readonly frames: Frame[]
  readonly demuxer: TsDemuxer
}

function demux(bytes: Uint8Array, pieceBytes = 1316): Demuxed {
  const tracks = new Map<number, Track>()
  const frames: Frame[] = []
  const demuxer = new TsDemuxer({
    onTrack: track => tracks.set(track.id, track),
    onFrame: frame => frames.push(frame),
  })
  for (let at = 0; at < bytes.length; at += pieceBytes) demuxer.push(bytes.subarray(at, at + pieceBytes))
  demuxer.flush()
  return { tracks, frames, demuxer }
}

function mux({ tracks, frames }: Pick<Demuxed, 'tracks' | 'frames'>): Buffer {
  const muxer = new TsMuxer()
  muxer.setTracks([...tracks.values()])
  const sorted = frames.toSorted((a, b) => a.dts - b.dts)
  return Buffer.concat(sorted.map(frame => muxer.frame(frame)))
}

const CODECS: readonly [
  name: string,
  codecs: readonly string[],
  kinds: readonly ('video' | 'audio')[],
  args: string[],
][] = [
  [
    'H.264 with B-frames and AAC',
    ['h264', 'aac'],
    ['video', 'audio'],
    [...TEST_VIDEO, ...TEST_AUDIO, '-c:v', 'libx264', '-bf', '2', '-g', '15', '-c:a', 'aac'],
  ],
  [
    'H.265 and AAC mono',
    ['h265', 'aac'],
    ['video', 'audio'],
    [
      ...TEST_VIDEO,
      ...TEST_AUDIO,
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=none:keyint=15',
      '-c:a',
      'aac',
      '-ac',
      '1',
    ],
  ],
  [
    'H.264 of several slices and MP3',
    ['h264', 'mp3'],
    ['video', 'audio'],
    [...TEST_VIDEO, ...TEST_AUDIO, '-c:v', 'libx264', '-x264-params', 'slices=4', '-c:a', 'libmp3lame'],
  ],
  [
    'AAC in LATM',
    ['h264', 'aac'],
    ['video', 'audio'],
    [...TEST_VIDEO, ...TEST_AUDIO, '-c:v', 'libx264', '-c:a', 'aac', '-mpegts_flags', 'latm'],
  ],
  [
    'AAC of six channels in LATM',
    ['aac'],
    ['audio'],
    [...TEST_AUDIO, '-c:a', 'aac', '-ac', '6', '-mpegts_flags', 'latm'],
  ],
  ['MP3 of low rate, audio only', ['mp3'], ['audio'], [...TEST_AUDIO, '-c:a', 'libmp3lame', '-ar', '22050']],
  ['Opus', ['opus'], ['audio'], [...TEST_AUDIO, '-c:a', 'libopus', '-ac', '2']],
  ['Opus mono', ['opus'], ['audio'], [...TEST_AUDIO, '-c:a', 'libopus', '-ac', '1', '-frame_duration', '60']],
]

test.each(CODECS)('%s from ffmpeg and back', (_, codecs, kinds, args) => {
  using folder = temporaryFolder()
  const theirs = folder.file('theirs.ts')
  const ours = folder.file('ours.ts')
  ffmpeg(...args, '-f', 'mpegts', theirs)
  const demuxed = demux(readFileSync(theirs))
  expect([...demuxed.tracks.values()].map(track => track.codec)).toEqual(codecs)
  expect(demuxed.demuxer.counters).toMatchObject({ lost: 0, duplicates: 0, damaged: 0, badSections: 0, skipped: 0 })

  writeFileSync(ours, mux(demuxed))
  for (const kind of kinds) {
    const packets = probePackets(theirs, kind)
    const frames = demuxed.frames.filter(frame => frame.track.kind === kind)
    expect(frames.map(frame => frame.pts / 90_000)).toEqual(packets.map(packet => expect.closeTo(packet.pts, 4)))
    expect(frames.map(frame => frame.dts / 90_000)).toEqual(packets.map(packet => expect.closeTo(packet.dts, 4)))
    expect(frames.map(frame => frame.keyframe)).toEqual(packets.map(packet => packet.key))
    const lead = CLOCK_LEAD / 90_000
    expect(probePackets(ours, kind).map(packet => packet.pts)).toEqual(
      packets.map(packet => expect.closeTo(packet.pts + lead, 4)),
    )
    expect(countDecodedFrames(ours, kind)).toBe(packets.length)
    expect(picturesOf(ours, kind)).toEqual(picturesOf(theirs, kind))
  }
})

/** Checksums of what the decoder gives. */
function picturesOf(file: string, kind: 'video' | 'audio'): string[] {
  const lines = ffmpeg('-i', file, '-map', `0:${kind[0]}`, '-f', 'framemd5', '-').toString().split('\n')
  return lines.filter(line => line !== '' && !line.startsWith('#')).map(line => line.slice(line.lastIndexOf(',') + 1))
}

test('our packets come back as the frames they were made of', () => {
  const made = ffmpeg(...TEST_VIDEO, ...TEST_AUDIO, '-c:v', 'libx264', '-c:a', 'aac', '-f', 'mpegts', '-')
  const first = demux(made, 188)
  const again = demux(mux(first), 1000)
  for (const kind of ['video', 'audio']) {
    const plain = ({ frames }: Demuxed, offset: number) =>
      frames
        .filter(frame => frame.track.kind === kind)
        .map(({ dts, pts, data }) => ({ dts: dts + offset, pts: pts + offset, data: Buffer.from(data) }))
    expect(plain(again, -CLOCK_LEAD)).toEqual(plain(first, 0))
  }
  expect([...again.tracks.values()].map(track => ({ ...track, id: 0 }))).toEqual(
    [...first.tracks.values()].map(track => ({ ...track, id: 0 })),
  )
})

const SOUND = [...TEST_AUDIO, '-c:a', 'aac']

test.each([
  ['192-byte packets of M2TS', [], ['-mpegts_m2ts_mode', '1']],
  ['one PES packet for many AAC frames', SOUND, ['-pes_payload_size', '16000']],
  ['tables by DVB rules', SOUND, ['-mpegts_flags', '+system_b', '-sdt_period', '0.1']],
])('%s', (_, sound, args) => {
  const options = [...TEST_VIDEO, ...sound, '-c:v', 'libx264', '-threads', '1', '-f', 'mpegts']
  const checksums = (bytes: Uint8Array) =>
    demux(bytes)
      .frames.map(({ data }) => createHash('md5').update(data).digest('hex'))
      .toSorted()
  expect(checksums(ffmpeg(...options, ...args, '-'))).toEqual(checksums(ffmpeg(...options, '-')))
})
