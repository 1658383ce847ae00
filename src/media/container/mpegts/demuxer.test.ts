import { beforeAll, describe, expect, test } from 'vitest'
import { ffmpeg, TEST_AUDIO, TEST_VIDEO } from '../../../../test/ffmpeg.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { crc32Mpeg } from '../elementary/crc32.ts'
import { WRAP } from '../elementary/timestamp.ts'
import { TsDemuxer } from './demuxer.ts'
import { TsMuxer } from './muxer.ts'
import { NULL_PID, PACKET_BYTES, readPacketHeader } from './packet.ts'
import { UnitLayout, writeSectionPacket } from './packet-writer.ts'
import { MAX_PES_BYTES } from './pes-assembler.ts'
import { PAT_PID, writePat, writePmt } from './psi.ts'
import { writeSection } from './section.ts'

/** Of ffmpeg's muxer. */
const VIDEO_PID = 0x100

let made: Buffer
let all: Frame[]
let tracks: Track[]

beforeAll(() => {
  const sound = [...TEST_AUDIO, '-c:a', 'aac']
  made = ffmpeg(...TEST_VIDEO, ...sound, '-c:v', 'libx264', '-g', '10', '-f', 'mpegts', '-')
  all = demux([made]).frames
  tracks = [...new Map(all.map(frame => [frame.track.id, frame.track])).values()]
})

function demux(inputs: readonly Uint8Array[]) {
  const frames: Frame[] = []
  const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => frames.push(frame) })
  for (const input of inputs) demuxer.push(input)
  demuxer.flush()
  return { frames, counters: demuxer.counters }
}

const packetsOf = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length / PACKET_BYTES }, (_, n) =>
    bytes.subarray(n * PACKET_BYTES, (n + 1) * PACKET_BYTES),
  )
const summary = (frames: readonly Frame[]) =>
  frames.map(({ track, pts, dts, data }) => [
    track.kind,
    pts,
    dts,
    data.length,
    Buffer.from(data).toString('hex', 0, 32),
  ])

function section(pid: number, bytes: Uint8Array, counter = 0): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES)
  writeSectionPacket(packet, 0, pid, counter, bytes)
  return packet
}

function pes(pid: number, payload: Uint8Array, counter: number, streamId = 0xc0): Buffer {
  const head = Buffer.from(`000001${streamId.toString(16)}0000848005210001${'0003'}`, 'hex')
  if (payload.length + 8 <= 0xffff) head.writeUInt16BE(payload.length + 8, 4)
  const options = { pid, counter, pcr: null, randomAccess: false }
  const layout = new UnitLayout(head.length + payload.length, options)
  const out = Buffer.alloc(layout.bytes)
  layout.write(out, 0, options, head, payload, payload.length)
  return out
}

describe('framing', () => {
  test.each([1, 7, 187, 188, 189, 1316, 65_536])('pieces of %d bytes', size => {
    const pieces = Array.from({ length: Math.ceil(made.length / size) }, (_, n) =>
      made.subarray(n * size, (n + 1) * size),
    )
    expect(summary(demux(pieces).frames)).toEqual(summary(all))
  })

  test.each([
    [192, 4],
    [204, 0],
  ])('packets of %d bytes', (size, offset) => {
    const wide = packetsOf(made).map(packet => {
      const out = Buffer.alloc(size)
      packet.copy(out, offset)
      return out
    })
    const bytes = Buffer.concat(wide)
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, n) =>
      bytes.subarray(n * 1000, (n + 1) * 1000),
    )
    expect(summary(demux(pieces).frames)).toEqual(summary(all))
  })

  test('garbage before, and bytes lost inside', () => {
    const garbage = Buffer.alloc(1000, 0x47)
    expect(demux([garbage.fill(0, 1, 900), made]).frames.length).toBe(all.length)
    const packets = packetsOf(made)
    const at = packets.findIndex((packet, n) => n > 20 && readPacketHeader(packet, 0)!.pid === VIDEO_PID)
    const cut = Buffer.concat([...packets.slice(0, at), packets[at]!.subarray(50), ...packets.slice(at + 1)])
    const { frames, counters } = demux([cut])
    expect(counters.skipped).toBe(138)
    expect(frames.length).toBeGreaterThan(all.length - 3)
  })

  test('a buffer that the sender uses again', () => {
    const shared = Buffer.alloc(500)
    const frames: Frame[] = []
    const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => frames.push(frame) })
    for (let at = 0; at < made.length; at += 500) {
      const length = made.copy(shared, 0, at)
      demuxer.push(shared.subarray(0, length))
    }
    demuxer.flush()
    expect(summary(frames)).toEqual(summary(all))
  })

  test('fewer packets than prove a grid still count at the end', () => {
    const tables = [section(PAT_PID, writePat([{ program: 1, pid: 0x20 }], 0)), Buffer.alloc(0)]
    expect(demux(tables).counters.packets).toBe(1)
  })
})

