import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { probe } from '../../../test/ffmpeg.ts'
import { framesOf, linesOf, MEDIA, ms, TestStream } from '../../../test/support/media.ts'
import { AppError } from '../../base/errors.ts'
import { FakeTime } from '../../base/fake-time.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { ByteParts, GrowingStore, ObjectWriter } from '../../storage/objects/object-store.ts'
import { endOf, writeIndex } from './fragment-entry.ts'
import { readIndex, rebuildIndex } from './recovery.ts'
import type { SegmentRecord } from './segment.ts'
import { RecorderRoom } from './testing/room.ts'

const av = MEDIA['H.264 and AAC'](8)
const KINDS = ['video', 'audio'] as const

/** Lets writes that began with frames get on. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

/** What can be recorded: sound before the first picture has nothing to go with. */
function recordable(frames: readonly Frame[]): readonly Frame[] {
  const first = frames.findIndex(frame => frame.track.kind === 'video')
  return frames.slice(Math.max(0, first))
}

function expectSame(files: readonly Buffer[], frames: readonly Frame[]): void {
  const recorded = files.flatMap(framesOf)
  for (const kind of KINDS) expect(linesOf(recorded, kind)).toEqual(linesOf(recordable(frames), kind))
}

/** What other people's programs read of a file, without any complaint. */
function expectPlayable(path: string, frames: readonly Frame[]): void {
  for (const kind of KINDS) {
    const expected = frames.filter(frame => frame.track.kind === kind)
    if (expected.length === 0) continue
    const { packets, decodedFrames } = probe(path, kind)
    expect(packets.length).toBe(expected.length)
    if (kind === 'video') expect(decodedFrames).toBe(expected.length)
    else expect(decodedFrames).toBeGreaterThanOrEqual(expected.length - 2) // decoders have a start-up
  }
}

describe.each(Object.entries(MEDIA))('%s', (_, make) => {
  test('what was published is in the file, and others read it', async () => {
    const media = make(5)
    const source = new TestStream(media)
    await using room = new RecorderRoom(source.time)
    room.recorder.attach(source.stream, 0)
    room.start()
    await source.play(media.frames, breathe)
    source.end()
    await room.recorder.close()
    expect(room.closed).toHaveLength(1)
    const [segment] = room.closed
    if (!segment) return
    const file = room.file(segment)
    expectSame([file], source.delivered)
    expectPlayable(room.pathOf(segment), recordable(source.delivered))
    expect(segment).toMatchObject({
      state: 'closed',
      sizeBytes: file.length,
      path: 'default/live/cam',
      continues: null,
    })
    expect(segment.sha256).toBe(createHash('sha256').update(file).digest('hex'))
    expect(room.entries.every(({ durationUs }) => durationUs <= 2_050_000)).toBe(true)
    expect(room.entries.map(({ offset }) => offset)).toEqual([
      segment.initBytes,
      ...room.entries.slice(0, -1).map(endOf),
    ])
    // The index beside it says the same, and can be made again from the file.
    const index = await readIndex(room.store, segment.object)
    expect(index?.fragments).toEqual(room.entries)
    const rebuilt = await rebuildIndex(room.store, segment.object)
    expect(rebuilt).toMatchObject({ cutBytes: 0, sizeBytes: file.length, initHash: segment.initHash })
    const withoutLast = (entries: typeof room.entries) => writeIndex({ initBytes: 0, fragments: entries.slice(0, -1) })
    expect(withoutLast([...(rebuilt?.fragments ?? [])])).toBe(withoutLast(room.entries))
  })
})

test('segments join without a hole: together they are what was published', async () => {
  const source = new TestStream(av)
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start({ segmentMs: 2000 })
  await source.play(av.frames, breathe)
  source.end()
  await room.recorder.close()
  expect(room.closed.length).toBe(4)
  expectSame(
    room.closed.map(segment => room.file(segment)),
    source.delivered,
  )
  room.closed.forEach((segment, i) => {
    const before = room.closed[i - 1]
    expect(segment.continues).toBe(before?.id ?? null)
    if (before) expect(Math.abs(segment.startMs - before.endMs)).toBeLessThanOrEqual(1)
    expect(framesOf(room.file(segment)).find(frame => frame.track.kind === 'video')?.keyframe).toBe(true)
    expectPlayable(room.pathOf(segment), framesOf(room.file(segment)))
  })
})

