import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MEDIA, TestStream } from '../../../test/support/media.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { RecordingState, RecordTemplate } from '../../link/recording.ts'
import type { Stream } from '../../media/stream/stream.ts'
import { S3Server } from '../../storage/objects/testing/s3-server.ts'
import { Leases } from '../leases.ts'
import { RecordingHost } from './recording-host.ts'
import type { RecordingStoreSettings } from './recording-stores.ts'

const PATH = 'default/live/cam'
const av = MEDIA['H.264 and AAC'](8)

const TEMPLATE: RecordTemplate = {
  ...{ id: 't1', name: 'all', trigger: 'auto', format: 'fmp4', segmentS: 600, segmentBytes: null, overlapKeyframes: 0 },
  ...{ preRecordS: 3, postRecordS: 2, objectName: '{Space}/{AppName}/{StreamName}/{EscapedStartTime}' },
  ...{
    retentionDays: 7,
    retentionBytes: null,
    thinAfterDays: null,
    tierAfterDays: null,
    encrypt: false,
    snapshots: false,
  },
}

let folder: string
let time: FakeTime
let streams: Map<string, Stream>
let source: TestStream
let saved: RecordingState | null
let told: NodeEvent[]
let host: RecordingHost

function build(s3: RecordingStoreSettings['s3'] = null): RecordingHost {
  return new RecordingHost({
    dataDirectory: folder,
    stores: { disks: [join(folder, 'recordings')], floorBytes: 0, secret: 'a secret of some letters', s3 },
    hub: {
      find: path => streams.get(path),
      get streams() {
        return streams.values()
      },
    },
    leases: new Leases(time),
    store: {
      state: () => saved as never, // only this topic is asked for
      saveState: (_, state) => {
        saved = state as RecordingState
      },
    },
    forbidden: () => false,
    emit: event => void told.push(event),
    ...{ clock: time, timers: time, log: silentLog },
  })
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-recording-'))
  time = new FakeTime()
  streams = new Map()
  source = new TestStream(av, time, PATH)
  saved = null
  told = []
  host = build()
  await host.open()
})

