import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { ffmpeg, TEST_AUDIO, TEST_VIDEO } from '../../../../test/ffmpeg.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { g711Track } from '../../stream/track-builders.ts'
import { writePesHeader } from '../elementary/pes.ts'
import { TsDemuxer } from '../mpegts/demuxer.ts'
import { PsDemuxer } from './demuxer.ts'
import { PsMuxer } from './muxer.ts'
import { writePackHeader } from './pack.ts'
import { writeProgramStreamMap } from './program-stream-map.ts'

const VIDEO = 0xe0
const AUDIO = 0xc0
const STEP = 3600

/** Pictures without B-frames, a keyframe every five. */
let h264: Frame[]
let h265: Frame[]
let aac: Frame[]

beforeAll(() => {
  const frames: Frame[] = []
  const read = (...args: string[]) => {
    frames.length = 0
    const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => frames.push(frame) })
    demuxer.push(ffmpeg(...args, '-f', 'mpegts', '-'))
    demuxer.flush()
    return [...frames]
  }
  const x264 = ['-c:v', 'libx264', '-g', '5', '-bf', '0', '-x264-params', 'slices=2:scenecut=0']
  const x265 = ['-c:v', 'libx265', '-x265-params', 'log-level=none:keyint=5:bframes=0:slices=2:scenecut=0']
  h264 = read(...TEST_VIDEO, ...x264)
  h265 = read(...TEST_VIDEO, ...x265)
  aac = read(...TEST_AUDIO, '-c:a', 'aac')
})

const hash = (data: Uint8Array) => createHash('md5').update(data).digest('hex').slice(0, 8)
const datas = (frames: readonly Frame[]) => frames.map(({ data }) => hash(data))

function demuxer() {
  const frames: Frame[] = []
  const tracks: Track[] = []
  const made = new PsDemuxer({ onTrack: track => tracks.push(track), onFrame: frame => frames.push(frame) })
  return { demuxer: made, frames, tracks }
}

function demux(...inputs: readonly Uint8Array[]) {
  const { demuxer: made, frames, tracks } = demuxer()
  for (const input of inputs) made.push(input)
  made.flush()
  return { frames, tracks, counters: made.counters }
}

/** One pack per frame, as the muxer makes it. */
function packsOf(frames: readonly Frame[]): Buffer[] {
  const muxer = new PsMuxer()
  muxer.setTracks([...new Set(frames.map(({ track }) => track))])
  return frames.map(frame => muxer.frame(frame))
}

function pack(...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(14)
  writePackHeader(head, 0, 90_000, 1000)
  return Buffer.concat([head, ...parts])
}

function pes(streamId: number, payload: Uint8Array, pts: number | null = null): Buffer {
  const out = Buffer.alloc(14 + payload.length)
  const at = writePesHeader(out, 0, streamId, pts, pts, payload.length)
  out.set(payload, at)
  return out.subarray(0, at + payload.length)
}

const psm = (videoType: number, audioType?: number) =>
  writeProgramStreamMap(
    [
      { streamType: videoType, streamId: VIDEO },
      ...(audioType === undefined ? [] : [{ streamType: audioType, streamId: AUDIO }]),
    ],
    1,
  )

/** The access unit as a byte stream, parameter sets first in keyframes. */
function byteStream(frame: Frame): Buffer {
  const muxer = new PsMuxer()
  muxer.setTracks([frame.track])
  const whole = muxer.frame(frame)
  const at = whole.indexOf(Buffer.from([0, 0, 1, VIDEO]))
  return whole.subarray(at + 9 + whole[at + 8]!)
}

/** NAL units with their start codes. */
function unitsOf(frame: Frame): Buffer[] {
  const bytes = byteStream(frame)
  const units: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    const next = bytes.indexOf(Buffer.from([0, 0, 0, 1]), at + 4)
    units.push(bytes.subarray(at, next < 0 ? bytes.length : next))
    at = next < 0 ? bytes.length : next
  }
  return units
}