test('sliced by size, at keyframes', async () => {
  const source = new TestStream(av)
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start({ segmentBytes: 40_000 })
  await source.play(av.frames, breathe)
  await room.recorder.close()
  expect(room.closed.length).toBeGreaterThan(2)
  for (const segment of room.closed.slice(0, -1)) expect(segment.sizeBytes).toBeLessThan(80_000)
  expectSame(
    room.closed.map(segment => room.file(segment)),
    source.delivered,
  )
})

test.each([1, 2, 3])('an overlap of %i keyframes', async overlapKeyframes => {
  const source = new TestStream(av)
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start({ segmentMs: 4000, overlapKeyframes })
  await source.play(av.frames, breathe)
  await room.recorder.close()
  const [first, second] = room.closed
  if (!first || !second) throw new Error('two segments are expected')
  expect(second).toMatchObject({ continues: first.id, overlapMs: overlapKeyframes * 1000 })
  expect(Math.abs(first.endMs - second.startMs - second.overlapMs)).toBeLessThanOrEqual(1)
  const [a, b] = [first, second].map(segment => linesOf(framesOf(room.file(segment)), 'video'))
  expect(a?.slice(-25 * overlapKeyframes)).toEqual(b?.slice(0, 25 * overlapKeyframes))
  // A fragment begins where the overlap ends, so that playing can go on there.
  const index = await readIndex(room.store, second.object)
  expect(index?.fragments.some(({ wallMs, keyframe }) => keyframe && Math.abs(wallMs - first.endMs) <= 1)).toBe(true)
  expectPlayable(room.pathOf(second), framesOf(room.file(second)))
})

test('an event has what was before it', async () => {
  const source = new TestStream(av)
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 3000)
  const at = av.frames.findIndex(frame => ms(frame) >= 5500)
  await source.play(av.frames.slice(0, at))
  const eventMs = source.time.nowMs()
  room.start({}, 3000)
  await source.play(av.frames.slice(at), breathe)
  await room.recorder.close()
  const [segment] = room.closed
  if (!segment) throw new Error('a segment is expected')
  // From the last keyframe that is 3 s old: at 2 s.
  expect(eventMs - segment.startMs).toBeGreaterThanOrEqual(3000)
  expect(eventMs - segment.startMs).toBeLessThan(4100)
  expectSame(
    [room.file(segment)],
    source.delivered.filter(frame => ms(frame) >= 1995),
  )
})

test('starting in the middle begins with the newest group of pictures', async () => {
  const source = new TestStream(av)
  const at = av.frames.findIndex(frame => ms(frame) >= 2500)
  await source.play(av.frames.slice(0, at))
  const nowMs = source.time.nowMs()
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start()
  await source.play(av.frames.slice(at), breathe)
  await room.recorder.close()
  const [segment] = room.closed
  if (!segment) throw new Error('a segment is expected')
  expect(nowMs - segment.startMs).toBeGreaterThan(400)
  expect(nowMs - segment.startMs).toBeLessThan(500)
})

test('only the sound', async () => {
  const source = new TestStream(av)
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start({ audioOnly: true })
  await source.play(av.frames, breathe)
  await room.recorder.close()
  const [segment] = room.closed
  if (!segment) throw new Error('a segment is expected')
  expect(segment.tracks.map(({ codec }) => codec)).toEqual(['aac'])
  expect(linesOf(framesOf(room.file(segment)), 'audio')).toEqual(linesOf(source.delivered, 'audio'))
  expectPlayable(
    room.pathOf(segment),
    source.delivered.filter(frame => frame.track.kind === 'audio'),
  )
})

