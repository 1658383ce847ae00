import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ffmpeg, probe, temporaryFolder } from '../../../test/ffmpeg.ts'
import { framesOf, linesOf, MEDIA, ms } from '../../../test/support/media.ts'
import { PATH, Recorded, START_MS } from '../../../test/support/recorded.ts'
import { silentLog } from '../../base/log.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { readAll } from '../../storage/objects/object-store.ts'
import { rebuildFromStore } from '../recorder/index-rebuilding.ts'
import { SegmentIndex } from '../recorder/segment-index.ts'
import { exportFlv } from './flv-export.ts'
import { keyframeAt, keyframeTimes } from './keyframe.ts'
import { exportMp4 } from './mp4-export.ts'
import { objectName } from './object-name.ts'
import { Recordings } from './recordings.ts'
import { ExportingCopier } from './segment-copier.ts'

const av = MEDIA['H.264 and AAC'](12)
const ALL = [0, Number.MAX_SAFE_INTEGER] as const

/** MD5 of each decoded frame, of files made of the same frames they are the same. */
function frameHashes(file: string, kind: 'v' | 'a'): string[] {
  const text = ffmpeg('-i', file, '-map', `0:${kind}`, '-f', 'framemd5', '-').toString()
  return text.split('\n').flatMap(line => (line.startsWith('#') || line === '' ? [] : [line.split(',').at(-1)!.trim()]))
}

function recordable(frames: readonly Frame[]): readonly Frame[] {
  return frames.slice(
    Math.max(
      0,
      frames.findIndex(frame => frame.track.kind === 'video'),
    ),
  )
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return readAll(pieces, 1 << 28)
}

describe.each(Object.entries(MEDIA))('%s', (name, make) => {
  test('an MP4 of several segments decodes to what was published', async () => {
    using recorded = new Recorded()
    await recorded.record(make(7), { segmentMs: 2000 })
    const fragments = await recorded.recordings.fragments(PATH, ...ALL)
    expect(new Set(fragments.map(({ segment }) => segment.id)).size).toBeGreaterThan(2)
    const steps: number[] = []
    const file = await exportMp4(recorded.recordings, recorded.reader, fragments, {
      progress: done => steps.push(done),
    })
    const bytes = await collect(file.pieces({ progress: done => steps.push(done) }))
    expect(bytes.length).toBe(file.bytes)
    expect([steps.toSorted((a, b) => a - b), steps.at(-1)]).toEqual([steps, 1])
    expect(bytes.toString('latin1', 4, 8) + bytes.toString('latin1', 32, 36)).toBe('ftypmoov')
    using folder = temporaryFolder()
    const mp4 = folder.file('clip.mp4')
    writeFileSync(mp4, bytes)
    const published = recordable(recorded.delivered)
    for (const kind of ['video', 'audio'] as const) {
      const expected = published.filter(frame => frame.track.kind === kind)
      if (expected.length === 0) continue
      const { packets } = probe(mp4, kind)
      expect(packets.length).toBe(expected.length)
      expect(packets.map(({ size }) => size)).toEqual(expected.map(({ data }) => data.length))
      const first = packets[0]!.dts
      const off = packets.map(({ dts }, i) => Math.abs(dts - first - (ms(expected[i]!) - ms(expected[0]!)) / 1000))
      expect(Math.max(...off)).toBeLessThan(0.002)
    }
    // A fragmented file of the same frames, made by the recorder in one piece, decodes to the same.
    using whole = new Recorded()
    await whole.record(make(7))
    const [segment] = whole.index.between(PATH, ...ALL)
    const reference = `${whole.folder}/${segment!.object}`
    for (const kind of published.some(frame => frame.track.kind === 'video') ? (['v'] as const) : (['a'] as const)) {
      expect(frameHashes(mp4, kind)).toEqual(frameHashes(reference, kind))
    }
    expect(name).toBeTruthy()
  })
})

test('a part of a file is the same as that part of the whole', async () => {
  using recorded = new Recorded()
  await recorded.record(av, { segmentMs: 4000 })
  const file = await exportMp4(recorded.recordings, recorded.reader, await recorded.recordings.fragments(PATH, ...ALL))
  const bytes = await collect(file.pieces())
  for (const [start, end] of [
    [0, 10],
    [5, bytes.length],
    [bytes.length - 7, bytes.length],
    [40_000, 90_001],
  ] as const) {
    expect((await collect(file.pieces({ span: { start, end } }))).equals(bytes.subarray(start, end))).toBe(true)
  }
})

