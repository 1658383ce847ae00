import { describe, expect, test } from 'vitest'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { aacTrack, h264Track } from '../../stream/track-builders.ts'
import { box, fullBox, u32 } from './box.ts'
import { Fmp4Demuxer, MAX_MEDIA_DATA_BYTES, MAX_METADATA_BYTES } from './demuxer.ts'
import { fragment } from './fragment.ts'
import { initSegment } from './init-segment.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const AVCC = hex('0164000bffe10019 6764000bacd942847e5c04400000030040 00000c83c50a6580 01000468ef8fcb fdf8f800')
const video = h264Track({ id: 1, clockRate: 90_000, config: Uint8Array.from(AVCC) })
const audio = aacTrack({ id: 2, clockRate: 48_000, config: Uint8Array.of(0x11, 0x90) })
const slice = hex('00000002 6588')
const raw = hex('21')

/** One fragment of two pictures and one sound, byte by byte. */
const FRAGMENT = `
  000000c8 6d6f6f66
    00000010 6d666864 00000000 00000007
    00000064 74726166
      00000014 74666864 00020020 00000001 02000000
      00000014 74666474 01000000 0000000100000002
      00000034 7472756e 01000f01 00000002 000000d0
        00000e10 00000006 02000000 00001c20
        00000e10 00000006 01010000 fffff1f0
    0000004c 74726166
      00000014 74666864 00020020 00000002 02000000
      00000014 74666474 01000000 0000000000000400
      0000001c 7472756e 01000301 00000001 000000dc
        00000400 00000001
  00000015 6d646174 ${'000000026588'.repeat(2)} 21`.replaceAll(/\s/g, '')

const tracks = [
  {
    track: video,
    trackId: 1,
    baseDecodeTime: 2 ** 32 + 2,
    samples: [
      { data: slice, duration: 3600, compositionOffset: 7200, keyframe: true },
      { data: slice, duration: 3600, compositionOffset: -3600, keyframe: false },
    ],
  },
  {
    track: audio,
    trackId: 2,
    baseDecodeTime: 1024,
    samples: [{ data: raw, duration: 1024, compositionOffset: 0, keyframe: true }],
  },
]

function demux(...parts: readonly Uint8Array[]) {
  const seen: Track[] = []
  const frames: Frame[] = []
  const unsupported: string[] = []
  const demuxer = new Fmp4Demuxer({
    track: track => seen.push(track),
    frame: frame => frames.push(frame),
    unsupported: name => unsupported.push(name),
  })
  for (const part of parts) demuxer.push(part)
  return { tracks: seen, frames, unsupported }
}

describe('fragment', () => {
  test('bytes', () => {
    expect(Buffer.concat(fragment({ sequence: 7, tracks })).toString('hex')).toBe(FRAGMENT)
  })

  test('sample data are not copied', () => {
    expect(fragment({ sequence: 7, tracks }).slice(2)).toEqual([slice, slice, raw])
    expect(fragment({ sequence: 7, tracks })[4]).toBe(raw)
  })

  test('a track without samples is left out', () => {
    const [, second] = tracks
    const without = tracks.map((track, i) => (i === 0 ? { ...track, samples: [] } : track))
    expect(fragment({ sequence: 1, tracks: without })).toEqual(
      fragment({ sequence: 1, tracks: second ? [second] : [] }),
    )
  })

  test('is read again, in the order of time', () => {
    const { frames, ...seen } = demux(initSegment([video, audio]), hex(FRAGMENT))
    expect(seen.tracks).toEqual([video, audio])
    expect(frames.map(({ track, dts, pts, keyframe, data }) => [track.codec, dts, pts, keyframe, data.length])).toEqual(
      [
        ['aac', 1024, 1024, true, 1],
        ['h264', 2 ** 32 + 2, 2 ** 32 + 7202, true, 6],
        ['h264', 2 ** 32 + 3602, 2 ** 32 + 2, false, 6],
      ],
    )
  })
})

/** A moof with one traf of these boxes, and 12 bytes of data. */
const moof = (...traf: readonly Buffer[]) => box('moof', fullBox('mfhd', 0, 0, u32(1)), box('traf', ...traf))
const mdat = box('mdat', slice, slice)
const init = initSegment([video])