test('another configuration makes another segment, nothing is lost of the pictures', async () => {
  const other = MEDIA['H.264 with B-frames'](3)
  const source = new TestStream({ tracks: av.tracks, frames: [] })
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start()
  await source.play(
    av.frames.filter(frame => ms(frame) < 3000),
    breathe,
  )
  const shifted = other.frames.map(frame => ({ ...frame, dts: frame.dts + 3000, pts: frame.pts + 3000 }))
  for (const track of other.tracks) source.setTrack(track)
  await source.play(shifted, breathe)
  await room.recorder.close()
  expect(room.closed.map(({ initHash }) => initHash)).toHaveLength(2)
  expect(new Set(room.closed.map(({ initHash }) => initHash)).size).toBe(2)
  expectSame(
    room.closed.map(segment => room.file(segment)),
    source.delivered,
  )
})

test('another publisher: a new segment that joins nothing', async () => {
  const source = new TestStream(av)
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start()
  await source.play(
    av.frames.filter(frame => ms(frame) < 3000),
    breathe,
  )
  source.republish(av)
  source.time.advance(5000)
  await source.play(
    av.frames.filter(frame => ms(frame) < 3000),
    breathe,
  )
  await room.recorder.close()
  const [first, second] = room.closed
  if (!first || !second) throw new Error('two segments are expected')
  expect(second.continues).toBeNull()
  expect(second.startMs - first.endMs).toBeGreaterThan(4000)
})

describe('the wall clock', () => {
  /** Real time, and a wall clock that somebody sets. */
  class SetClock extends FakeTime {
    aheadMs = 0
    override nowMs(): number {
      return super.nowMs() + this.aheadMs
    }
  }

  test.each([3_600_000, -3_600_000, 1500])('is set by %i ms: a new segment has the new time', async aheadMs => {
    const time = new SetClock()
    const source = new TestStream(av, time)
    await using room = new RecorderRoom(time)
    room.recorder.attach(source.stream, 0)
    room.start()
    await source.play(av.frames, async frame => {
      if (ms(frame) > 4480) time.aheadMs = aheadMs
      await breathe()
    })
    await room.recorder.close()
    expect(room.closed).toHaveLength(2)
    const [first, second] = room.closed
    if (!first || !second) return
    expect(Math.abs(second.startMs - first.endMs - aheadMs)).toBeLessThan(50)
    expect(second.continues).toBeNull()
    expectSame(
      room.closed.map(segment => room.file(segment)),
      source.delivered,
    )
    for (const segment of room.closed) {
      const walls = (await readIndex(room.store, segment.object))?.fragments.map(({ wallMs }) => wallMs) ?? []
      expect(walls).toEqual(walls.toSorted((a, b) => a - b))
    }
  })

  test('is slewed, or frames come late: the segment goes on', async () => {
    const time = new SetClock()
    const source = new TestStream(av, time)
    await using room = new RecorderRoom(time)
    room.recorder.attach(source.stream, 0)
    room.start()
    await source.play(av.frames, async frame => {
      time.aheadMs = ms(frame) > 4000 ? 300 : ms(frame) / 100
      await breathe()
    })
    await room.recorder.close()
    expect(room.closed).toHaveLength(1)
  })
})

/** Lets all writes end that have begun. */
async function settle(room: RecorderRoom): Promise<void> {
  do await breathe()
  while (room.recorder.queuedBytes > 0)
}

/** A store whose appends are the test's to decide. */
function faulty(store: GrowingStore, append: (parts: ByteParts) => Promise<void>): GrowingStore {
  return Object.assign(Object.create(store) as GrowingStore, {
    put: store.put.bind(store),
    read: store.read.bind(store),
    stat: store.stat.bind(store),
    delete: store.delete.bind(store),
    hasRoom: () => store.hasRoom(),
    create: async (key: string): Promise<ObjectWriter> => {
      const writer = await store.create(key)
      return {
        key,
        get bytes() {
          return writer.bytes
        },
        append: async parts => {
          await append(parts)
          await writer.append(parts)
        },
        finish: () => writer.finish(),
        abort: () => writer.abort(),
      }
    },
  })
}