describe('loss', () => {
  test('a missing packet costs its frame and nothing else', () => {
    const packets = packetsOf(made)
    const lost = packets.findIndex((packet, n) => {
      const { pid, unitStart } = readPacketHeader(packet, 0)!
      return n > 20 && pid === VIDEO_PID && !unitStart
    })
    const { frames, counters } = demux([Buffer.concat(packets.toSpliced(lost, 1))])
    expect(counters).toMatchObject({ lost: 1, damaged: 1, duplicates: 0 })
    const kept = new Set(summary(frames).map(String))
    expect(summary(all).filter(frame => !kept.has(String(frame))).length).toBe(1)
  })

  test('every packet twice is every packet once', () => {
    const { frames, counters } = demux(packetsOf(made).flatMap(packet => [packet, packet]))
    expect(summary(frames)).toEqual(summary(all))
    expect(counters.lost).toBe(0)
    expect(counters.duplicates).toBeGreaterThan(100)
  })

  test('an announced discontinuity is no loss', () => {
    const counters = demux([made, made]).counters
    expect(counters.lost).toBeGreaterThan(0)
    const again = packetsOf(Buffer.from(made))
    const started = new Set<number>()
    const marked = again.flatMap(packet => {
      const { pid, continuityCounter } = readPacketHeader(packet, 0)!
      if (started.has(pid)) return [packet]
      started.add(pid)
      // a packet without payload that carries the indicator
      const flag = Buffer.alloc(PACKET_BYTES, 0xff)
      flag.set([0x47, pid >> 8, pid & 0xff, 0x20 | continuityCounter, 183, 0x80])
      return [flag, packet]
    })
    expect(demux([made, ...marked]).counters.lost).toBe(0)
  })

  test('packets marked as broken, null packets and scrambled ones are left out', () => {
    const packets = packetsOf(Buffer.from(made))
    const broken = Buffer.from(packets[40]!)
    broken[1]! |= 0x80
    const empty = Buffer.alloc(PACKET_BYTES, 0xff)
    empty.set([0x47, NULL_PID >> 8, NULL_PID & 0xff, 0x10])
    expect(summary(demux([...packets.slice(0, 40), broken, empty, ...packets.slice(40)]).frames)).toEqual(summary(all))
    for (const packet of packets) packet[3]! |= 0x80
    expect(demux(packets).frames).toEqual([])
  })

  test('a PES packet over the limit is given up, the next one is read', () => {
    const program = [
      section(PAT_PID, writePat([{ program: 1, pid: 0x20 }], 0)),
      section(
        0x20,
        writePmt(1, { pcrPid: 0x100, streams: [{ streamType: 0x90, pid: 0x100, descriptors: Buffer.of() }] }, 0),
      ),
    ]
    const huge = pes(0x100, Buffer.alloc(MAX_PES_BYTES), 0)
    const next = pes(0x100, Buffer.alloc(320, 0xd5), huge.length / PACKET_BYTES)
    const { frames, counters } = demux([...program, huge, next])
    expect(counters).toMatchObject({ damaged: 1, lost: 0 })
    expect(frames.map(({ data, track }) => [track.codec, data.length])).toEqual([['pcma', 320]])
  })
})