describe('what devices do', () => {
  const codecs: readonly [codec: string, frames: () => Frame[]][] = [
    ['H.264', () => h264],
    ['H.265', () => h265],
  ]

  test.each(codecs)('%s without a program stream map', (_, source) => {
    const { frames, counters } = demux(...source().map(frame => pack(pes(VIDEO, byteStream(frame), frame.dts))))
    expect(datas(frames)).toEqual(datas(source()))
    expect(counters).toMatchObject({ psmSeen: 0, wrongTypes: 0, framesBroken: 0, packs: source().length })
    expect(counters.streamTypes).toEqual([{ streamId: VIDEO, streamType: null, codec: source()[0]!.track.codec }])
  })

  test.each(codecs)('%s joined in the middle: from the next keyframe on', (_, source) => {
    const bytes = Buffer.concat(packsOf(source()))
    const { frames, counters } = demux(bytes.subarray(777))
    expect(datas(frames)).toEqual(datas(source().slice(5)))
    expect(counters.bytesSkipped).toBeGreaterThan(0)
  })

  test.each(codecs)('%s with the map of the other codec', (_, source) => {
    const wrong = source() === h264 ? 0x24 : 0x1b
    const inputs = source().map(frame => pack(psm(wrong), pes(VIDEO, byteStream(frame), frame.dts)))
    const { frames, counters } = demux(...inputs)
    expect(datas(frames)).toEqual(datas(source()))
    expect(counters).toMatchObject({ wrongTypes: 1, framesBroken: 0 })
  })

  test.each(codecs)('%s: parameter sets in PES packets of their own', (_, source) => {
    const inputs = source().map(frame =>
      pack(...unitsOf(frame).map((unit, n) => pes(VIDEO, unit, n % 2 ? null : frame.dts))),
    )
    const { frames } = demux(...inputs)
    expect(datas(frames)).toEqual(datas(source()))
    expect(frames.map(({ dts }) => dts)).toEqual(source().map(({ dts }) => dts))
  })

  test.each(codecs)('%s: parameter sets in packs of their own, ended by the marker', (_, source) => {
    const { demuxer: made, frames } = demuxer()
    for (const frame of source()) {
      const units = unitsOf(frame)
      for (const [n, unit] of units.entries()) {
        made.push(pack(pes(VIDEO, unit, frame.dts)))
        const last = n === units.length - 1
        const isSet = [0x67, 0x68, 0x40, 0x42, 0x44].includes(unit[4]!)
        if (last || isSet) made.endOfAccessUnit()
      }
    }
    expect(datas(frames)).toEqual(datas(source()))
  })

  test.each(codecs)('%s: a picture cut into PES packets of any size, also in start codes', (_, source) => {
    for (const size of [1, 3, 7, 100]) {
      const inputs = source()
        .slice(0, 7)
        .map(frame => {
          const bytes = byteStream(frame)
          const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
            pes(VIDEO, bytes.subarray(n * size, (n + 1) * size), n === 0 ? frame.dts : null),
          )
          return pack(psm(source() === h264 ? 0x1b : 0x24), ...pieces)
        })
      const { frames } = demux(...inputs)
      expect(datas(frames)).toEqual(datas(source().slice(0, 7)))
      expect(frames.map(({ dts }) => dts)).toEqual(
        source()
          .slice(0, 7)
          .map(({ dts }) => dts),
      )
    }
  })

  test.each(codecs)('%s: PES packets of length 0 end at the next start code', (_, source) => {
    const inputs = source().map(frame => {
      const open = pes(VIDEO, byteStream(frame), frame.dts)
      open.writeUInt16BE(0, 4)
      return pack(open)
    })
    const bytes = Buffer.concat(inputs)
    for (const size of [1, 5, 1400, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      )
      expect(datas(demux(...pieces).frames)).toEqual(datas(source()))
    }
  })

  test('length 0 and the marker: out at once', () => {
    const { demuxer: made, frames } = demuxer()
    for (const [n, frame] of h264.entries()) {
      const open = pes(VIDEO, byteStream(frame), frame.dts)
      open.writeUInt16BE(0, 4)
      made.push(pack(open))
      made.endOfAccessUnit()
      expect(frames.length).toBe(n + 1)
    }
    expect(datas(frames)).toEqual(datas(h264))
  })

  test('a frame comes out at its end when the sender marks it, else with the next one', () => {
    const marked = demuxer()
    const plain = demuxer()
    for (const [n, bytes] of packsOf(h264).entries()) {
      marked.demuxer.push(bytes)
      marked.demuxer.endOfAccessUnit()
      plain.demuxer.push(bytes)
      expect(marked.frames.length).toBe(n + 1)
      expect(plain.frames.length).toBe(n)
    }
    expect(datas(marked.frames)).toEqual(datas(h264))
  })

  test('marks inside of packets mean nothing', () => {
    const { demuxer: made, frames } = demuxer()
    for (const bytes of packsOf(h264)) {
      for (let at = 0; at < bytes.length; at += 100) {
        made.push(bytes.subarray(at, at + 100))
        made.endOfAccessUnit()
      }
    }
    expect(datas(frames)).toEqual(datas(h264))
  })

  test('marks inside of pictures are not believed again', () => {
    const { demuxer: made, frames } = demuxer()
    for (const frame of h264) {
      for (const unit of unitsOf(frame)) {
        made.push(pack(pes(VIDEO, unit, frame.dts)))
        made.endOfAccessUnit()
      }
    }
    made.flush()
    // the first picture is cut, what refers to it is left out
    expect(datas(frames).slice(1)).toEqual(datas(h264.slice(5)))
  })

  test('junk for a CRC, and a map with keyframes only', () => {
    const map = psm(0x1b)
    map.fill(0xa5, map.length - 4)
    const inputs = h264.map(({ keyframe, ...frame }) =>
      pack(...(keyframe ? [map] : []), pes(VIDEO, byteStream({ keyframe, ...frame }), frame.dts)),
    )
    const { frames, counters } = demux(...inputs)
    expect(datas(frames)).toEqual(datas(h264))
    expect(counters.psmSeen).toBe(h264.filter(({ keyframe }) => keyframe).length)
  })

  test.each([
    ['zeros', Buffer.alloc(7)],
    ['ones', Buffer.alloc(33, 0xff)],
    ['a padding stream', Buffer.concat([Buffer.from('000001be0010', 'hex'), Buffer.alloc(16, 0xff)])],
    ['private stream 1', Buffer.concat([Buffer.from('000001bd0008', 'hex'), Buffer.from('000001ba00000102', 'hex')])],
    ['private stream 2', Buffer.concat([Buffer.from('000001bf0003', 'hex'), Buffer.from('010203', 'hex')])],
    ['a program end', Buffer.from('000001b9', 'hex')],
  ])('behind each frame: %s', (_, junk) => {
    const bytes = Buffer.concat(packsOf(h264).flatMap(part => [part, junk]))
    for (const size of [1, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      )
      const { frames, counters } = demux(...pieces)
      expect(datas(frames)).toEqual(datas(h264))
      expect(counters.framesBroken).toBe(0)
    }
  })

  test('times that stand still go on by the frame rate', () => {
    const { frames } = demux(...h264.map(frame => pack(pes(VIDEO, byteStream(frame), 90_000))))
    expect(frames.map(({ dts }) => dts)).toEqual(h264.map((_, n) => 90_000 + n * STEP))
  })

  test('times in pack headers only', () => {
    const inputs = h264.map((frame, n) => {
      const bytes = pack(pes(VIDEO, byteStream(frame)))
      writePackHeader(bytes, 0, n * 4000, 1000)
      return bytes
    })
    expect(demux(...inputs).frames.map(({ dts }) => dts)).toEqual(h264.map((_, n) => n * 4000))
  })

  test('another codec in the middle, with a new map', () => {
    const later = h265.map(frame => ({ ...frame, dts: frame.dts + 900_000, pts: frame.pts + 900_000 }))
    const { frames, tracks, counters } = demux(...packsOf(h264), ...packsOf(later))
    expect(datas(frames)).toEqual(datas([...h264, ...h265]))
    expect(tracks.map(({ codec, id }) => [codec, id])).toEqual([
      ['h264', VIDEO],
      ['h265', VIDEO],
    ])
    expect(counters).toMatchObject({ wrongTypes: 0, framesBroken: 0 })
  })
})

