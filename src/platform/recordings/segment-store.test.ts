import { CompiledQuery } from 'kysely'
import { expect, test } from 'vitest'
import { databases } from '../../../test/databases.ts'
import type { Database } from '../../storage/database.ts'
import { SegmentStore } from './segment-store.ts'

const sqlite = databases.find(({ name }) => name === 'SQLite')

/** How SQLite goes about it, step by step. */
async function plans(
  queries: (store: SegmentStore, db: Database) => Record<string, { sql: string; parameters: readonly unknown[] }>,
) {
  const database = await sqlite?.create()
  if (!database) throw new Error('no SQLite')
  try {
    const told: string[] = []
    for (const [name, { sql, parameters }] of Object.entries(queries(new SegmentStore(database.db), database.db))) {
      const { rows } = await database.db.executeQuery<{ detail: string }>(
        CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
      )
      told.push(`${name}:`, ...rows.map(({ detail }) => `  ${detail}`))
    }
    return `\n${told.join('\n')}\n`
  } finally {
    await database.remove()
  }
}

test('lists of recordings look at the rows they show, whatever else is in the index', async () => {
  const sort = { by: 'startedAt', descending: true } as const
  const [startMs, endMs] = [1_767_225_600_000, 1_767_312_000_000]
  const after = { value: startMs, name: 'sg_1' }
  expect(
    await plans(store => ({
      'a day of a stream': store.pageQuery({ path: 'a/b/c', startMs, endMs }, { sort, limit: 100 }).compile(),
      'next page of a stream': store.pageQuery({ path: 'a/b/c' }, { sort, after, limit: 100 }).compile(),
      'a day of a space': store.pageQuery({ space: 'a', startMs, endMs }, { sort, limit: 100 }).compile(),
      'a day of everything': store.pageQuery({ startMs, endMs }, { sort, limit: 100 }).compile(),
      'next page of everything': store.pageQuery({}, { sort, after, limit: 100 }).compile(),
    })),
  ).toMatchInlineSnapshot(`
    "
    a day of a stream:
      SEARCH segments USING INDEX segments_path (path=? AND started_at>? AND started_at<?)
    next page of a stream:
      SEARCH segments USING INDEX segments_path (path=? AND (started_at,id)<(?,?))
    a day of a space:
      SEARCH segments USING INDEX segments_space (space=? AND started_at>? AND started_at<?)
    a day of everything:
      SEARCH segments USING INDEX segments_started_at (started_at>? AND started_at<?)
    next page of everything:
      SEARCH segments USING INDEX segments_started_at ((started_at,id)<(?,?))
    "
  `)
})

test('spans of a stream look at one index alone', async () => {
  const span = { startMs: 1, endMs: 2 }
  expect(await plans((store, db) => ({ spans: store.spansQuery('a/b/c', span).compile(db) }))).toMatchInlineSnapshot(`
      "
      spans:
        CO-ROUTINE numbered
        CO-ROUTINE (subquery-4)
        CO-ROUTINE files
        CO-ROUTINE (subquery-5)
        SEARCH segments USING COVERING INDEX segments_path (path=? AND started_at>? AND started_at<?)
        SCAN (subquery-5)
        SCAN files
        USE TEMP B-TREE FOR ORDER BY
        SCAN (subquery-4)
        SCAN numbered
        USE TEMP B-TREE FOR GROUP BY
        USE TEMP B-TREE FOR ORDER BY
      "
    `)
})
