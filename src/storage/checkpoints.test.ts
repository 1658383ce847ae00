import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../base/log.ts'
import { Checkpoints } from './checkpoints.ts'
import { openThreadedSqliteFile } from './sqlite-file.ts'

let folder: string
let file: string
let db: DatabaseSync

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-checkpoints-'))
  file = join(folder, 'a.sqlite')
  db = openThreadedSqliteFile(file)
  db.exec('CREATE TABLE words (word TEXT)')
})

afterEach(() => {
  if (db.isOpen) db.close()
  rmSync(folder, { recursive: true })
})

/** Words in a copy of the file, without its log. */
function wordsInFile(): number {
  const copy = join(folder, 'copy.sqlite')
  copyFileSync(file, copy)
  const found = new DatabaseSync(copy)
  try {
    return Number(found.prepare('SELECT count(*) AS count FROM words').get()?.['count'])
  } catch {
    return 0 // not even the table
  } finally {
    found.close()
  }
}

const pages = () => Object.values(db.prepare('PRAGMA wal_autocheckpoint').get() ?? {})[0]

test.skipIf(process.platform === 'win32')('what is written gets into the file without its writer', async () => {
  const checkpoints = new Checkpoints({ dbs: [db], everyMs: 5, log: silentLog })
  expect(pages()).toBe(16_000)
  db.exec(`INSERT INTO words VALUES ('${'x'.repeat(100_000)}')`)
  await expect.poll(wordsInFile).toBe(1)
  await checkpoints.close()
  db.exec("INSERT INTO words VALUES ('y')")
  db.close()
  db = openThreadedSqliteFile(file)
  expect(db.prepare('SELECT count(*) AS count FROM words').get()).toEqual({ count: 2 })
})

test.skipIf(process.platform === 'win32')('a thread that fails leaves it to the writer', async () => {
  const bad = { location: () => join(folder, 'none', 'b.sqlite'), isOpen: false } as unknown as DatabaseSync // is not there
  const checkpoints = new Checkpoints({ dbs: [db, bad], everyMs: 5, log: silentLog })
  await expect.poll(pages).toBe(1000)
  await checkpoints.close()
})

test('other processes are kept out', () => {
  const script = `
    const { openThreadedSqliteFile } = await import(${JSON.stringify(new URL('./sqlite-file.ts', import.meta.url).href)})
    try { openThreadedSqliteFile(process.argv[1]); console.log('opened') } catch (error) { console.log(error.code) }`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, file]
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout.trim()).toBe('DATABASE_LOCKED')
})
