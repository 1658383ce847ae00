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
import { TsDemuxer } from '../mpegts/demuxer.ts'
import { PsDemuxer } from './demuxer.ts'
import { PsMuxer } from './muxer.ts'

interface Media {
  readonly tracks: Map<number, Track>
  readonly frames: Frame[]
}

function collect<D extends { push(bytes: Uint8Array): void; flush(): void }>(
  create: (out: { onTrack(track: Track): void; onFrame(frame: Frame): void }) => D,
  bytes: Uint8Array,
  pieceBytes: number,
): Media & { demuxer: D } {
  const tracks = new Map<number, Track>()
  const frames: Frame[] = []
  const demuxer = create({ onTrack: track => tracks.set(track.id, track), onFrame: frame => frames.push(frame) })
  for (let at = 0; at < bytes.length; at += pieceBytes) demuxer.push(bytes.subarray(at, at + pieceBytes))
  demuxer.flush()
  return { tracks, frames, demuxer }
}

const fromTs = (bytes: Uint8Array) => collect(out => new TsDemuxer(out), bytes, 1316)
const fromPs = (bytes: Uint8Array, pieceBytes = 1400) => collect(out => new PsDemuxer(out), bytes, pieceBytes)

function toPs({ tracks, frames }: Media): Buffer {
  const muxer = new PsMuxer()
  muxer.setTracks([...tracks.values()])
  const latest = frames.map(frame => ({ ...frame, track: tracks.get(frame.track.id)! }))
  return Buffer.concat(latest.toSorted((a, b) => a.dts - b.dts).map(frame => muxer.frame(frame)))
}

const plain = ({ frames }: Media, kind: 'video' | 'audio') =>
  frames
    .filter(({ track }) => track.kind === kind)
    .map(({ dts, pts, keyframe, data }) => ({ dts, pts, keyframe, data: createHash('md5').update(data).digest('hex') }))

const H264 = ['-c:v', 'libx264', '-g', '10', '-bf', '2']
const H265 = ['-c:v', 'libx265', '-x265-params', 'log-level=none:keyint=15']
const LARGE = ['-f', 'lavfi', '-i', 'nullsrc=size=640x480:rate=25:duration=0.4,geq=random(1)*255:128:128']

const SOURCES: readonly [name: string, args: string[], kinds: readonly ('video' | 'audio')[]][] = [
  ['H.264 with B-frames and AAC', [...TEST_VIDEO, ...TEST_AUDIO, ...H264, '-c:a', 'aac'], ['video', 'audio']],
  ['H.264 of several slices', [...TEST_VIDEO, '-c:v', 'libx264', '-x264-params', 'slices=4'], ['video']],
  ['H.264 of more than 64 KB a picture', [...LARGE, '-c:v', 'libx264', '-qp', '1'], ['video']],
  ['H.265 and AAC', [...TEST_VIDEO, ...TEST_AUDIO, ...H265, '-c:a', 'aac'], ['video', 'audio']],
  ['H.265 and MP3', [...TEST_VIDEO, ...TEST_AUDIO, ...H265, '-c:a', 'libmp3lame'], ['video', 'audio']],
]

test.each(SOURCES)('%s: ours decodes in ffmpeg, and comes back as it was', (_, args, kinds) => {
  using folder = temporaryFolder()
  const source = fromTs(ffmpeg(...args, '-f', 'mpegts', '-'))
  const ps = toPs(source)
  for (const pieceBytes of [1, 1400, 1e6]) {
    if (pieceBytes === 1 && ps.length > 200_000) continue
    const { demuxer, ...back } = fromPs(ps, pieceBytes)
    for (const kind of kinds) expect(plain(back, kind)).toEqual(plain(source, kind))
    expect(demuxer.counters).toMatchObject({ framesBroken: 0, framesSkipped: 0, bytesSkipped: 0, wrongTypes: 0 })
    expect(demuxer.counters.psmSeen).toBeGreaterThan(0)
  }
  const file = folder.file('ours.ps')
  writeFileSync(file, ps)
  for (const kind of kinds) expect(countDecodedFrames(file, kind)).toBe(plain(source, kind).length)
})

const CONTAINERS: readonly [name: string, args: string[], codecs: string[]][] = [
  ['DVD', [...H264, '-f', 'vob'], ['h264']],
  ['DVD with H.265', [...H265, '-f', 'vob'], ['h265']],
  ['MPEG-2 with MP2', [...TEST_AUDIO, ...H264, '-c:a', 'mp2', '-f', 'svcd'], ['h264', 'mp3']],
  ['MPEG-1', [...H264, '-f', 'mpeg'], ['h264']],
  ['MPEG-1 with H.265', [...H265, '-f', 'mpeg'], ['h265']],
]

/** Packs of 2 KB that know nothing of frames: pictures start anywhere in packets. */
test.each(CONTAINERS)('ffmpeg, %s', (_, args, codecs) => {
  using folder = temporaryFolder()
  const file = folder.file('theirs.ps')
  ffmpeg(...TEST_VIDEO, ...args, '-muxrate', '8000000', file)
  const { tracks, frames, demuxer } = fromPs(readFileSync(file))
  expect([...tracks.values()].map(({ codec }) => codec).toSorted()).toEqual(codecs)
  const video = frames.filter(({ track }) => track.kind === 'video')
  const packets = probePackets(file, 'video')
  expect(video.length).toBe(packets.length)
  expect(video.map(({ keyframe }) => keyframe)).toEqual(packets.map(({ key }) => key))
  expect(demuxer.counters).toMatchObject({ framesBroken: 0, framesSkipped: 0 })
  const ours = folder.file('ours.ps')
  writeFileSync(ours, toPs({ tracks, frames }))
  expect(countDecodedFrames(ours, 'video')).toBe(35)
})
