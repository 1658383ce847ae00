import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { linesOf, MEDIA } from '../../../test/support/media.ts'
import { PATH, Recorded, START_MS } from '../../../test/support/recorded.ts'
import { systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { SpooledStore } from '../../storage/objects/spool.ts'
import { S3Server } from '../../storage/objects/testing/s3-server.ts'
import { followFragments } from './following.ts'
import type { RecordedFragment } from './recordings.ts'

const av = MEDIA['H.264 and AAC'](12)

function recordable(frames: readonly Frame[]): readonly Frame[] {
  return frames.slice(frames.findIndex(frame => frame.track.kind === 'video'))
}

/** Follows while the test goes on; `wait` moves the time of the recording. */
function follow(recorded: Recorded, changes: { fromMs?: number; toMs?: number; delayMs?: number } = {}) {
  const controller = new AbortController()
  const found: RecordedFragment[] = []
  const fragments = followFragments(recorded.recordings, {
    path: PATH,
    fromMs: START_MS,
    toMs: Number.POSITIVE_INFINITY,
    delayMs: 0,
    ...changes,
    clock: recorded.time,
    timers: { after: (ms, run) => systemTimers.after(Math.min(ms, 5), run), every: systemTimers.every },
    signal: controller.signal,
  })
  const over = (async () => {
    for await (const fragment of fragments) found.push(fragment)
  })()
  return {
    found,
    over,
    leave: async () => {
      controller.abort()
      await over
    },
  }
}

async function framesIn(recorded: Recorded, fragments: readonly RecordedFragment[]): Promise<Frame[]> {
  const frames: Frame[] = []
  for (const fragment of fragments) frames.push(...(await recorded.reader.frames(fragment)))
  return frames
}

async function until(look: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!look() && performance.now() < end) await new Promise(resolve => setTimeout(resolve, 5))
  expect(look()).toBe(true)
}

test('what is being recorded comes as it is written, nothing twice and nothing left out', async () => {
  using recorded = new Recorded()
  const follower = follow(recorded)
  await recorded.record(av, { segmentMs: 4000, overlapKeyframes: 2 })
  recorded.time.advance(1000)
  await until(() => follower.found.length === 12)
  await follower.leave()
  const frames = await framesIn(recorded, follower.found)
  for (const kind of ['video', 'audio'] as const) {
    expect(linesOf(frames, kind)).toEqual(linesOf(recordable(recorded.delivered), kind))
  }
})

test('a delay keeps its distance', async () => {
  using recorded = new Recorded()
  await recorded.record(av, {}, true)
  const follower = follow(recorded, { fromMs: START_MS, delayMs: 6000 })
  await until(() => follower.found.length > 4)
  const edgeMs = recorded.time.nowMs() - 6000
  expect(follower.found.every(({ entry }) => entry.wallMs < edgeMs)).toBe(true)
  const before = follower.found.length
  recorded.time.advance(3000)
  await until(() => follower.found.length > before)
  await follower.leave()
})

test('over a hole of hours, to the end', async () => {
  using recorded = new Recorded()
  await recorded.record(av)
  recorded.time.advance(5 * 3_600_000)
  await recorded.record(av)
  recorded.time.advance(60_000)
  const follower = follow(recorded, { toMs: recorded.time.nowMs() - 1000 })
  await follower.over
  expect(follower.found).toHaveLength(24)
})

test('recorded through a spool, S3 gone for a while, replayed from S3', async () => {
  await using server = new S3Server()
  await server.start()
  using recorded = new Recorded()
  const spool = new SpooledStore({
    local: recorded.store,
    remote: server.store(`${randomUUID()}/`),
    db: new DatabaseSync(':memory:'),
    maxBytes: 1 << 30,
    clock: { nowMs: () => recorded.time.nowMs(), monotonicMs: () => performance.now() },
    timers: systemTimers,
    log: silentLog,
  })
  await server.stop()
  await recorded.record(av, { segmentMs: 4000 }, false, spool)
  expect(spool.waitingBytes).toBeGreaterThan(100_000)
  await server.start()
  await until(() => spool.waitingBytes === 0)
  const through = recorded.through(spool)
  const fragments = await through.recordings.fragments(PATH, 0, Number.MAX_SAFE_INTEGER)
  expect((await recorded.store.list('default/')).objects).toEqual([])
  const frames: Frame[] = []
  for (const fragment of fragments) frames.push(...(await through.reader.frames(fragment)))
  expect(linesOf(frames, 'video')).toEqual(linesOf(recordable(recorded.delivered), 'video'))
  await spool.close()
})
