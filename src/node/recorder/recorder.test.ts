import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MEDIA, ms, TestStream } from '../../../test/support/media.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import { DiskStore } from '../../storage/objects/disk-store.ts'
import { Recorder, type SegmentCopier } from './recorder.ts'
import type { RecorderEvent } from './recorder-events.ts'
import type { RecordingPlan } from './recording-plan.ts'
import type { SegmentRecord } from './segment.ts'
import { SegmentIndex } from './segment-index.ts'
import { SETTINGS } from './testing/room.ts'
import { WriteBudget } from './write-budget.ts'

const PATH = 'default/live/cam'
const av = MEDIA['H.264 and AAC'](20)
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

/** Waits for files to be written: those do not know the test's time. */
async function until(what: string, look: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!look()) {
    if (performance.now() > end) throw new Error(`${what} did not come`)
    await breathe()
  }
}

/** A node that records, with a stream the test publishes. */
class Node {
  readonly folder: string
  readonly source: TestStream
  readonly index: SegmentIndex
  readonly recorder: Recorder
  readonly events: RecorderEvent[] = []
  held = 0
  there = true
  forbidden = false

  constructor(folder: string, source: TestStream, copier: SegmentCopier | null = null) {
    this.folder = folder
    this.source = source
    const { time } = source
    const store = new DiskStore({
      name: 'disk',
      folders: [join(folder, 'disk')],
      sync: 'never',
      floorBytes: 0,
      clock: time,
    })
    this.index = new SegmentIndex(join(folder, 'recordings.sqlite'))
    this.recorder = new Recorder({
      host: {
        find: path => (this.there && path === PATH ? source.stream : undefined),
        hold: () => {
          this.held++
          return () => {
            this.held--
          }
        },
        forbidden: () => this.forbidden,
      },
      index: this.index,
      stores: name => (name === 'disk' ? store : undefined),
      budget: new WriteBudget(1 << 28),
      clock: time,
      timers: time,
      log: silentLog,
      emit: event => void this.events.push(event),
      copier,
    })
  }

  /** Plays the part [from, to) of the media, in milliseconds. */
  play(from: number, to: number): Promise<void> {
    return this.source.play(
      av.frames.filter(frame => ms(frame) >= from && ms(frame) < to),
      breathe,
    )
  }

  /** Lets time pass without a frame. */
  async wait(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.source.time.advance(1000)
      await breathe()
    }
  }

  of<T extends RecorderEvent['type']>(type: T): Extract<RecorderEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<RecorderEvent, { type: T }> => event.type === type)
  }

  states(): string[] {
    return this.of('state').map(({ change }) => (change.reason ? `${change.state}: ${change.reason}` : change.state))
  }

  gaps() {
    return this.of('coverage').flatMap(({ coverage }) => coverage.gaps)
  }

  async close(): Promise<void> {
    await this.recorder.close()
    this.index.close()
  }
}

function plan(changes: Partial<RecordingPlan> = {}): RecordingPlan {
  return { path: PATH, cause: 'always', template: 'tpl', settings: SETTINGS, week: null, expected: true, ...changes }
}

let folder: string
let node: Node
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-recorder-'))
  node = new Node(folder, new TestStream(av))
})
afterEach(async () => {
  await node.close()
  rmSync(folder, { recursive: true, force: true })
})

test('records what is planned, and says so', async () => {
  await node.recorder.start()
  node.recorder.setPlans([plan({ settings: { ...SETTINGS, segmentMs: 5000 } })])
  expect(node.held).toBe(1)
  await node.play(0, 12_000)
  expect(node.recorder.statuses()).toMatchObject([{ path: PATH, state: 'recording', reason: '', template: 'tpl' }])
  node.recorder.setPlans([])
  await node.recorder.close()
  expect(node.held).toBe(0)
  expect(node.states()).toEqual(['started', 'stopped'])
  const opened = node.of('segment.opened').map(({ segment }) => segment.id)
  const closed = node.of('segment.closed').map(({ segment }) => segment)
  expect(closed).toHaveLength(3)
  expect(opened).toEqual(closed.map(({ id }) => id))
  expect(node.index.between(PATH, 0, Number.MAX_SAFE_INTEGER)).toEqual(closed)
  expect(node.index.open()).toEqual([])
  const coverage = node.of('coverage').map(event => event.coverage)
  const sum = (key: 'plannedS' | 'recordedS') => coverage.reduce((total, part) => total + part[key], 0)
  expect(sum('plannedS')).toBeGreaterThan(11.5)
  expect(sum('recordedS')).toBeGreaterThan(sum('plannedS') - 0.2)
})