describe('loss', () => {
  /** The frames that survive: the damaged one is dropped and what refers to it. */
  const survivors = (lost: number) => h264.filter((_, n) => n < lost || n >= 5 * Math.ceil((lost + 1) / 5))

  test.each([
    ['told by sequence numbers', true],
    ['not told', false],
  ])('bytes missing in the middle of a frame, %s', (_, told) => {
    for (const lost of [6, 12, 15]) {
      const { demuxer: made, frames } = demuxer()
      for (const [n, bytes] of packsOf(h264).entries()) {
        if (n !== lost) {
          made.push(bytes)
          continue
        }
        made.push(bytes.subarray(0, 70))
        if (told) made.damage()
        made.push(bytes.subarray(110))
      }
      made.flush()
      expect(datas(frames)).toEqual(datas(survivors(lost)))
      expect(made.counters.framesBroken).toBe(1)
      expect(made.counters.bytesSkipped).toBeGreaterThan(0)
    }
  })

  test('the end of a frame missing', () => {
    const bytes = packsOf(h264)
    const { frames, counters } = demux(...bytes.slice(0, 6), bytes[6]!.subarray(0, -20), ...bytes.slice(7))
    expect(datas(frames)).toEqual(datas(survivors(6)))
    expect(counters.framesBroken).toBe(1)
  })

  test('the end of a frame missing, in pieces that do not start with packs', () => {
    const bytes = packsOf(h264)
    const stream = Buffer.concat([...bytes.slice(0, 6), bytes[6]!.subarray(0, -20), ...bytes.slice(7)])
    const pieces = Array.from({ length: Math.ceil(stream.length / 11) }, (_, n) =>
      stream.subarray(n * 11, (n + 1) * 11),
    )
    const { frames } = demux(...pieces)
    expect(datas(frames)).toEqual(datas(survivors(6)))
  })
})

