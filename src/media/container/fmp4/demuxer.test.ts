import { readFileSync, writeFileSync } from 'node:fs'
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import { describe, expect, test } from 'vitest'
import { ffmpeg, type ProbedPacket, probe, TEST_AUDIO, TEST_VIDEO, temporaryFolder } from '../../../../test/ffmpeg.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { FlvDemuxer } from '../flv/demuxer.ts'
import { Fmp4Demuxer } from './demuxer.ts'
import { fragment } from './fragment.ts'
import { initSegment } from './init-segment.ts'

interface Media {
  readonly tracks: readonly Track[]
  readonly frames: readonly Frame[]
}

function demux(bytes: Uint8Array, chunkBytes = bytes.length): Media {
  const tracks: Track[] = []
  const frames: Frame[] = []
  const events = { track: (track: Track) => tracks.push(track), frame: (frame: Frame) => frames.push(frame) }
  const demuxer = bytes[0] === 0x46 ? new FlvDemuxer(events) : new Fmp4Demuxer(events)
  for (let at = 0; at < bytes.length; at += chunkBytes) demuxer.push(bytes.subarray(at, at + chunkBytes))
  return { tracks, frames }
}

/** Four fragments of 0.5 s, the last is longer; the last sample of a track lasts as long as the one before. */
function mux({ tracks, frames }: Media): Buffer {
  const parts: Uint8Array[] = [initSegment(tracks)]
  const all = tracks.map(track => frames.filter(frame => frame.track === track))
  const samples = all.map(list =>
    list.map((frame, i) => ({
      frame,
      data: frame.data,
      keyframe: frame.keyframe,
      compositionOffset: frame.pts - frame.dts,
      duration: (list[i + 1]?.dts ?? 2 * frame.dts - (list[i - 1]?.dts ?? frame.dts)) - frame.dts,
    })),
  )
  for (let sequence = 1; sequence <= 4; sequence++) {
    const fragments = tracks.map((track, i) => {
      const inside = (samples[i] ?? []).filter(
        ({ frame }) => Math.max(1, Math.min(4, Math.floor((2 * frame.dts) / track.clockRate) - 1)) === sequence,
      )
      return { track, trackId: i + 1, baseDecodeTime: inside[0]?.frame.dts ?? 0, samples: inside }
    })
    parts.push(...fragment({ sequence, tracks: fragments }))
  }
  return Buffer.concat(parts)
}

/** delay_moov: ffmpeg knows the AV1 configuration only after the first frame. */
const FRAGMENTED = ['-movflags', 'frag_keyframe+delay_moov+default_base_moof', '-f', 'mp4'] as const
const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '12', '-pix_fmt', 'yuv420p'] as const
const H265 = [
  '-c:v',
  'libx265',
  '-pix_fmt',
  'yuv420p',
  '-preset',
  'ultrafast',
  '-x265-params',
  'log-level=none:bframes=2:keyint=12',
] as const
const AV1 = ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-g', '12', '-pix_fmt', 'yuv420p'] as const