test('a range begins at the keyframe before it', async () => {
  using recorded = new Recorded()
  await recorded.record(av, { segmentMs: 4000, overlapKeyframes: 2 })
  const fragments = await recorded.recordings.fragments(PATH, START_MS + 5500, START_MS + 9000)
  const file = await exportMp4(recorded.recordings, recorded.reader, fragments)
  using folder = temporaryFolder()
  const mp4 = folder.file('clip.mp4')
  writeFileSync(mp4, await collect(file.pieces()))
  const { packets, decodedFrames } = probe(mp4, 'video')
  expect(packets[0]?.key).toBe(true)
  expect(decodedFrames).toBe(packets.length)
  const wanted = linesOf(recorded.delivered, 'video').slice(125, 125 + packets.length)
  expect(packets.map(({ size }) => String(size))).toEqual(wanted.map(line => line.split(' ')[3]))
})

test('holes are closed, sound and picture stay together', async () => {
  using recorded = new Recorded()
  await recorded.record(av)
  recorded.time.advance(3_600_000)
  await recorded.record(av)
  const file = await exportMp4(recorded.recordings, recorded.reader, await recorded.recordings.fragments(PATH, ...ALL))
  expect(file.durationMs).toBeGreaterThan(23_500)
  expect(file.durationMs).toBeLessThan(24_500)
  using folder = temporaryFolder()
  const mp4 = folder.file('clip.mp4')
  writeFileSync(mp4, await collect(file.pieces()))
  const video = probe(mp4, 'video').packets
  const audio = probe(mp4, 'audio').packets
  expect(Math.abs((video.at(-1)?.dts ?? 0) - (audio.at(-1)?.dts ?? 0))).toBeLessThan(0.3)
  expect(video.every(({ dts }, i) => i === 0 || dts > (video[i - 1]?.dts ?? 0))).toBe(true)
})

test('another configuration in the middle', async () => {
  using recorded = new Recorded()
  await recorded.record(av)
  await recorded.record(MEDIA['H.264 with B-frames'](4))
  const file = await exportMp4(recorded.recordings, recorded.reader, await recorded.recordings.fragments(PATH, ...ALL))
  using folder = temporaryFolder()
  const mp4 = folder.file('clip.mp4')
  writeFileSync(mp4, await collect(file.pieces()))
  // ffprobe's parser knows one configuration only, and complains; the decoder is told of each.
  expect(frameHashes(mp4, 'v')).toHaveLength(300 + 100)
})

test('FLV: frames, length, size and an index that leads to keyframes', async () => {
  using recorded = new Recorded()
  await recorded.record(av, { segmentMs: 4000 })
  const file = await exportFlv(recorded.recordings, recorded.reader, await recorded.recordings.fragments(PATH, ...ALL))
  const bytes = await collect(file.pieces())
  expect(bytes.length).toBe(file.bytes)
  const withoutTimes = (line: string) => line.split(' ').slice(2).join(' ')
  for (const kind of ['video', 'audio'] as const) {
    expect(linesOf(framesOf(bytes), kind).map(withoutTimes)).toEqual(
      linesOf(recordable(recorded.delivered), kind).map(withoutTimes),
    )
  }
  using folder = temporaryFolder()
  const flv = folder.file('clip.flv')
  writeFileSync(flv, bytes)
  expect(probe(flv, 'video').decodedFrames).toBe(300)
  // ffmpeg uses the index to jump.
  const hashes = frameHashes(flv, 'v')
  const jumped = ffmpeg('-ss', '8.5', '-i', flv, '-map', '0:v', '-f', 'framemd5', '-').toString()
  expect(hashes).toContain(jumped.trim().split('\n').at(-1)?.split(',').at(-1)?.trim())
  const at = bytes.indexOf('filepositions')
  const count = bytes.readUInt32BE(at + 14)
  for (let i = 0; i < count; i++) {
    const position = bytes.readDoubleBE(at + 19 + i * 9)
    expect([bytes[position], (bytes[position + 11] ?? 0) >> 4]).toEqual([9, 1]) // a video tag, a keyframe
  }
  expect(count).toBe(12)
})