test.each([
  ['STORE_FULL', 'diskFull'],
  ['STORE_UNAVAILABLE', 'storeError'],
] as const)('%s in the middle: recording pauses, resumes by itself, and every file is whole', async (code, reason) => {
  const source = new TestStream(av)
  await using disk = new RecorderRoom(source.time)
  let broken = false
  const store = faulty(disk.store, async () => {
    if (broken) throw new AppError(code, { store: 'disk', reason: 'EIO' })
  })
  store.hasRoom = async () => !broken
  await using room = new RecorderRoom(source.time, store)
  room.recorder.attach(source.stream, 0)
  room.start()
  await source.play(av.frames, async frame => {
    broken = ms(frame) > 2500 && ms(frame) < 3500
    await settle(room)
  })
  for (let i = 0; i < 3; i++) {
    await source.play(
      av.frames.map(frame => shift(frame, 8000 * (i + 1))),
      breathe,
    )
  }
  await room.recorder.close()
  expect(room.troubles).toEqual([reason, null])
  expect(room.recorder.droppedFragments).toBeGreaterThan(0)
  expect(room.closed).toHaveLength(2)
  expect(room.budget.usedBytes).toBe(0)
  const files = room.closed.map(segment => disk.file(segment))
  const recorded = new Set(files.flatMap(framesOf).map(frame => linesOf([frame], frame.track.kind)[0]))
  const published = new Set(source.delivered.map(frame => linesOf([frame], frame.track.kind)[0]))
  expect([...recorded].every(line => published.has(line))).toBe(true)
  for (const segment of room.closed) expectPlayable(disk.pathOf(segment), framesOf(disk.file(segment)))
  expect(room.closed[1]?.continues).toBeNull()
})

test('a slow disk: whole fragments are dropped and counted, the publisher never waits', async () => {
  const source = new TestStream(av)
  await using disk = new RecorderRoom(source.time)
  let open: (() => void) | null = null
  let slow = false
  const store = faulty(disk.store, () => (slow ? new Promise<void>(resolve => (open = resolve)) : Promise.resolve()))
  await using room = new RecorderRoom(source.time, store)
  room.recorder.attach(source.stream, 0)
  room.start()
  const big = fat(av.frames, 9_000_000)
  await source.play(big.slice(0, 100), () => settle(room))
  slow = true
  await source.play(big.slice(100, 500))
  expect(room.recorder.queuedBytes).toBeLessThanOrEqual(32 << 20)
  expect(room.recorder.trouble).toBe('overload')
  slow = false
  ;(open as (() => void) | null)?.()
  await settle(room)
  const rest = [...big.slice(500), ...av.frames.map(frame => shift(frame, 8000))]
  await source.play(rest, () => settle(room))
  await room.recorder.close()
  expect(room.troubles).toEqual(['overload', null])
  expect(room.recorder.droppedFragments).toBeGreaterThan(0)
  expect(room.closed).toHaveLength(2)
  expect(room.budget.usedBytes).toBe(0)
  const recorded = room.closed.flatMap(segment => framesOf(disk.file(segment)))
  expect(recorded.length).toBeLessThan(source.delivered.length)
  expect(framesOf(disk.file(room.closed[1]!)).find(frame => frame.track.kind === 'video')?.keyframe).toBe(true)
})

const shift = (frame: Frame, byMs: number): Frame => {
  const ticks = (byMs * frame.track.clockRate) / 1000
  return { ...frame, dts: frame.dts + ticks, pts: frame.pts + ticks }
}

/** Frames of video with so many bytes more in keyframes: an SEI nobody reads. */
function fat(frames: readonly Frame[], bytes: number): Frame[] {
  const filler = Buffer.alloc(bytes)
  filler.writeUInt32BE(bytes - 4, 0)
  filler[4] = 6
  return frames.map(frame =>
    frame.track.kind === 'video' && frame.keyframe ? { ...frame, data: Buffer.concat([frame.data, filler]) } : frame,
  )
}

test('tracks are told in the record', async () => {
  const source = new TestStream(av)
  await using room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start()
  await source.play(av.frames.slice(0, 200), breathe)
  await room.recorder.stop()
  const [segment] = room.closed as [SegmentRecord]
  const kinds: Track['kind'][] = segment.tracks.map(({ kind }) => kind)
  expect(kinds.toSorted()).toEqual(['audio', 'video'])
  expect(segment.tracks.find(({ kind }) => kind === 'video')).toMatchObject({ codec: 'h264', width: 160, height: 120 })
})
