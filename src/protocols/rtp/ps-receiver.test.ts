import { beforeAll, describe, expect, test } from 'vitest'
import { ffmpeg, TEST_VIDEO } from '../../../test/ffmpeg.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { TsDemuxer } from '../../media/container/mpegts/demuxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { g711Track } from '../../media/stream/track-builders.ts'
import { RtpHeader, readRtpHeader, writeRtpHeader } from './packet.ts'
import { type PayloadFormat, payloadTypesOf } from './payload-types.ts'
import { PsReceiver, type PsReceiverOptions } from './ps-receiver.ts'
import { PsSender } from './ps-sender.ts'
import { readRtcp } from './rtcp.ts'

const SSRC = 200_000_001
const SIZE = ['-f', 'lavfi', '-i', 'testsrc=size=640x480:rate=25:duration=0.6'] as const

let h264: Frame[]
let h265: Frame[]
const tone = g711Track({ id: 1, clockRate: 8000, codec: 'pcma' })
const sound: Frame[] = Array.from({ length: 10 }, (_, n) => ({
  track: tone,
  dts: n * 320,
  pts: n * 320,
  keyframe: true,
  data: Buffer.alloc(320, n),
}))

beforeAll(() => {
  const read = (...args: string[]) => {
    const frames: Frame[] = []
    const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => frames.push(frame) })
    demuxer.push(ffmpeg(...args, '-f', 'mpegts', '-'))
    demuxer.flush()
    return frames
  }
  h264 = read(...SIZE, '-c:v', 'libx264', '-g', '5', '-bf', '0', '-x264-params', 'slices=2:scenecut=0')
  h265 = read(...TEST_VIDEO, '-c:v', 'libx265', '-x265-params', 'log-level=none:keyint=5:bframes=0:scenecut=0')
})

const datas = (frames: readonly Frame[]) => frames.map(({ data }) => Buffer.from(data).toString('base64').slice(0, 60))

function packetsOf(frames: readonly Frame[], format: PayloadFormat, payloadType: number): Buffer[][] {
  const sender = new PsSender({ format, payloadType, ssrc: SSRC, firstSequence: 65_500, firstTimestamp: 0xfffff000 })
  sender.setTracks([...new Set(frames.map(({ track }) => track))])
  return frames.map(frame => sender.frame(frame))
}

function receiver(options: Partial<PsReceiverOptions> = {}) {
  const time = new FakeTime()
  const frames: Frame[] = []
  const tracks: Track[] = []
  const sink = { setTrack: (track: Track) => tracks.push(track), write: (frame: Frame) => frames.push(frame) }
  const made = new PsReceiver({ sink, clock: time, reorder: null, ...options })
  return { receiver: made, frames, tracks, time }
}

const FORMATS: readonly [format: PayloadFormat, payloadType: number, frames: () => Frame[]][] = [
  ['ps', 96, () => h264],
  ['ps', 96, () => h265],
  ['h264', 98, () => h264],
  ['h265', 100, () => h265],
  ['pcma', 8, () => sound],
  ['ps', 96, () => sound],
]

test.each(FORMATS)(
  '%s as payload type %d: each frame comes out with its last packet',
  (format, payloadType, source) => {
    const { receiver: made, frames } = receiver()
    const sent = source()
    for (const [n, packets] of packetsOf(sent, format, payloadType).entries()) {
      for (const packet of packets) made.push(packet)
      expect(frames.length).toBe(n + 1)
    }
    expect(datas(frames)).toEqual(datas(sent))
    const last = frames.at(-1)!
    const seconds = (frame: Frame) => frame.pts / frame.track.clockRate
    expect(seconds(last) - seconds(frames[0]!)).toBeCloseTo(seconds(sent.at(-1)!) - seconds(sent[0]!), 3)
    expect(made.counters).toMatchObject({ lost: 0, framesBroken: 0, framesSkipped: 0, format, frames: sent.length })
  },
)