afterEach(async () => {
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Waits for what goes on beside the test's time. */
async function until(what: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(what()).toBe(true), { timeout: 10_000, interval: 2 })
}

async function apply(state: Partial<RecordingState>): Promise<void> {
  const whole = { snapshotTemplates: [], plans: [], bindings: [], manual: [], templates: [TEMPLATE], ...state }
  await host.requests['recording.apply']?.({ revision: (saved?.revision ?? 0) + 1, ...whole })
}

const space = (template: string | null) => ({
  bindings: [{ scope: 'space', target: 'default', kind: 'record', template, plan: null } as const],
})

const play = (from = 0, to = av.frames.length) => source.play(av.frames.slice(from, to), () => setImmediate())

const segments = () => told.flatMap(event => (event.type === 'recording.segment' ? event.segment : []))
const states = () => told.flatMap(event => (event.type === 'recording.state' ? `${event.state} ${event.cause}` : []))

test('what is bound to a space is recorded when it comes, and ends with the binding', async () => {
  await apply(space('t1'))
  streams.set(PATH, source.stream)
  host.heard({ type: 'stream.started' } as NodeEvent) // the rest of it is not looked at
  time.advance(50)
  await play()
  expect((await host.requests['recording.status']?.({}))?.recordings).toMatchObject([
    { path: PATH, state: 'recording', cause: 'always', droppedFragments: 0 },
  ])
  await apply(space(null))
  await until(() => segments().some(({ state }) => state === 'closed'))
  expect(states()).toEqual(['started always', 'stopped always'])
  const [open, closed] = [segments()[0], segments().at(-1)]
  expect([open?.state, open?.id]).toEqual(['open', closed?.id])
  expect(closed).toMatchObject({ template: 't1', format: 'fmp4', store: 'disk1', video: { codec: 'h264', width: 160 } })
  expect((await host.requests['recording.index']?.({ after: '', limit: 10 }))?.segments).toEqual([closed])
  expect((await host.requests['storage.status']?.({}))?.stores).toMatchObject([
    { store: 'disk1', kind: 'disk', state: 'ok', segments: 1, usedBytes: closed?.sizeBytes },
  ])
  expect(host.numbers()).toMatchObject({ bytes: expect.any(Number), droppedFragments: 0 })
})

test('over a restart: what was wanted goes on, also while the platform is away', async () => {
  streams.set(PATH, source.stream)
  await apply({ manual: [{ path: PATH, on: true, template: null }] })
  await play(0, 200)
  await host.close()
  expect(segments().at(-1)?.state).toBe('closed')
  told = []
  host = build()
  await host.open()
  await play(200)
  await until(() => segments().length > 0)
  expect(segments().map(({ state, cause }) => [state, cause])).toEqual([['open', 'manual']])
  const page = (await host.requests['recording.index']?.({ after: '', limit: 10 }))?.segments
  expect(page?.map(({ state }) => state)).toEqual(['closed', 'open'])
})

test('an event keeps what was before and what comes after', async () => {
  streams.set(PATH, source.stream)
  await apply({ ...space('t1'), templates: [{ ...TEMPLATE, trigger: 'ondemand' }] })
  await play(0, 400)
  expect(segments()).toEqual([])
  const atMs = time.nowMs()
  const answer = await host.requests['recording.event']?.({ path: PATH, reason: 'door' })
  await play(400)
  time.advance(3000)
  await until(() => segments().some(({ state }) => state === 'closed'))
  const closed = segments().at(-1)
  expect(closed).toMatchObject({ recording: answer?.recording, cause: 'event' })
  expect(closed?.startMs).toBeLessThanOrEqual(atMs - 3000)
  expect(closed?.endMs).toBeGreaterThanOrEqual(atMs + 1000)
  await expect(host.requests['recording.event']?.({ path: 'default/live/x', reason: '' })).rejects.toThrow(/no stream/)
})

test('held, played and open ones are not deleted, and it is said why', async () => {
  streams.set(PATH, source.stream)
  await apply({ ...space('t1'), templates: [{ ...TEMPLATE, segmentS: 2 }] })
  await play()
  await until(() => segments().filter(({ state }) => state === 'closed').length >= 3)
  const ids = segments().flatMap(({ id, state }) => (state === 'closed' ? id : []))
  const [held, played, free] = ids as [string, string, string]
  const inWork = () => host.recorder.statuses()[0]?.segment?.id
  await until(() => inWork() !== undefined)
  const open = inWork() ?? ''
  await host.requests['recording.hold']?.({ segments: [held, open], held: true })
  const segment = host.index.get(played)
  const release = segment && host.recordings.use([segment])
  const answer = await host.requests['recording.delete']?.({ segments: [held, played, free, open, 'seg_unknown'] })
  expect(answer).toEqual({
    deleted: [free, 'seg_unknown'],
    kept: [
      { id: held, reason: 'it is held' },
      { id: played, reason: 'it is being played' },
      { id: open, reason: 'it is being recorded' },
    ],
  })
  release?.()
  await host.requests['recording.hold']?.({ segments: [held], held: false })
  expect((await host.requests['recording.delete']?.({ segments: [held, played] }))?.kept).toEqual([])
  // A hold on the one in work counts when it is finished.
  await apply(space(null))
  await until(() => segments().some(({ id, state }) => id === open && state === 'closed'))
  expect(segments().find(({ id, state }) => id === open && state === 'closed')?.held).toBe(true)
})

test('a template of another format is told of when its file is there', async () => {
  streams.set(PATH, source.stream)
  await apply({ ...space('t1'), templates: [{ ...TEMPLATE, format: 'mp4' }] })
  await play()
  await apply(space(null))
  await until(() => segments().some(({ state }) => state === 'closed'))
  const closed = segments().filter(({ state }) => state === 'closed')
  expect(closed).toMatchObject([{ format: 'mp4', object: expect.stringMatching(/^default\/live\/cam\/2023.*\.mp4$/) }])
  expect(readFileSync(join(folder, 'recordings', closed[0]?.object ?? '')).toString('latin1', 4, 8)).toBe('ftyp')
})

test('encrypted at rest: nothing in the file is readable, and it plays', async () => {
  streams.set(PATH, source.stream)
  await apply({ ...space('t1'), templates: [{ ...TEMPLATE, encrypt: true }] })
  await play()
  await apply(space(null))
  await until(() => segments().some(({ state }) => state === 'closed'))
  const closed = segments().at(-1)
  expect(closed?.store).toBe('disk1')
  const file = readFileSync(join(folder, 'recordings', closed?.object ?? ''))
  expect([file.includes('moof'), file.includes('ftyp')]).toEqual([false, false])
  const fragments = await host.recordings.fragments(PATH, 0, Number.MAX_SAFE_INTEGER)
  const frames = []
  for (const fragment of fragments) frames.push(...(await host.reader.frames(fragment)))
  expect(frames.length).toBeGreaterThan(av.frames.length - 60)
  expect((await host.requests['storage.status']?.({}))?.stores).toMatchObject([{ segments: 1 }])
})

test('an index that is lost is made of what lies on the disk', async () => {
  streams.set(PATH, source.stream)
  await apply(space('t1'))
  await play()
  await host.close()
  const [before] = segments().filter(({ state }) => state === 'closed')
  for (const name of readdirSync(folder)) if (name.startsWith('recordings.sqlite')) rmSync(join(folder, name))
  streams.clear()
  host = build()
  await host.open()
  await until(() => host.index.get(before?.id ?? '') !== null)
  expect(host.index.get(before?.id ?? '')).toMatchObject({ startMs: before?.startMs, sizeBytes: before?.sizeBytes })
})

test('exports: made in the background, kept for three days, cancelled', async () => {
  streams.set(PATH, source.stream)
  await apply(space('t1'))
  await play()
  await until(() => segments().length > 0)
  const wish = { path: PATH, startMs: time.nowMs() - 8000, endMs: time.nowMs() } as const
  await expect(
    Promise.resolve(host.requests['export.start']?.({ ...wish, path: 'default/live/x', format: 'mp4' })),
  ).rejects.toThrow(/does not exist/)
  const started = await host.requests['export.start']?.({ ...wish, format: 'mp4' })
  const id = started?.export.id ?? ''
  expect(started?.export).toMatchObject({ state: 'running', url: null })
  await until(() => host.exports.status(id).state === 'done')
  const done = host.exports.status(id)
  expect(done).toMatchObject({ progress: 1, url: `/${PATH}/exports/${id}`, error: null })
  const file = join(folder, 'exports', `${id}.mp4`)
  expect(readFileSync(file).length).toBe(done.sizeBytes)
  expect([host.exports.find(id, PATH)?.format, host.exports.find(id, 'default/live/x')]).toEqual(['mp4', null])
  time.advance(72 * 3_600_000 + 60_000)
  await until(() => host.exports.find(id, PATH) === null)
  expect(() => host.exports.status(id)).toThrow(/does not exist/)
  expect(readdirSync(join(folder, 'exports')).filter(name => !name.startsWith('.'))).toEqual([])
  const another = (await host.requests['export.start']?.({ ...wish, format: 'flv' }))?.export.id ?? ''
  await host.requests['export.cancel']?.({ id: another })
  await until(() => host.exports.status(another).state === 'cancelled')
})

test('exports that the end of the node cuts off are made after its start, a few times', async () => {
  streams.set(PATH, source.stream)
  await apply(space('t1'))
  await play()
  await apply(space(null))
  await until(() => segments().some(({ state }) => state === 'closed'))
  const wish = { path: PATH, startMs: time.nowMs() - 8000, endMs: time.nowMs(), format: 'mp4' } as const
  const id = (await host.requests['export.start']?.(wish))?.export.id ?? ''
  await host.close()
  host = build(null)
  await host.open()
  await until(() => host.exports.status(id).state === 'done')
  expect(readFileSync(join(folder, 'exports', `${id}.mp4`)).length).toBe(host.exports.status(id).sizeBytes)
  await host.close()
  // Another is killed in the middle again and again.
  const db = new DatabaseSync(join(folder, 'recordings.sqlite'))
  const another = 'exp_00000000000000000001'
  db.prepare('INSERT INTO exports_in_work VALUES (?, ?, ?, ?, ?, 3)').run(
    another,
    PATH,
    'mp4',
    wish.startMs,
    wish.endMs,
  )
  db.close()
  host = build(null)
  await host.open()
  expect(host.exports.status(another)).toMatchObject({ state: 'failed', error: expect.stringContaining('3 times') })
})

test.each([false, true])('moves to S3 after its days, and plays from there; encrypted: %s', async encrypt => {
  await using server = new S3Server()
  await server.start()
  await host.close()
  host = build({ ...server.access, spoolFolder: join(folder, 'spool'), spoolBytes: 1 << 30 })
  await host.open()
  streams.set(PATH, source.stream)
  await apply({ ...space('t1'), templates: [{ ...TEMPLATE, encrypt, tierAfterDays: 1 }] })
  await play()
  await apply(space(null))
  await until(() => segments().some(({ state }) => state === 'closed'))
  const closed = segments().at(-1)
  await apply({ templates: [{ ...TEMPLATE, encrypt, tierAfterDays: 1 }] })
  time.advance(86_400_000)
  const moved = () => told.find(event => event.type === 'recording.moved')
  await until(() => {
    time.advance(5000)
    return moved() !== undefined
  })
  expect(moved()).toMatchObject({ segment: closed?.id, store: 's3', object: closed?.object, thinned: false })
  await until(() => readdirSync(join(folder, 'recordings')).every(name => name.startsWith('.')))
  expect(await server.store().stat(closed?.object ?? '')).toBeTruthy()
  const [fragment] = await host.recordings.fragments(PATH, 0, Number.MAX_SAFE_INTEGER)
  expect(fragment && (await host.reader.frames(fragment)).length).toBeGreaterThan(20)
  await until(() => host.numbers().stores.some(({ store, usedBytes }) => store === 's3' && usedBytes > 0))
  expect((await host.requests['recording.delete']?.({ segments: [closed?.id ?? ''] }))?.kept).toEqual([])
  expect(await server.store().stat(closed?.object ?? '')).toBeNull()
})