test('an FLV of AV1 and Opus has every frame', async () => {
  using recorded = new Recorded()
  await recorded.record(MEDIA['AV1 and Opus'](4), { segmentMs: 2000 })
  const file = await exportFlv(recorded.recordings, recorded.reader, await recorded.recordings.fragments(PATH, ...ALL))
  const frames = framesOf(await collect(file.pieces()))
  for (const kind of ['video', 'audio'] as const) {
    const contents = (all: readonly Frame[]) => linesOf(all, kind).map(line => line.split(' ').slice(3).join(' '))
    expect(contents(frames)).toEqual(contents(recordable(recorded.delivered)))
  }
  expect(new Set(frames.map(({ track }) => track.codec))).toEqual(new Set(['av1', 'opus']))
})

test('nothing of the time', async () => {
  using recorded = new Recorded()
  await expect(exportMp4(recorded.recordings, recorded.reader, [])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(exportFlv(recorded.recordings, recorded.reader, [])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await recorded.recordings.fragments(PATH, 0, START_MS)).toEqual([])
  expect(await keyframeAt(recorded.recordings, recorded.reader, PATH, START_MS)).toBeNull()
})

test('the keyframe of a moment', async () => {
  using recorded = new Recorded()
  await recorded.record(av, { segmentMs: 4000 })
  const { recordings, reader } = recorded
  const keyframes = recorded.delivered.filter(frame => frame.track.kind === 'video' && frame.keyframe)
  for (const [atMs, second] of [
    [START_MS + 30, 0],
    [START_MS + 7500, 7],
    [START_MS + 60_000, 11],
  ] as const) {
    const found = await keyframeAt(recordings, reader, PATH, atMs)
    expect(found?.frame.data).toEqual(keyframes[second]?.data)
    expect(found?.frame.track).toMatchObject({ codec: 'h264', width: 160 })
    expect(Math.abs((found?.wallMs ?? 0) - START_MS - second * 1000 - 23)).toBeLessThan(5)
  }
  expect(await keyframeAt(recordings, reader, PATH, START_MS + 2 * 3_600_000)).toBeNull()
  const times = await keyframeTimes(recordings, PATH, { fromMs: START_MS, toMs: START_MS + 12_000, count: 6 })
  expect(times).toHaveLength(6)
})

test('an index made again from the files gives the same time', async () => {
  using recorded = new Recorded()
  await recorded.record(av, { segmentMs: 4000, overlapKeyframes: 1 })
  recorded.time.advance(60_000)
  await recorded.record(av, { segmentMs: 4000 })
  const before = await recorded.recordings.fragments(PATH, ...ALL)
  const lost = new SegmentIndex(`${recorded.folder}/again.sqlite`)
  expect(await rebuildFromStore(lost, recorded.store, silentLog)).toBe(6)
  expect(await rebuildFromStore(lost, recorded.store, silentLog)).toBe(0)
  const after = await new Recordings(lost, () => recorded.store).fragments(PATH, ...ALL)
  const places = (fragments: typeof after) =>
    fragments.map(({ segment, entry }) => [segment.id, segment.continues, segment.overlapMs, entry])
  expect(places(after)).toEqual(places(before))
  lost.close()
})

describe('copies of segments', () => {
  test.each(['mp4', 'flv', 'hls'] as const)('%s', async format => {
    using recorded = new Recorded()
    const copy = {
      format,
      objectName: '{Space}/copies/{AppName}/{StreamName}/{Date}/{EscapedStartTime}_{EscapedEndTime}',
    }
    await recorded.record(av, { copy })
    const [segment] = recorded.index.uncopied(10)
    const copier = new ExportingCopier(recorded.recordings, recorded.reader, () => recorded.store)
    const made = await copier.copy(segment!)
    expect(made.object).toMatch(
      /^default\/copies\/live\/cam\/2023-11-14\/2023-11-14-22-13-20_2023-11-14-22-13-32_\w{6}\.(mp4|flv|m3u8)$/,
    )
    const path = `${recorded.folder}/${made.object}`
    expect(probe(path, 'video').decodedFrames).toBe(300)
    expect(frameHashes(path, 'v')).toEqual(frameHashes(`${recorded.folder}/${segment!.object}`, 'v'))
    const { objects } = await recorded.store.list('default/copies/')
    expect(objects.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(made.sizeBytes)
  })

  test.each([
    ['{Nothing}', 'INVALID'],
    ['../{StreamName}', 'INVALID'],
  ])('the name %s is refused', (pattern, code) => {
    expect(() => objectName(pattern, { path: PATH, startMs: 0, endMs: 1, sequence: 1 })).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