test('packets: one timestamp and one marker each frame, 1400 bytes at most', () => {
  for (const [format, payloadType, source] of FORMATS) {
    for (const packets of packetsOf(source(), format, payloadType)) {
      const headers = packets.map(packet => {
        const header = new RtpHeader()
        expect(readRtpHeader(packet, header)).toBe(true)
        expect(packet.length).toBeLessThanOrEqual(1412)
        return header
      })
      expect(new Set(headers.map(({ timestamp }) => timestamp)).size).toBe(1)
      expect(headers.map(({ marker }) => marker)).toEqual(headers.map((_, n) => n === headers.length - 1))
    }
  }
})

describe('payload types', () => {
  test('an rtpmap goes before the usual meaning', () => {
    const types = payloadTypesOf([{ payloadType: 96, encoding: 'H264', clockRate: 90_000 }])
    const { receiver: made, frames } = receiver({ payloadTypes: types })
    for (const packet of packetsOf(h264, 'h264', 96).flat()) made.push(packet)
    expect(datas(frames)).toEqual(datas(h264))
  })

  test.each([98, 8, 127])('a program stream as payload type %d', payloadType => {
    const { receiver: made, frames } = receiver()
    for (const packet of packetsOf(h264, 'ps', payloadType).flat()) made.push(packet)
    expect(datas(frames)).toEqual(datas(h264))
    expect(made.counters).toMatchObject({ format: 'ps', payloadType })
  })

  test('H.265 announced as H.264', () => {
    const { receiver: made, frames } = receiver()
    for (const packet of packetsOf(h265, 'h265', 98).flat()) made.push(packet)
    expect(datas(frames)).toEqual(datas(h265))
  })

  test('one that nobody knows is counted', () => {
    const { receiver: made, frames } = receiver()
    for (const packet of packetsOf(sound, 'pcma', 111).flat()) made.push(packet)
    expect(frames).toEqual([])
    expect(made.counters).toMatchObject({ unknownPayload: 10, format: null, payloadType: 111 })
  })
})

describe('loss', () => {
  test.each([
    ['ps', 96],
    ['h264', 98],
  ] as const)('%s: a missing packet costs its frame and what refers to it', (format, payloadType) => {
    const { receiver: made, frames } = receiver()
    for (const [n, packets] of packetsOf(h264, format, payloadType).entries()) {
      for (const [k, packet] of packets.entries()) if (n !== 5 || k !== packets.length - 1) made.push(packet)
    }
    expect(datas(frames)).toEqual(datas([...h264.slice(0, 5), ...h264.slice(10)]))
    expect(made.counters).toMatchObject({ lost: 1, framesBroken: 1, framesSkipped: 4 })
  })

  test('UDP: brought into order, and waited for so long', () => {
    const time = new FakeTime()
    const { receiver: made, frames } = receiver({ reorder: { timers: time, maxPackets: 64, maxDelayMs: 50 } })
    const packets = packetsOf(h264, 'ps', 96).flat()
    const shuffled = packets.map((packet, n) => ({ packet, at: n + ((n * 7) % 5) })).toSorted((a, b) => a.at - b.at)
    for (const { packet } of shuffled) {
      made.push(packet)
      made.push(packet)
    }
    time.advance(100)
    expect(datas(frames)).toEqual(datas(h264))
    expect(made.counters).toMatchObject({ lost: 0, framesBroken: 0, duplicates: packets.length })
    expect(made.counters.reordered).toBeGreaterThan(0)
  })
})

/** RTP of hand-made payloads, one each packet. */
function feed(payloads: readonly [hex: string, timestamp: number, marker: boolean][], payloadType = 98) {
  const made = receiver()
  for (const [sequence, [hex, timestamp, marker]] of payloads.entries()) {
    const payload = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    const packet = Buffer.alloc(12 + payload.length)
    writeRtpHeader(packet, 0, { marker, payloadType, sequence, timestamp, ssrc: SSRC })
    payload.copy(packet, 12)
    made.receiver.push(packet)
  }
  made.receiver.flush()
  return { frames: made.frames.map(({ data }) => Buffer.from(data).toString('hex')), counters: made.receiver.counters }
}