/** Container ffmpeg writes, its arguments, the tracks we should see. */
const FILES: readonly [string, readonly string[], readonly Partial<Track>[]][] = [
  [
    'H.264 with B-frames and AAC',
    [...TEST_VIDEO, ...TEST_AUDIO, ...H264, '-c:a', 'aac', '-ac', '2', ...FRAGMENTED],
    [
      { codec: 'h264', clockRate: 12_800, width: 160, height: 120, profile: 'High' },
      { codec: 'aac', clockRate: 48_000, sampleRate: 48_000, channels: 2 },
    ],
  ],
  [
    'H.264 and AAC of FLV, in milliseconds',
    [...TEST_VIDEO, ...TEST_AUDIO, ...H264, '-c:a', 'aac', '-f', 'flv'],
    [
      { codec: 'h264', clockRate: 1000 },
      { codec: 'aac', clockRate: 1000 },
    ],
  ],
  [
    'HEVC as hvc1',
    [...TEST_VIDEO, ...H265, '-tag:v', 'hvc1', ...FRAGMENTED],
    [{ codec: 'h265', width: 160, profile: 'Main' }],
  ],
  ['HEVC as hev1', [...TEST_VIDEO, ...H265, '-tag:v', 'hev1', ...FRAGMENTED], [{ codec: 'h265', height: 120 }]],
  ['AV1', [...TEST_VIDEO, ...AV1, ...FRAGMENTED], [{ codec: 'av1', width: 160, height: 120 }]],
  [
    'Opus',
    [...TEST_AUDIO, '-c:a', 'libopus', '-ac', '2', ...FRAGMENTED],
    [{ codec: 'opus', sampleRate: 48_000, channels: 2 }],
  ],
  [
    'MP3',
    [...TEST_AUDIO, '-c:a', 'libmp3lame', '-ar', '44100', '-ac', '2', ...FRAGMENTED],
    [{ codec: 'mp3', sampleRate: 44_100, channels: 2 }],
  ],
  [
    'MPEG-2 MP3',
    [...TEST_AUDIO, '-c:a', 'libmp3lame', '-ar', '22050', ...FRAGMENTED],
    [{ codec: 'mp3', sampleRate: 22_050 }],
  ],
  [
    'A-law of QuickTime',
    [...TEST_AUDIO, '-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '2', ...FRAGMENTED, '-f', 'mov'],
    [{ codec: 'pcma', sampleRate: 8000, channels: 2 }],
  ],
  [
    'A-law of FLV',
    [...TEST_AUDIO, '-c:a', 'pcm_alaw', '-ar', '8000', '-f', 'flv'],
    [{ codec: 'pcma', sampleRate: 8000 }],
  ],
  [
    'mu-law of FLV',
    [...TEST_AUDIO, '-c:a', 'pcm_mulaw', '-ar', '8000', '-f', 'flv'],
    [{ codec: 'pcmu', sampleRate: 8000 }],
  ],
]

/** Codecs mediabunny reads in MP4. */
const MEDIABUNNY = { h264: 'avc', h265: 'hevc', av1: 'av1', aac: 'aac', opus: 'opus', mp3: 'mp3' } as const

describe('written from what ffmpeg made', () => {
  test.each(FILES)('%s: the same packets and decoded frames', async (_, args, expected) => {
    using folder = temporaryFolder()
    const source = folder.file('source')
    const copy = folder.file('copy.mp4')
    ffmpeg(...args, source)
    const found = demux(readFileSync(source))
    const media = { tracks: found.tracks, frames: found.frames.map(oneSecondLater) }
    expect(media.tracks).toHaveLength(expected.length)
    for (const track of expected) expect(media.tracks).toContainEqual(expect.objectContaining(track))
    const bytes = mux(media)
    writeFileSync(copy, bytes)
    for (const track of media.tracks) {
      const frames = media.frames.filter(frame => frame.track === track)
      const [reference, ours] = [source, copy].map(file => probe(file, track.kind))
      // ffprobe prints microseconds: exact to the tick
      const ticks = (packets: readonly ProbedPacket[] = [], startSeconds = 0) =>
        packets.map(({ pts, dts, size, key }) => {
          const [ptsTicks, dtsTicks] = [pts, dts].map(time => Math.round((startSeconds + time) * track.clockRate))
          return [ptsTicks, dtsTicks, size, key]
        })
      const expectedTicks = frames.map(frame => [frame.pts, frame.dts, frame.data.length, frame.keyframe])
      expect(expectedTicks).toEqual(ticks(reference?.packets, 1))
      expect(ticks(ours?.packets)).toEqual(expectedTicks)
      expect(ours?.decodedFrames).toBe(reference?.decodedFrames)
      expect(ours?.decodedFrames).toBeGreaterThan(0)
    }
    const again = demux(bytes)
    expect(again.tracks.map(withoutId)).toEqual(media.tracks.map(withoutId))
    expect(again.frames.map(content)).toEqual(media.frames.map(content))
    await expectMediabunnySees(bytes, media)
  })

  test('the size of the pieces makes no difference', () => {
    using folder = temporaryFolder()
    ffmpeg(...TEST_VIDEO, ...TEST_AUDIO, ...H264, ...FRAGMENTED, folder.file('a.mp4'))
    const bytes = readFileSync(folder.file('a.mp4'))
    const whole = demux(bytes)
    for (const size of [1, 7, 1000]) expect(demux(bytes, size)).toEqual(whole)
  })
})

/** The edit lists of ffmpeg put the start before 0; the hub rebases what it gets, so we never write that. */
function oneSecondLater(frame: Frame): Frame {
  const { clockRate } = frame.track
  return { ...frame, dts: frame.dts + clockRate, pts: frame.pts + clockRate }
}
function withoutId({ id: _, ...track }: Track) {
  return track
}
function content({ dts, pts, keyframe, data, track }: Frame) {
  return { dts, pts, keyframe, data: Buffer.from(data).toString('base64'), codec: track.codec }
}

async function expectMediabunnySees(bytes: Buffer, media: Media): Promise<void> {
  using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) })
  const seen = await input.getTracks()
  expect(seen).toHaveLength(media.tracks.length)
  for (const [i, track] of media.tracks.entries()) {
    const codec = (MEDIABUNNY as Partial<Record<string, string>>)[track.codec]
    const theirs = seen[i]
    if (!theirs || !codec) continue
    expect(theirs.codec).toBe(codec)
    const packets: unknown[] = []
    for await (const packet of new EncodedPacketSink(theirs).packets()) {
      packets.push([Math.round(packet.timestamp * 1e6), packet.type, Buffer.from(packet.data).toString('base64')])
    }
    expect(packets).toEqual(
      media.frames
        .filter(frame => frame.track === track)
        .map(frame => [
          Math.round((frame.pts * 1e6) / track.clockRate),
          frame.keyframe ? 'key' : 'delta',
          Buffer.from(frame.data).toString('base64'),
        ]),
    )
  }
}