test('while it is recorded a segment can be found, with its fragments', async () => {
  await node.recorder.start()
  node.recorder.setPlans([plan()])
  await node.play(0, 6000)
  const found = () => node.index.between(PATH, 0, Number.MAX_SAFE_INTEGER)[0]
  await until('four seconds', () => (found()?.endMs ?? 0) - (found()?.startMs ?? 0) > 3900)
  const segment = found()
  expect(segment).toMatchObject({ state: 'open', fragments: node.index.fragmentsInWork(segment?.id ?? '')?.length })
})

test('a planned stream that nobody publishes is a gap, told within seconds', async () => {
  node.there = false
  await node.recorder.start()
  node.recorder.setPlans([plan()])
  await node.wait(20)
  expect(node.recorder.statuses()).toMatchObject([{ state: 'waiting', reason: 'noStream' }])
  expect(node.gaps()).toMatchObject([{ reason: 'noStream' }])
  expect(node.of('coverage')[0]!.atMs - node.source.time.nowMs()).toBeLessThan(60_000)
  node.there = true
  node.recorder.changed(PATH)
  await node.play(0, 4000)
  expect(node.recorder.statuses()).toMatchObject([{ state: 'recording' }])
  expect(node.gaps().at(-1)).toMatchObject({ reason: 'noStream' })
})

test('a stream recorded whenever it is there is not missing when it is not', async () => {
  node.there = false
  await node.recorder.start()
  node.recorder.setPlans([plan({ expected: false })])
  await node.wait(100)
  expect(node.held).toBe(0)
  expect(node.events).toEqual([])
  node.there = true
  await node.play(0, 4000)
  node.there = false
  await node.wait(100)
  await until('segment', () => node.of('segment.closed').length === 1)
  expect(node.states()).toEqual(['started', 'paused: nobody publishes the stream'])
  expect(node.gaps().reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)).toBeLessThan(3000)
})

test('the weekly plan decides', async () => {
  // 2023-11-14 22:13:20 UTC, a Tuesday, is 23:13:20 in Berlin.
  const at = 23 * 3600 + 13 * 60 + 20
  const week = [[], [{ startS: at + 5, endS: at + 10 }], [], [], [], [], []]
  await node.recorder.start()
  node.recorder.setPlans([plan({ cause: 'plan', week: { zone: 'Europe/Berlin', week } })])
  await node.play(0, 4000)
  expect([node.held, node.recorder.statuses()]).toEqual([0, []])
  await node.play(4000, 8000)
  expect([node.held, node.recorder.statuses().length]).toEqual([1, 1])
  await node.play(8000, 13_000)
  expect([node.held, node.recorder.statuses()]).toEqual([0, []])
  await until('segment', () => node.of('segment.closed').length === 1)
  const [closed] = node.of('segment.closed')
  const length = (closed?.segment.endMs ?? 0) - (closed?.segment.startMs ?? 0)
  expect(length).toBeGreaterThan(4500)
  expect(length).toBeLessThan(7500) // from the keyframe before, to the second after
})

test('an event keeps what was before and what comes after', async () => {
  const settings = { ...SETTINGS, preRecordMs: 3000 }
  const armed = plan({ cause: 'event', settings, expected: false })
  await node.recorder.start()
  node.recorder.setPlans([armed])
  await node.play(0, 6000)
  expect(node.events).toEqual([])
  const eventMs = node.source.time.nowMs()
  const recording = node.recorder.trigger(PATH, armed, 3000, 4000)
  await node.play(6000, 8000)
  expect(node.recorder.trigger(PATH, armed, 3000, 4000)).toBe(recording) // goes on longer
  await node.play(8000, 16_000)
  await until('segment', () => node.of('segment.closed').length === 1)
  const closed = node.of('segment.closed').map(({ segment }) => segment)
  expect(closed).toMatchObject([{ recording, cause: 'event' }])
  const [segment] = closed as [SegmentRecord]
  expect(eventMs - segment.startMs).toBeGreaterThanOrEqual(3000)
  expect(segment.endMs - eventMs).toBeGreaterThan(5500)
  expect(segment.endMs - eventMs).toBeLessThan(8000)
})