describe('sound', () => {
  /** A quiet tone in A-law or µ-law, 20 ms each. */
  function g711(law: 'pcma' | 'pcmu', packets: number): Buffer[] {
    return Array.from({ length: packets }, (_, n) =>
      Buffer.from(
        Array.from({ length: 160 }, (_, k) => {
          const magnitude = Math.round(Math.abs(Math.sin((n * 160 + k) / 9)) * 12)
          const negative = Math.sin((n * 160 + k) / 9) < 0 ? 0 : 0x80
          return law === 'pcma' ? (magnitude | negative) ^ 0x55 : (~magnitude & 0x7f & 0xff) | negative
        }),
      ),
    )
  }
  const packets = (payloads: readonly Buffer[], map: Buffer | null) =>
    payloads.map((payload, n) => pack(...(map && n === 0 ? [map] : []), pes(AUDIO, payload, n * 1800)))

  test.each([
    ['pcma', 0x90],
    ['pcmu', 0x91],
  ] as const)('%s as the map says', (law, type) => {
    const payloads = g711(law, 100)
    const { frames, counters } = demux(...packets(payloads, psm(0x1b, type)))
    expect(datas(frames)).toEqual(payloads.map(hash))
    expect(frames[0]!.track.codec).toBe(law)
    expect(frames.map(({ dts }) => dts)).toEqual(payloads.map((_, n) => n * 1800))
    expect(counters.wrongTypes).toBe(0)
  })

  test.each([
    ['pcma', 0x91],
    ['pcmu', 0x90],
  ] as const)('%s announced as the other law is heard', (law, type) => {
    const { tracks, counters } = demux(...packets(g711(law, 100), psm(0x1b, type)))
    expect(tracks.map(({ codec }) => codec)).toEqual([law === 'pcma' ? 'pcmu' : 'pcma', law])
    expect(counters.wrongTypes).toBe(1)
  })

  test('G.711 announced as AAC, and not announced', () => {
    const payloads = g711('pcma', 20)
    const announced = demux(...packets(payloads, psm(0x1b, 0x0f)))
    expect(announced.frames.map(({ track }) => track.codec)).toEqual(Array(18).fill('pcma'))
    expect(announced.counters.wrongTypes).toBe(1)
    const silent = demux(...packets(payloads, null))
    expect(silent.frames.length).toBe(18)
    expect(silent.counters.wrongTypes).toBe(0)
  })

  test('AAC announced as G.711', () => {
    const bytes = packsOf(aac).map(part => {
      const at = part.indexOf(Buffer.from('0fc00000', 'hex'))
      if (at > 0) part[at] = 0x90
      return part
    })
    const { frames, counters } = demux(...bytes)
    expect(datas(frames)).toEqual(datas(aac))
    expect(counters).toMatchObject({ wrongTypes: 1, framesBroken: 0 })
  })

  test('what is not carried is told and left out', () => {
    const { frames, counters } = demux(...packets(g711('pcma', 9), psm(0x80, 0x9b)))
    expect(frames).toEqual([])
    expect(counters.streamTypes).toEqual([
      { streamId: VIDEO, streamType: 0x80, codec: null },
      { streamId: AUDIO, streamType: 0x9b, codec: null },
    ])
  })

  test('sound with pictures does not disturb them', () => {
    const track = g711Track({ id: 99, clockRate: 8000, codec: 'pcma' })
    const sound = h264.map(({ dts }) => {
      const time = Math.round(dts / 11.25)
      return { track, dts: time, pts: time, keyframe: true, data: new Uint8Array(320).fill(0xd5) }
    })
    const muxer = new PsMuxer()
    muxer.setTracks([h264[0]!.track, track])
    const { frames } = demux(...h264.flatMap((frame, n) => [muxer.frame(frame), muxer.frame(sound[n]!)]))
    expect(datas(frames.filter(({ track }) => track.kind === 'video'))).toEqual(datas(h264))
    expect(datas(frames.filter(({ track }) => track.kind === 'audio'))).toEqual(datas(sound))
  })
})

describe('muxer', () => {
  test('keyframes bring system header and map, others do not', () => {
    const starts = (bytes: Buffer) => {
      const found: string[] = []
      for (let at = 0; at >= 0; ) {
        at = bytes.indexOf(Buffer.from([0, 0, 1]), at)
        if (at < 0) break
        if (bytes[at + 3]! >= 0xb9) found.push(bytes[at + 3]!.toString(16))
        at += 3
      }
      return found.join(' ')
    }
    const found = packsOf(h264).map(starts)
    expect(found).toEqual(h264.map(({ keyframe }) => (keyframe ? 'ba bb bc e0' : 'ba e0')))
    expect(
      packsOf(aac)
        .map(starts)
        .filter(text => text === 'ba bb bc c0').length,
    ).toBe(2)
  })

  test('a track that was not set is refused', () => {
    expect(() => new PsMuxer().frame(h264[0]!)).toThrow('is not in the program')
  })
})
