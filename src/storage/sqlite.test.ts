import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase, sqliteFileIn } from './database.ts'
import { openSqliteFile } from './sqlite-file.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sightline-db-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const open = (directory = dataDir) => openDatabase({ url: 'sqlite', dataDir: directory })
const module = (name: string) => JSON.stringify(join(import.meta.dirname, name))
const script = (source: string) => ['--input-type=module-typescript', '-e', source]

test('a second opening is refused, in this process and in another, and names the owner', async () => {
  const db = await open()
  const file = sqliteFileIn(dataDir)
  expect(() => openSqliteFile(file)).toThrow(`platform.db is used by another process, pid ${process.pid}`)
  const second = script(`import { openSqliteFile } from ${module('sqlite-file.ts')}
    try { openSqliteFile(process.argv[1]); console.log('opened') } catch (error) { console.log(error.code) }`)
  const { stdout } = await promisify(execFile)(process.execPath, [...second, file])
  expect(stdout.trim()).toBe('DATABASE_LOCKED')
  await db.destroy()
  await (await open()).destroy()
})

test('a process killed while it writes loses nothing it had confirmed, and nothing of half a transaction stays', async () => {
  const writer = script(`import { openDatabase } from ${module('database.ts')}
    const db = await openDatabase({ url: 'sqlite', dataDir: process.argv[1] })
    for (let i = 0; ; i++) {
      await db.transaction().execute(async trx => {
        for (const half of ['a', 'b']) await trx.insertInto('revisions').values({ name: half + i, value: i }).execute()
      })
      process.stdout.write(i + '\\n')
    }`)
  let confirmed = 0
  for (let round = 1; round <= 3; round++) {
    const child = spawn(process.execPath, [...writer, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    let last = -1
    for await (const line of createInterface({ input: child.stdout })) {
      last = Number(line)
      if (last === 30 * round) child.kill('SIGKILL')
    }
    await ended
    confirmed = Math.max(confirmed, last)
    const db = await open()
    const names = new Set((await db.selectFrom('revisions').select('name').execute()).map(row => row.name))
    for (let i = 0; i <= last; i++) expect([i, names.has(`a${i}`), names.has(`b${i}`)]).toEqual([i, true, true])
    expect([...names].filter(name => name.startsWith('a'))).toHaveLength(names.size / 2)
    expect((await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db)).rows).toEqual([
      { integrity_check: 'ok' },
    ])
    await db.deleteFrom('revisions').execute()
    await db.destroy()
  }
  expect(confirmed).toBeGreaterThanOrEqual(90)
}, 120_000) // each of its transactions waits for the disk, which others may keep busy

test('a damaged file is refused and named', async () => {
  writeFileSync(sqliteFileIn(dataDir), 'not a database '.repeat(1000))
  await expect(open()).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' })
  await expect(open()).rejects.toThrow(/platform.db is damaged: file is not a database/)
})

/** Fills the database until it fails; answers how many rows went in. */
async function fill(db: Database): Promise<{ rows: number; failure: unknown }> {
  for (let rows = 0; ; rows++) {
    try {
      await db.transaction().execute(async trx => {
        await trx
          .insertInto('revisions')
          .values({ name: `a${rows}${'x'.repeat(4000)}`, value: rows })
          .execute()
        await trx
          .insertInto('revisions')
          .values({ name: `b${rows}${'x'.repeat(4000)}`, value: rows })
          .execute()
      })
    } catch (failure) {
      return { rows, failure }
    }
  }
}

const full = { code: 'DATABASE_FULL', http: 507, message: 'no space is left for the database' }

async function expectPairs(db: Database, pairs: number): Promise<void> {
  const counted = db.selectFrom('revisions').select(e => e.fn.countAll<number>().as('count'))
  expect((await counted.executeTakeFirstOrThrow()).count).toBe(2 * pairs)
}

test('a database that may not grow says so, keeps what it has, and goes on when there is space', async () => {
  const db = await open()
  await sql`pragma max_page_count = 300`.execute(db)
  const { rows, failure } = await fill(db)
  expect(failure).toMatchObject(full)
  expect(rows).toBeGreaterThan(10)
  await expectPairs(db, rows)
  await sql`pragma max_page_count = 10000`.execute(db)
  await db.insertInto('revisions').values({ name: 'more', value: 1 }).execute()
  await db.destroy()
})

const mayMount = (() => {
  try {
    execFileSync('unshare', ['--map-root-user', '--mount', 'true'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
})()

test.skipIf(!mayMount)('a full disk: the same (skipped where a test may not mount a disk of its own)', async () => {
  const disk = join(dataDir, 'disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
  try {
    const db = await open(disk)
    const { rows, failure } = await fill(db)
    expect(failure).toMatchObject(full)
    expect(rows).toBeGreaterThan(10)
    await expectPairs(db, rows)
    await expect(db.backUp(join(disk, 'copy'))).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
    expect(() => statSync(join(disk, 'copy'))).toThrow('ENOENT')
    await db.destroy().catch(() => {})
    execFileSync('mount', ['-o', 'remount,size=8m', disk])
    const again = await open(disk)
    await expectPairs(again, rows)
    await again.insertInto('revisions').values({ name: 'more', value: 1 }).execute()
    await again.destroy()
  } finally {
    execFileSync('umount', [disk])
  }
})

test('the owner is named by the file beside it', async () => {
  const db = await open()
  expect(readFileSync(`${sqliteFileIn(dataDir)}.pid`, 'utf8')).toBe(`${process.pid}\n`)
  await db.destroy()
})