test('forbidden', async () => {
  node.forbidden = true
  await node.recorder.start()
  node.recorder.setPlans([plan()])
  await node.play(0, 12_000)
  expect(node.gaps()).toMatchObject([{ reason: 'forbidden' }])
  expect(node.of('segment.opened')).toEqual([])
})

test('plans that stay the same do not interrupt', async () => {
  await node.recorder.start()
  node.recorder.setPlans([plan()])
  await node.play(0, 3000)
  node.recorder.setPlans([structuredClone(plan()), plan({ path: 'default/live/other' })])
  await node.play(3000, 6000)
  node.recorder.setPlans([])
  await node.recorder.close()
  expect(node.of('segment.closed').filter(({ segment }) => segment.path === PATH)).toHaveLength(1)
})

describe('another start', () => {
  /** The node is killed: nothing is closed. */
  async function killed(): Promise<Node> {
    const index = join(folder, 'recordings.sqlite')
    const before = node
    // What a killed process leaves behind: its files. SQLite's lock goes with it, here with the handle.
    before.index.close()
    const after = new Node(folder, new TestStream(av, new FakeTime(before.source.time.nowMs())))
    expect(after.index.db.location()).toBe(index)
    return after
  }

  test('recovers the segment, tells what a crash swallowed, and goes on by itself', async () => {
    await node.recorder.start()
    node.recorder.setPlans([plan()])
    await node.play(0, 7500)
    const [open] = node.index.open()
    await until('fragments', () => (node.index.fragmentsInWork(open?.id ?? '')?.length ?? 0) >= 4)
    if (!open) throw new Error('an open segment is expected')
    truncateSync(join(folder, 'disk', open.object), (node.index.get(open.id)?.sizeBytes ?? 0) - 100)
    const old = node
    node = await killed()
    node.source.time.advance(30_000)
    await node.recorder.start()
    const [closed] = node.of('segment.closed')
    expect(closed?.segment).toMatchObject({ id: open.id, state: 'recovered', sha256: null })
    expect(closed?.segment.fragments).toBeGreaterThanOrEqual(3)
    expect(node.gaps()).toMatchObject([{ reason: 'nodeDown' }])
    await node.play(0, 4000)
    expect(node.recorder.statuses()).toMatchObject([{ state: 'recording' }])
    await old.recorder.close().catch(() => {}) // its index is closed
  })

  test('an event that was not told is told once', async () => {
    const segment = { ...example(), state: 'closed' as const }
    node.index.put(segment)
    await node.recorder.start()
    expect(node.of('segment.closed').map(event => event.segment)).toEqual([segment])
    expect(node.index.unreported()).toEqual([])
  })

  test('a segment whose file is gone is gone', async () => {
    node.index.put(example())
    await node.recorder.start()
    expect(node.of('segment.gone')).toHaveLength(1)
    expect(node.index.open()).toEqual([])
  })
})

test('copies are made once a segment is closed, and again when that failed', async () => {
  let attempts = 0
  const made = await newNode({
    copy: async segment => {
      if (++attempts === 1) throw new Error('disk trouble')
      return { format: 'flv', object: `${segment.object}.flv`, sizeBytes: 1 }
    },
  })
  await made.recorder.start()
  made.recorder.setPlans([plan({ settings: { ...SETTINGS, copy: { format: 'flv', objectName: 'x' } } })])
  await made.play(0, 3000)
  made.recorder.setPlans([])
  await until('first attempt', () => attempts === 1)
  await made.wait(70)
  expect(made.of('segment.copied').map(({ segment }) => segment.copy?.format)).toEqual(['flv'])
  expect(made.index.uncopied(10)).toEqual([])
  expect(attempts).toBe(2)
})

async function newNode(copier: SegmentCopier): Promise<Node> {
  await node.close()
  node = new Node(folder, new TestStream(av), copier)
  return node
}

function example(): SegmentRecord {
  return {
    id: 'seg_00000000000000000001',
    path: PATH,
    recording: 'rec_1',
    cause: 'always',
    template: null,
    store: 'disk',
    object: 'default/live/cam/2026-11-20/00-00-00.000Z_seg_00000000000000000001.mp4',
    state: 'open',
    startMs: 0,
    endMs: 1000,
    sizeBytes: 10,
    fragments: 1,
    initBytes: 5,
    initHash: '',
    continues: null,
    overlapMs: 0,
    tracks: [],
    sha256: null,
    held: false,
    thinned: false,
    copyAs: null,
    copy: null,
  }
}
