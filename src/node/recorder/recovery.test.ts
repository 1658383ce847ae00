import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { probe } from '../../../test/ffmpeg.ts'
import { framesOf, linesOf, MEDIA, TestStream } from '../../../test/support/media.ts'
import { endOf, parseIndex, writeIndex } from './fragment-entry.ts'
import { readIndex, recoverSegment } from './recovery.ts'
import { indexKey, type SegmentRecord } from './segment.ts'
import { RecorderRoom } from './testing/room.ts'

const media = MEDIA['H.264 and AAC'](5)
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

async function recorded(): Promise<{ room: RecorderRoom; segment: SegmentRecord; file: Buffer; index: string }> {
  const source = new TestStream(media)
  const room = new RecorderRoom(source.time)
  room.recorder.attach(source.stream, 0)
  room.start()
  await source.play(media.frames, breathe)
  await room.recorder.close()
  const [segment] = room.closed
  if (!segment) throw new Error('a segment is expected')
  const index = readFileSync(`${room.pathOf(segment)}.idx`, 'utf8')
  return { room, segment, file: room.file(segment), index }
}

const whole = await recorded()
const entries = parseIndex(whole.index)?.fragments ?? []
const last = entries.at(-1)
if (!last) throw new Error('fragments are expected')

afterAll(() => whole.room[Symbol.asyncDispose]())

/** A file as a crash leaves it, with so much of its index. */
function crashed(file: Buffer, index: string): void {
  const path = whole.room.pathOf(whole.segment)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, file)
  writeFileSync(`${path}.idx`, index)
}

const cut = (bytes: number) => whole.file.subarray(0, bytes)

const recover = () => recoverSegment(whole.room.store, whole.segment.object)

test('a file cut at any byte of its tail keeps every whole fragment', async () => {
  const first = entries.at(-2)!
  const { object } = whole.segment
  // Each byte of the boxes, and steps through the media, where nothing is parsed.
  const cuts: number[] = []
  for (let at = last.offset - 40; at <= last.offset + last.headBytes + 8; at++) cuts.push(at)
  for (let at = last.offset + last.headBytes; at < endOf(last); at += 509) cuts.push(at)
  cuts.push(endOf(last) - 1)
  for (const at of cuts) {
    crashed(cut(at), '')
    const found = await recover()
    const expectedEnd = at >= last.offset ? last.offset : first.offset
    expect(found, `cut at ${at}`).toMatchObject({ sizeBytes: expectedEnd, cutBytes: at - expectedEnd })
    expect(readFileSync(whole.room.pathOf(whole.segment)).equals(whole.file.subarray(0, expectedEnd))).toBe(true)
    expect((await readIndex(whole.room.store, object))?.fragments).toHaveLength(found?.fragments.length ?? -1)
  }
})

test('a whole file loses nothing', async () => {
  crashed(whole.file, '')
  const found = await recover()
  expect(found).toMatchObject({ cutBytes: 0, sizeBytes: whole.file.length, initHash: whole.segment.initHash })
  expect(found?.fragments).toHaveLength(entries.length)
})

describe('the index', () => {
  const lines = (count: number) =>
    writeIndex({ initBytes: whole.segment.initBytes, fragments: entries.slice(0, count) })

  test.each([
    ['is empty', ''],
    ['has half a first line', 'sightline-index'],
    ['has all lines', whole.index],
    ['lacks some lines', lines(2)],
    ['has a torn line', lines(3).slice(0, -5)],
    ['is of another file', `sightline-index 1 77\n77 10 5 0 1 1 K\n`],
    ['is no index', 'x'.repeat(1000)],
  ])('that %s is made again', async (_, index) => {
    crashed(whole.file, index)
    const found = await recover()
    expect(found?.fragments.map(({ offset }) => offset)).toEqual(entries.map(({ offset }) => offset))
    expect(found?.fragments.slice(0, -1)).toEqual(entries.slice(0, -1))
    const text = readFileSync(`${whole.room.pathOf(whole.segment)}.idx`, 'utf8')
    expect(parseIndex(text)?.fragments).toEqual(found?.fragments)
  })

  test('says more than there is', async () => {
    crashed(cut(last.offset + 7), whole.index)
    expect(await recover()).toMatchObject({ sizeBytes: last.offset, cutBytes: 7 })
  })
})

test.each([
  ['nothing', 0],
  ['half an initialization segment', whole.segment.initBytes - 1],
  ['no fragment', whole.segment.initBytes],
  ['half a fragment', entries[0]!.bytes],
])('%s: the files go', async (_, bytes) => {
  crashed(cut(bytes), '')
  expect(await recover()).toBeNull()
  expect(await whole.room.store.stat(whole.segment.object)).toBeNull()
  expect(await whole.room.store.stat(indexKey(whole.segment.object))).toBeNull()
  expect(await recover()).toBeNull() // again, and nothing is there
})

test('zeros where the last fragment should be, as after a power cut', async () => {
  const torn = Buffer.from(whole.file)
  torn.fill(0, last.offset)
  crashed(torn, whole.index)
  expect(await recover()).toMatchObject({ sizeBytes: last.offset })
})

test('what was recovered plays', async () => {
  crashed(cut(endOf(last) - 3), '')
  await recover()
  const path = whole.room.pathOf(whole.segment)
  const frames = framesOf(readFileSync(path))
  const all = linesOf(framesOf(whole.file), 'video')
  expect(linesOf(frames, 'video')).toEqual(all.slice(0, linesOf(frames, 'video').length))
  expect(probe(path, 'video').decodedFrames).toBe(linesOf(frames, 'video').length)
})