describe('tables', () => {
  const g711 = (streamType: number, pid: number, version: number) =>
    section(
      0x20,
      writePmt(1, { pcrPid: pid, streams: [{ streamType, pid, descriptors: Buffer.of() }] }, version),
      version,
    )

  test('the first program, whose section may come last', () => {
    const pat = (number: number, program: number, pid: number) => {
      const bytes = Buffer.from(writePat([{ program, pid }], 0))
      const body = Buffer.from(bytes.subarray(8, 12))
      const out = Buffer.from(writeSection(0, 1, 0, body))
      out[6] = number
      out[7] = 1
      return section(PAT_PID, withCrc(out), number)
    }
    const wrong = section(
      0x30,
      writePmt(2, { pcrPid: 0x200, streams: [{ streamType: 0x90, pid: 0x200, descriptors: Buffer.of() }] }, 0),
    )
    const { frames } = demux([
      pat(1, 2, 0x30),
      wrong,
      pat(0, 1, 0x20),
      g711(0x91, 0x100, 0),
      pes(0x200, Buffer.alloc(80), 0),
      pes(0x100, Buffer.alloc(160), 0),
    ])
    expect(frames.map(({ track }) => [track.id, track.codec])).toEqual([[0x100, 'pcmu']])
  })

  test('a new version of the PMT changes the streams', () => {
    const pat = section(PAT_PID, writePat([{ program: 1, pid: 0x20 }], 0))
    const { frames } = demux([
      pat,
      g711(0x90, 0x100, 0),
      pes(0x100, Buffer.alloc(80), 0),
      g711(0x91, 0x100, 1),
      pes(0x100, Buffer.alloc(80), 9),
      g711(0x91, 0x101, 2),
      pes(0x100, Buffer.alloc(80), 10),
      pes(0x101, Buffer.alloc(80), 0),
    ])
    expect(frames.map(({ track }) => `${track.codec} ${track.id}`)).toEqual(['pcma 256', 'pcmu 256', 'pcmu 257'])
  })

  test('a broken section is counted and changes nothing', () => {
    const pat = section(PAT_PID, writePat([{ program: 1, pid: 0x20 }], 0))
    const bad = g711(0x90, 0x100, 0)
    bad[20]! ^= 0xff
    const { frames, counters } = demux([pat, bad, pes(0x100, Buffer.alloc(80), 0)])
    expect(frames).toEqual([])
    expect(counters.badSections).toBe(1)
  })
})

function withCrc(bytes: Buffer): Buffer {
  const body = Buffer.from(bytes.subarray(8, -4))
  const fresh = Buffer.from(writeSection(bytes[0]!, bytes.readUInt16BE(3), (bytes[5]! >> 1) & 31, body))
  // numbers differ, so the CRC is made again over them
  fresh[6] = bytes[6]!
  fresh[7] = bytes[7]!
  fresh.writeUInt32BE(crc32Mpeg(fresh.subarray(0, -4)), fresh.length - 4)
  return fresh
}

describe('times', () => {
  test('33 bits wrap into one continuous time', () => {
    const muxer = new TsMuxer()
    muxer.setTracks(tracks)
    const shift = WRAP - 90_000 * 2
    const bytes = all
      .toSorted((a, b) => a.dts - b.dts)
      .map(frame => muxer.frame({ ...frame, dts: frame.dts + shift, pts: frame.pts + shift }))
    const { frames } = demux(bytes)
    for (const kind of ['video', 'audio']) {
      const times = (list: readonly Frame[]) =>
        list.filter(({ track }) => track.kind === kind).map(({ pts }, _n, { 0: first }) => pts - first!.pts)
      expect(times(frames)).toEqual(times(all))
    }
  })
})
