import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import { DiskStore } from '../../storage/objects/disk-store.ts'
import { Retention, type RetentionEvent, type RetentionRules } from './retention.ts'
import { indexKey, type SegmentRecord } from './segment.ts'
import { SegmentIndex } from './segment-index.ts'
import { moveSegment } from './tiering.ts'

const DAY_MS = 86_400_000
const FOR_EVER: RetentionRules = { days: null, bytes: null, thinAfterDays: null, tierAfterDays: null }
const SIZE = 1000

let folder: string
let time: FakeTime
let disk: DiskStore
let far: DiskStore
let index: SegmentIndex
let rules: Record<string, RetentionRules>
let told: RetentionEvent[]
let played: Set<string>
let freeBytes: number
let thinned: string[]
let retention: Retention

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-retention-'))
  time = new FakeTime(100 * DAY_MS)
  const store = (name: string) =>
    new DiskStore({ name, folders: [join(folder, name)], sync: 'never', floorBytes: 0, clock: time })
  disk = store('disk1')
  far = store('s3')
  index = new SegmentIndex(join(folder, 'index.sqlite'))
  rules = {}
  told = []
  thinned = []
  played = new Set()
  freeBytes = Number.MAX_SAFE_INTEGER
  const readers = { inUse: (id: string) => played.has(id), forget() {} }
  retention = new Retention({
    ...{ index, readers, clock: time, timers: time, log: silentLog },
    stores: name => (name === 's3' ? far : disk),
    disks: () => [{ store: 'disk1', freeBytes }],
    floorBytes: () => 0,
    rules: template => rules[template ?? ''] ?? FOR_EVER,
    thin: async segment => {
      thinned.push(segment.id)
      return { ...segment, sizeBytes: 10, thinned: true }
    },
    move: segment => moveSegment(segment, disk, far, readers),
    emit: event => void told.push(event),
  })
})

afterEach(async () => {
  await retention.close()
  index.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A recorded file that ended so many days ago. */
async function record(id: string, days: number, change: Partial<SegmentRecord> = {}): Promise<void> {
  const endMs = time.nowMs() - days * DAY_MS
  const segment: SegmentRecord = {
    ...{ id, path: 'default/live/cam', recording: 'rec_1', cause: 'always', template: 'week', store: 'disk1' },
    ...{ object: `default/live/cam/${id}.mp4`, state: 'closed', startMs: endMs - 1000, endMs, sizeBytes: SIZE },
    ...{ fragments: 1, initBytes: 1, initHash: '', continues: null, overlapMs: 0, sha256: null, held: false },
    ...{ thinned: false, copyAs: null, copy: null },
    tracks: [{ kind: 'video', codec: 'h264', codecString: '', width: 16, height: 16, sampleRate: 0, channels: 0 }],
    ...change,
  }
  await disk.put(segment.object, [Buffer.alloc(SIZE)])
  await disk.put(indexKey(segment.object), [Buffer.from('index')])
  index.put(segment)
}

const left = () => index.after('', 1000).map(({ id }) => id)
const isThere = (store: string, id: string) => existsSync(join(folder, store, `default/live/cam/${id}.mp4`))
const deleted = () => told.flatMap(event => (event.type === 'deleted' ? event.segments : []))

test('what is as old as its template keeps goes with its files; what is held, played or for ever stays', async () => {
  rules['week'] = { ...FOR_EVER, days: 7 }
  await record('seg_a', 8)
  await record('seg_b', 8, { held: true })
  await record('seg_c', 8)
  await record('seg_d', 8, { template: null })
  await record('seg_e', 6)
  played.add('seg_c')
  await retention.look()
  expect(left()).toEqual(['seg_b', 'seg_c', 'seg_d', 'seg_e'])
  expect([isThere('disk1', 'seg_a'), isThere('disk1', 'seg_b')]).toEqual([false, true])
  expect(existsSync(join(folder, 'disk1', `default/live/cam/seg_a.mp4.idx`))).toBe(false)
  played.clear()
  time.advance(DAY_MS)
  await retention.look()
  expect(left()).toEqual(['seg_b', 'seg_d'])
  expect(deleted()).toEqual(['seg_a', 'seg_c', 'seg_e'])
})

test('deletes are gradual, and nothing is left out', async () => {
  rules['week'] = { ...FOR_EVER, days: 1 }
  for (let i = 0; i < 50; i++) await record(`seg_${i + 100}`, 2)
  const counts: number[] = []
  for (let round = 0; round < 4; round++) {
    await retention.look()
    counts.push(left().length)
  }
  expect(counts).toEqual([30, 10, 0, 0])
  await record('seg_later', 2)
  await retention.look()
  expect(left()).toEqual([])
})

test('a stream over its bytes loses its oldest files', async () => {
  rules['week'] = { ...FOR_EVER, bytes: 2 * SIZE }
  for (const [id, days] of [
    ['seg_a', 4],
    ['seg_b', 3],
    ['seg_c', 2],
    ['seg_d', 1],
  ] as const)
    await record(id, days)
  await record('seg_other', 9, { path: 'default/live/other' })
  retention.grown('default/live/cam')
  await retention.look()
  expect(left()).toEqual(['seg_c', 'seg_d', 'seg_other'])
})

test('a full disk makes room with the oldest that may go at all', async () => {
  rules['week'] = { ...FOR_EVER, days: 365 }
  await record('seg_a', 9, { template: null })
  await record('seg_b', 8)
  await record('seg_c', 7)
  await record('seg_d', 6)
  freeBytes = 256 * 1024 * 1024 - SIZE - 1
  await retention.look()
  expect(left()).toEqual(['seg_a', 'seg_d'])
})

test('moves to the far store and thins out by age', async () => {
  rules['week'] = { ...FOR_EVER, tierAfterDays: 2, thinAfterDays: 30 }
  await record('seg_a', 1)
  await record('seg_b', 3)
  await record('seg_c', 31)
  await retention.look()
  expect([isThere('disk1', 'seg_b'), isThere('s3', 'seg_b'), isThere('s3', 'seg_a')]).toEqual([false, true, false])
  expect(thinned).toEqual(['seg_c'])
  await retention.look() // the thinned one is as old as those that move
  expect(index.after('', 10).map(({ store }) => store)).toEqual(['disk1', 's3', 's3'])
  expect(told.map(event => event.type)).toEqual(['moved', 'moved', 'moved'])
  expect(thinned).toEqual(['seg_c'])
})

test('looks by itself, again and again', async () => {
  rules['week'] = { ...FOR_EVER, days: 7 }
  await record('seg_a', 6)
  retention.start()
  time.advance(2 * DAY_MS)
  await retention.look()
  expect(left()).toEqual([])
})
