import { beforeAll, expect, test } from 'vitest'
import { ffmpeg, TEST_AUDIO, TEST_VIDEO } from '../../../../test/ffmpeg.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { aacTrack, g711Track } from '../../stream/track-builders.ts'
import { MAX_ADTS_PAYLOAD_BYTES } from '../elementary/codec-head.ts'
import { WRAP } from '../elementary/timestamp.ts'
import { TsDemuxer } from './demuxer.ts'
import { CLOCK_LEAD, TsMuxer } from './muxer.ts'
import { PACKET_BYTES, readPacketHeader } from './packet.ts'

const AAC = aacTrack({ id: 9, clockRate: 48_000, config: Buffer.from('1190', 'hex') })

let frames: Frame[]
let tracks: Track[]

beforeAll(() => {
  frames = []
  const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => frames.push(frame) })
  const sound = [...TEST_AUDIO, '-c:a', 'aac']
  demuxer.push(ffmpeg(...TEST_VIDEO, ...sound, '-c:v', 'libx264', '-g', '10', '-f', 'mpegts', '-'))
  demuxer.flush()
  frames.sort((a, b) => a.dts - b.dts)
  tracks = [...new Set(frames.map(frame => frame.track))]
})

const headersOf = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / PACKET_BYTES }, (_, n) => readPacketHeader(bytes, n * PACKET_BYTES)!)

function muxAll(list: readonly Frame[]) {
  const muxer = new TsMuxer()
  muxer.setTracks(tracks)
  return list.map(frame => ({ frame, headers: headersOf(muxer.frame(frame)) }))
}

test('counters go on without a gap on every PID', () => {
  const last = new Map<number, number>()
  for (const { pid, continuityCounter, payloadAt } of muxAll(frames).flatMap(({ headers }) => headers)) {
    // Without payload the counter stands still.
    const step = payloadAt % PACKET_BYTES === 0 ? 0 : 1
    if (last.has(pid)) expect(continuityCounter).toBe((last.get(pid)! + step) & 15)
    last.set(pid, continuityCounter)
  }
})

test('tables come with every keyframe, and often enough between them', () => {
  let since = 0
  for (const { frame, headers } of muxAll(frames)) {
    const hasTables = headers[0]!.pid === 0 && headers[1]!.pid === 0x1000
    if (frame.track.kind === 'video' && frame.keyframe) expect(hasTables).toBe(true)
    if (hasTables) since = frame.dts
    expect(frame.dts - since).toBeLessThan(45_000)
  }
})

test('the clock never waits longer than 100 ms, runs ahead of decoding and does not go back', () => {
  let last: number | null = null
  for (const { frame, headers } of muxAll(frames)) {
    for (const { pcr, pid } of headers) {
      if (pcr === null) continue
      expect(pid).toBe(0x100)
      expect(pcr).toBe(frame.dts)
      if (last !== null) expect(pcr - last).toBeGreaterThanOrEqual(0)
      if (last !== null) expect(pcr - last).toBeLessThanOrEqual(9000)
      last = pcr
    }
  }
  expect(last).not.toBe(null)
})

test('times before zero wrap, and the clock starts in time for the first picture', () => {
  const muxer = new TsMuxer()
  muxer.setTracks([AAC])
  const [pcr] = headersOf(
    muxer.frame({ track: AAC, dts: -48_000, pts: -48_000, keyframe: true, data: Buffer.alloc(9) }),
  )
    .map(header => header.pcr)
    .filter(value => value !== null)
  expect(pcr).toBe(WRAP - 90_000)
})

test('payloads of every size around the packet borders come back', () => {
  const muxer = new TsMuxer()
  muxer.setTracks([AAC])
  const sizes = Array.from({ length: 600 }, (_, n) => n + 1)
  const out: number[] = []
  const times: number[] = []
  const demuxer = new TsDemuxer({
    onTrack() {},
    onFrame({ data, pts }) {
      out.push(data.every(byte => byte === 0x21) ? data.length : -1)
      times.push(pts)
    },
  })
  for (const [n, size] of sizes.entries()) {
    const time = n * 1024
    demuxer.push(muxer.frame({ track: AAC, dts: time, pts: time, keyframe: true, data: Buffer.alloc(size, 0x21) }))
  }
  demuxer.flush()
  expect(out).toEqual(sizes)
  expect(times).toEqual(sizes.map((_, n) => n * 1920 + CLOCK_LEAD))
})

test('what ADTS cannot carry is left out', () => {
  const muxer = new TsMuxer()
  muxer.setTracks([AAC])
  const frame = (bytes: number) => ({ track: AAC, dts: 0, pts: 0, keyframe: true, data: Buffer.alloc(bytes) })
  expect(muxer.frame(frame(MAX_ADTS_PAYLOAD_BYTES)).length).toBeGreaterThan(MAX_ADTS_PAYLOAD_BYTES)
  expect(muxer.frame(frame(MAX_ADTS_PAYLOAD_BYTES + 1)).length).toBe(0)
  expect(TsMuxer.carries(AAC)).toBe(true)
  expect(TsMuxer.carries({ ...AAC, config: Buffer.from('f8e6', 'hex') })).toBe(false)
  expect(TsMuxer.carries(g711Track({ id: 1, clockRate: 8000, codec: 'pcma' }))).toBe(false)
})

test('a frame of a track that was not set is refused', () => {
  expect(() => new TsMuxer().frame({ track: AAC, dts: 0, pts: 0, keyframe: true, data: Buffer.alloc(1) })).toThrow(
    'track 9 is not in the program',
  )
})

test('NAL units whose lengths run over the end are cut off', () => {
  const video = frames.find(({ track }) => track.kind === 'video')!
  const broken = Buffer.concat([video.data, Buffer.from('7fffffff6588', 'hex')])
  const [whole, cut] = [video.data, broken].map(data => {
    const muxer = new TsMuxer()
    muxer.setTracks([video.track])
    return muxer.frame({ ...video, data })
  })
  expect(cut).toEqual(whole)
})

test('a new codec under the same id gets another PID and a new version of the table', () => {
  const muxer = new TsMuxer()
  muxer.setTracks([AAC])
  const before = muxer.tables()
  muxer.setTracks([{ ...AAC, config: Buffer.from('1188', 'hex') }])
  expect(muxer.tables()).toEqual(before)
  muxer.setTracks([{ ...tracks[0]!, id: AAC.id }])
  expect(muxer.tables()).not.toEqual(before)
})