describe('fragments of others', () => {
  test('defaults of trex and tfhd, explicit base offset, first sample flags, no tfdt', () => {
    const position = init.length
    const size = 8 + 16 + 8 + 40 + 20 + 20
    const tfhd = fullBox('tfhd', 0, 0x3b, u32(1, 0, position + size + 8, 1, 40, 6, 0x10000))
    const first = fullBox('trun', 0, 0x5, u32(1, 0, 0x2000000))
    const next = fullBox('trun', 0, 0, u32(1)) // goes on where the run before ended
    const one = moof(tfhd, first, next)
    expect(one.length).toBe(size)
    const { frames } = demux(init, one, mdat)
    expect(frames.map(({ dts, keyframe }) => [dts, keyframe])).toEqual([
      [0, true],
      [40, false],
    ])
  })

  test('without tfdt the next fragment continues', () => {
    const run = (fragment: number) => fullBox('trun', 0, 0x301, u32(2, fragment, 40, 6, 40, 6))
    const tfhd = fullBox('tfhd', 0, 0x20000, u32(1))
    const offset = moof(tfhd, run(0)).length + 8
    const one = moof(tfhd, run(offset))
    expect(demux(init, one, mdat, one, mdat).frames.map(({ dts }) => dts)).toEqual([0, 40, 80, 120])
  })

  test('unknown boxes, unknown tracks and data without samples are passed over', () => {
    const other = moof(fullBox('tfhd', 0, 0x20000, u32(9)), fullBox('trun', 0, 0x301, u32(1, 0, 40, 6)))
    const large = Buffer.concat([u32(1), Buffer.from('free'), u32(0, 20), Buffer.alloc(4)])
    expect(
      demux(box('styp'), large, init, box('sidx', Buffer.alloc(30)), other, mdat, hex(FRAGMENT)).frames,
    ).toHaveLength(2)
  })

  test('an edit list moves the track', () => {
    const edits = (version: number, ...entries: Buffer[]) =>
      box('edts', fullBox('elst', version, 0, u32(entries.length), ...entries))
    const withEdits = (edts: Buffer) => {
      const tkhd = init.indexOf('tkhd') - 4
      const bytes = Buffer.concat([init.subarray(0, tkhd), edts, init.subarray(tkhd)])
      for (const type of ['moov', 'trak']) {
        const at = init.indexOf(type) - 4
        bytes.writeUInt32BE(bytes.readUInt32BE(at) + edts.length, at)
      }
      return demux(bytes, hex(FRAGMENT)).frames[0]?.dts
    }
    const start = 2 ** 32 + 2
    expect(withEdits(edits(0, u32(0, 7200, 0x10000)))).toBe(start - 7200)
    expect(withEdits(edits(0, u32(500, 0xffffffff, 0x10000), u32(0, 7200, 0x10000)))).toBe(start + 45_000 - 7200)
    const empty = u32(0, 500, 0xffffffff, 0xffffffff, 0x10000)
    expect(withEdits(edits(1, empty, u32(0, 0, 0, 7200, 0x10000)))).toBe(start + 45_000 - 7200)
    expect(withEdits(box('edts'))).toBe(start)
  })

  test('a sample entry we do not know is said', () => {
    const bytes = Buffer.from(init)
    bytes.write('mp4v', bytes.indexOf('avc1'))
    expect(demux(bytes)).toMatchObject({ tracks: [], unsupported: ['mp4v'] })
    const sound = initSegment([audio])
    sound[sound.indexOf(hex('4015000000'))] = 0xa5 // AC-3
    expect(demux(sound)).toMatchObject({ tracks: [], unsupported: ['mp4a object type 165'] })
  })
})

const tfhd = fullBox('tfhd', 0, 0x20000, u32(1))
test.each([
  ['media before moov', [mdat], 'BYTES_INVALID'],
  ['a fragment before moov', [moof(tfhd)], 'BYTES_INVALID'],
  [
    'MP4 that is not fragmented',
    [Buffer.from(init.toString('latin1').replace('mvex', 'free'), 'latin1')],
    'BYTES_INVALID',
  ],
  ['a box to the end of the file', [Buffer.concat([u32(0), Buffer.from('mdat')])], 'BYTES_INVALID'],
  ['a moov over the limit', [Buffer.concat([u32(MAX_METADATA_BYTES + 1), Buffer.from('moov')])], 'LIMIT_EXCEEDED'],
  [
    'media data over the limit',
    [Buffer.concat([u32(MAX_MEDIA_DATA_BYTES + 1), Buffer.from('mdat')])],
    'LIMIT_EXCEEDED',
  ],
  ['a fragment without tfhd', [init, moof(fullBox('trun', 0, 0, u32(0)))], 'BYTES_INVALID'],
  ['too many samples', [init, moof(tfhd, fullBox('trun', 0, 0, u32(0xffffffff)))], 'LIMIT_EXCEEDED'],
  ['samples past the end of the run', [init, moof(tfhd, fullBox('trun', 0, 0x200, u32(2, 6)))], 'BYTES_TOO_SHORT'],
  [
    'samples that overlap',
    [init, moof(tfhd, ...[0, 1, 2].map(() => fullBox('trun', 0, 0x201, u32(1, 128, 6)))), mdat],
    'BYTES_INVALID',
  ],
])('refuses %s', (_, parts, code) => {
  expect(() => demux(...parts)).toThrow(expect.objectContaining({ code }))
})