const SPS = '6742c00ad902c4ec0440000003004000000783c48992'
const PPS = '68cb83cb20'
const STAP_A = `18 0016 ${SPS} 0005 ${PPS}`

const H264_PAYLOADS: readonly [
  name: string,
  packets: [hex: string, timestamp: number, marker: boolean][],
  frames: string[],
][] = [
  [
    'STAP-A with parameter sets',
    [
      [STAP_A, 0, false],
      ['6588aa', 0, true],
    ],
    ['000000036588aa'],
  ],
  [
    'FU-A in three',
    [
      [STAP_A, 0, false],
      ['7c85 88', 0, false],
      ['7c05 aa', 0, false],
      ['7c45 bb', 0, true],
    ],
    ['000000046588aabb'],
  ],
  [
    'FU-A with start and end bit (CostarHD)',
    [
      [STAP_A, 0, false],
      ['7cc5 88aa', 0, true],
    ],
    ['000000036588aa'],
  ],
  [
    'no marker: the next timestamp ends it',
    [
      [STAP_A, 0, false],
      ['6588aa', 0, false],
      ['4180', 1, false],
    ],
    ['000000036588aa', '000000024180'],
  ],
  [
    'marker on each parameter set',
    [
      [SPS, 0, true],
      [PPS, 0, true],
      ['6588aa', 0, true],
    ],
    ['000000036588aa'],
  ],
  [
    'an FU-A without a start',
    [
      [STAP_A, 0, false],
      ['7c45 bb', 0, true],
      ['6588aa', 1, true],
    ],
    ['000000036588aa'],
  ],
  [
    'marker on each slice: the first picture suffers, the next does not',
    [
      [STAP_A, 0, false],
      ['6588aa', 0, true],
      ['6540bb', 0, true],
      ['6588cc', 1, true],
      ['6540dd', 1, true],
      ['6588ee', 2, true],
    ],
    ['000000036588aa', '000000036588cc000000036540dd', '000000036588ee'],
  ],
]

test.each(H264_PAYLOADS)('H.264: %s', (_, packets, frames) => {
  expect(feed(packets).frames).toEqual(frames)
})

test.each([
  ['FU-B', '7d85 0000 88'],
  ['an aggregation packet that is cut', '18 00ff 6588'],
])('H.264: %s is refused and counted', (_, payload) => {
  expect(feed([[payload, 0, true]]).counters.framesBroken).toBe(1)
})

test('H.265: aggregation and fragments', () => {
  const sets = h265[0]!.track
  expect(sets.codec).toBe('h265')
  const [first] = packetsOf(h265, 'h265', 100)
  const units = first!.slice(0, 3).map(packet => packet.subarray(12))
  const length = (unit: Buffer) => unit.length.toString(16).padStart(4, '0')
  const aggregation = `6001 ${units.map(unit => length(unit) + unit.toString('hex')).join('')}`
  const { frames } = feed(
    [
      [aggregation, 0, false],
      ['6201 93 aabb', 0, false],
      ['6201 13 cc', 0, false],
      ['6201 53 dd', 0, true],
    ],
    100,
  )
  expect(frames).toEqual(['000000062601aabbccdd'])
})

test('reports both ways', () => {
  const sender = new PsSender({ format: 'pcma', payloadType: 8, ssrc: SSRC, firstSequence: 0, firstTimestamp: 0 })
  const { receiver: made } = receiver()
  for (const frame of sound) for (const packet of sender.frame(frame)) made.push(packet)
  const report = sender.report(1_700_000_000_000, 'test')
  made.push(report)
  expect(readRtcp(report)).toMatchObject([{ ssrc: SSRC, packets: 10, bytes: 3200, timestamp: 2880 }])
  expect(made.report(SSRC)).toMatchObject({ ssrc: SSRC, lost: 0, highestSequence: 9 })
  expect(made.counters).toMatchObject({ rtcp: 1, packets: 10, invalid: 0 })
})
