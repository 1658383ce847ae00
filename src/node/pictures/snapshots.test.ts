import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { SnapshotTemplate } from '../../link/recording.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { videoFrame } from '../../media/stream/test-frames.ts'
import { DiskStore } from '../../storage/objects/disk-store.ts'
import { SegmentIndex } from '../recorder/segment-index.ts'
import { FragmentReader } from '../replay/fragment-reader.ts'
import { Recordings } from '../replay/recordings.ts'
import type { LiveKeyframes } from './live-keyframe.ts'
import { PictureDesk } from './picture-desk.ts'
import { SnapshotIndex } from './snapshot-index.ts'
import { Snapshots } from './snapshots.ts'

const PATH = 'default/live/cam'
const DAY_MS = 86_400_000
const TEMPLATE: SnapshotTemplate = {
  ...{ id: 't1', name: '', trigger: 'sequence', intervalS: 10, format: 'jpeg', quality: 80, width: null },
  ...{ objectName: '{Space}/{AppName}/{StreamName}/{UnixTimestamp}', retentionDays: 7 },
}

let folder: string
let time: FakeTime
let segments: SegmentIndex
let index: SnapshotIndex
let template: SnapshotTemplate | null
let newest: Frame
let decoded: Frame[]
let told: NodeEvent[]
let snapshots: Snapshots

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-snapshots-'))
  time = new FakeTime()
  segments = new SegmentIndex(join(folder, 'index.sqlite'))
  index = new SnapshotIndex(segments.db)
  const store = new DiskStore({ name: 'disk1', folders: [folder], sync: 'never', floorBytes: 0, clock: time })
  const recordings = new Recordings(segments, () => store)
  template = TEMPLATE
  newest = videoFrame(0, true)
  decoded = []
  told = []
  const desk = new PictureDesk(async frame => {
    decoded.push(frame)
    return { bytes: Buffer.from(`picture ${frame.dts}`), width: 640, height: 360 }
  })
  snapshots = new Snapshots({
    ...{ index, recordings, reader: new FragmentReader(recordings), desk, clock: time, timers: time, log: silentLog },
    live: { newest: async () => newest } as unknown as LiveKeyframes, // all that is asked of it
    plans: () => ({
      snapshots: () => template,
      snapshotTemplate: id => (template?.id === id ? template : null),
      snapshotDays: () => (template?.retentionDays ? [{ id: template.id, days: template.retentionDays }] : []),
    }),
    paths: () => [PATH],
    stores: () => store,
    anyStore: 'disk',
    emit: event => void told.push(event),
  })
  snapshots.start()
})

afterEach(async () => {
  await snapshots.close()
  segments.close()
  rmSync(folder, { recursive: true, force: true })
})

const taken = () => told.flatMap(event => (event.type === 'snapshot.taken' ? event.snapshot : []))

async function pass(seconds: number, count: number): Promise<void> {
  time.advance(seconds * 1000)
  await vi.waitFor(() => expect(taken()).toHaveLength(count), { interval: 2 })
}

const wish = (change: object = {}) => ({
  ...({ path: PATH, atMs: null, template: null, format: 'webp', quality: 70, width: 320 } as const),
  ...change,
})

test('by template: one each interval, with its name; none twice of a stream that stands still', async () => {
  const second = Math.floor(time.nowMs() / 1000) + 1
  await pass(1, 1)
  expect(taken()[0]).toMatchObject({ cause: 'periodic', template: 't1', object: `${PATH}/${second}.jpg`, width: 640 })
  expect(readFileSync(join(folder, taken()[0]?.object ?? ''), 'utf8')).toBe('picture 0')
  await pass(30, 1)
  newest = videoFrame(31_000, true)
  await pass(10, 2)
  expect(decoded.map(({ dts }) => dts)).toEqual([0, 31_000])
})

test('overwritten: one object and one id, the newest picture', async () => {
  template = { ...TEMPLATE, trigger: 'overwrite', objectName: '{Space}/{AppName}/{StreamName}' }
  await pass(1, 1)
  newest = videoFrame(10_000, true)
  await pass(10, 2)
  const [first, second] = taken()
  expect([second?.id, second?.object]).toEqual([first?.id, `${PATH}.jpg`])
  expect(second?.takenAtMs).toBeGreaterThan(first?.takenAtMs ?? 0)
  expect(readFileSync(join(folder, `${PATH}.jpg`), 'utf8')).toBe('picture 10000')
  expect(index.get(first?.id ?? '')).toEqual(second)
})

test('numbered: counts on, also over a restart', async () => {
  template = { ...TEMPLATE, trigger: 'ondemand', objectName: '{StreamName}/{Sequence}' }
  const objects: string[] = []
  for (let i = 0; i < 3; i++) objects.push((await snapshots.take(wish({ template: 't1' }))).object)
  expect(objects).toEqual(['cam/1.webp', 'cam/2.webp', 'cam/3.webp'])
  expect(new SnapshotIndex(segments.db).count(PATH)).toBe(4)
})

test('who asks for the same at the same time gets the same; a second one in a second has another name', async () => {
  template = null
  const [one, other] = await Promise.all([snapshots.take(wish()), snapshots.take(wish())])
  expect(one).toBe(other)
  const third = await snapshots.take(wish())
  expect(third.id).not.toBe(one?.id)
  expect(third.object).toMatch(/\/\d+_.{6}\.webp$/)
  expect(existsSync(join(folder, one?.object ?? ''))).toBe(true)
  expect(decoded).toHaveLength(1)
})

test('a moment of which nothing was recorded', async () => {
  await expect(snapshots.take(wish({ atMs: 5 }))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('goes after the days of its template, and with its recording', async () => {
  await pass(1, 1)
  await snapshots.ofRecording(PATH, 'recordingStart', time.nowMs())
  const kept = await snapshots.take(wish())
  template = { ...TEMPLATE, trigger: 'ondemand' }
  time.advance(8 * DAY_MS)
  for (let round = 0; round < 3; round++) await snapshots.tidy()
  const gone = told.flatMap(event => (event.type === 'snapshot.deleted' ? event.snapshots : []))
  expect(new Set(gone)).toEqual(new Set(taken().flatMap(({ id }) => (id === kept.id ? [] : id))))
  expect(existsSync(join(folder, kept.object))).toBe(true)
  expect(index.newest(PATH)?.id).toBe(kept.id)
})
