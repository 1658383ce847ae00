import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { daysOf } from '../../src/platform/recordings/calendar.ts'
import { SegmentStore } from '../../src/platform/recordings/segment-store.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'

/** Files of ten minutes: 200 cameras for five weeks. */
const SEGMENTS = 1_000_000
const STREAMS = 200
const SEGMENT_MS = 600_000
const DAY_MS = 86_400_000
const BEGIN_MS = Date.UTC(2026, 0, 1)
const ROUNDS = 40
const PAGE = 100
/** A whole day of one camera. */
const DAY_PAGE = 144

/** How long lists of recordings take with a million files in the index, in a SQLite file of its own. */
export async function runRecordingsList(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sightline-bench-'))
  const db = await openDatabase({ url: 'sqlite', dataDir })
  try {
    const filled = performance.now()
    await fill(db)
    console.log(`${SEGMENTS} segments of ${STREAMS} streams written in ${seconds(filled)} s`)
    await measure(db)
  } finally {
    await db.destroy()
    rmSync(dataDir, { recursive: true })
  }
}

/** Names of streams and nodes by number, in one statement: the point is the reading. */
async function fill(db: Database): Promise<void> {
  await sql`
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${number(SEGMENTS - 1)})
    insert into segments (id, path, space, node_id, template_id, recording, cause, format, store, object, state,
      started_at, ended_at, size_bytes, fragments, video, audio, sha256, held, thinned, subject, teacher, note, filed)
    select printf('sg_%010d', i), 'default/live/cam' || (i % ${number(STREAMS)}), 'default', 'node-1', null,
      'rc_' || (i % ${number(STREAMS)}), 'always', 'fmp4', 'disk1', 'default/live/cam' || (i % ${number(STREAMS)}) || '/' || i,
      'closed', ${number(BEGIN_MS)} + (i / ${number(STREAMS)}) * ${number(SEGMENT_MS)}, ${number(BEGIN_MS)} + (i / ${number(STREAMS)} + 1) * ${number(SEGMENT_MS)},
      150000000, 300, '{"codec":"h264","width":1920,"height":1080}', null, ${'ab'.repeat(32)}, 0, 0, '', '', '', 0
    from n`.execute(db)
}

async function measure(db: Database): Promise<void> {
  const store = new SegmentStore(db)
  const days = Math.floor(((SEGMENTS / STREAMS) * SEGMENT_MS) / DAY_MS)
  const day = (round: number) => {
    const startMs = BEGIN_MS + (round % days) * DAY_MS
    return { startMs, endMs: startMs + DAY_MS }
  }
  const path = (round: number) => `default/live/cam${(round * 37) % STREAMS}`
  const sort = (descending: boolean) => ({ by: 'startedAt', descending }) as const
  const looks: Record<string, (round: number) => Promise<unknown>> = {
    'a day of one stream': n => store.page({ path: path(n), ...day(n) }, { sort: sort(true), limit: DAY_PAGE }),
    'a day of a space, newest first': n =>
      store.page({ space: 'default', ...day(n) }, { sort: sort(true), limit: PAGE }),
    'a day of everything, oldest first': n => store.page(day(n), { sort: sort(false), limit: PAGE }),
    'the 50th page of everything': n => {
      const after = { value: BEGIN_MS + (n % days) * DAY_MS + 5 * SEGMENT_MS, name: 'sg_' }
      return store.page({}, { sort: sort(true), after, limit: PAGE })
    },
    'spans of a day of one stream': n => store.spans(path(n), day(n)),
    'calendar of a month of one stream': async n => {
      const month = { startMs: BEGIN_MS, endMs: BEGIN_MS + 31 * DAY_MS }
      return daysOf(await store.spans(path(n), month), 'Asia/Shanghai')
    },
    'who holds an hour of one stream': n =>
      store.holder(path(n), { startMs: day(n).startMs, endMs: day(n).startMs + 3_600_000 }),
  }
  for (const [name, look] of Object.entries(looks)) {
    const timesMs: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const begin = performance.now()
      const found = await look(round)
      timesMs.push(performance.now() - begin)
      if (found === null || (Array.isArray(found) && found.length === 0)) throw new Error(`${name} found nothing`)
    }
    timesMs.sort((a, b) => a - b)
    const at = (share: number) => (timesMs[Math.floor(timesMs.length * share)] ?? 0).toFixed(1)
    console.log(`${name.padEnd(36)} p50 ${at(0.5).padStart(6)} ms   p95 ${at(0.95).padStart(6)} ms`)
  }
}

/** Bound numbers are reals in SQLite, and a path ending in 37.0 is another one. */
const number = (value: number) => sql.lit(value)

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}
