import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dropPostgresDatabase, newPostgresDatabase } from '../../test/databases.ts'
import { platformEnvironment, startPlatformProcess } from '../../test/support/platform-process.ts'
import { type Database, openDatabase } from '../storage/database.ts'
import { MIGRATIONS, migrate } from '../storage/migrate.ts'

/** Rows written before a backup is asked for. */
const ROWS = 2000

const kinds = [
  { name: 'SQLite', newUrl: async () => 'sqlite', drop: async () => {} },
  { name: 'PostgreSQL', newUrl: newPostgresDatabase, drop: dropPostgresDatabase },
]

describe.each(kinds)('$name', ({ name, newUrl, drop }) => {
  let directory: string
  let url: string
  let file: string
  const stop: (() => Promise<void>)[] = []

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sightline-backup-'))
    url = await newUrl()
    file = join(directory, 'copy')
  })

  afterEach(async () => {
    for (const end of stop.splice(0)) await end()
    await drop(url)
    rmSync(directory, { recursive: true })
  })

  const environment = () => platformEnvironment(url, join(directory, 'data'))
  const program = join(import.meta.dirname, 'sightline.ts')
  const sightline = async (...args: string[]) => {
    const options = { env: await environment(), cwd: directory }
    const run = promisify(execFile)(process.execPath, [program, ...args], options)
    return run.then(
      ({ stdout }) => stdout,
      (error: { stderr: string }) => Promise.reject(new Error(error.stderr)),
    )
  }
  const open = () => openDatabase({ url, dataDir: join(directory, 'data') })

  async function startPlatform(): Promise<() => Promise<void>> {
    const platform = await startPlatformProcess(await environment())
    stop.push(platform.stop)
    return platform.stop
  }

  async function fill(db: Database, rows = ROWS): Promise<void> {
    const values = Array.from({ length: rows }, (_, value) => ({ name: `row ${value} ${'x'.repeat(200)}`, value }))
    for (let at = 0; at < rows; at += 1000) {
      await db
        .insertInto('revisions')
        .values(values.slice(at, at + 1000))
        .execute()
    }
  }

  async function contents(): Promise<unknown> {
    const db = await open()
    try {
      const revisions = await db.selectFrom('revisions').selectAll().orderBy('name').execute()
      return { revisions, spaces: await db.selectFrom('spaces').selectAll().execute() }
    } finally {
      await db.destroy()
    }
  }

  const left = () => readdirSync(directory).filter(entry => entry !== 'data')

  test('of a running platform, restored: the rows are equal, and what was there before is kept', async () => {
    const before = await open()
    await fill(before)
    await before.destroy()
    const end = await startPlatform()
    expect(await sightline('backup', file)).toMatch(`backup of ${name} written and checked: ${file}`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await expect(sightline('restore', file)).rejects.toThrow('is used by another process')
    await end()
    const saved = await contents()
    const db = await open()
    await db.deleteFrom('revisions').execute()
    await db.destroy()

    const said = await sightline('restore', file)
    expect(await contents()).toEqual(saved)
    const aside = /before is in (\S+)/.exec(said)?.[1] ?? ''
    await sightline('restore', aside)
    expect(await contents()).toMatchObject({ revisions: [] })
    expect(left()).toEqual(['copy'])
  })

  test('into an empty place, from a platform that is stopped', async () => {
    const db = await open()
    await fill(db, 10)
    await db.destroy()
    const saved = await contents()
    await sightline('backup', file)
    await drop(url)
    rmSync(join(directory, 'data'), { recursive: true, force: true })
    url = await newUrl()
    expect(await sightline('restore', file)).toMatch('there was nothing before')
    expect(await contents()).toEqual(saved)
  })

  test('during writes: whole transactions, all of those confirmed before, and the writing goes on', async () => {
    const db = await open()
    stop.push(() => db.destroy())
    await fill(db, 20_000)
    let written = 0
    let going = true
    const writing = (async () => {
      for (; going; written++) {
        await db.transaction().execute(async trx => {
          await trx
            .insertInto('revisions')
            .values({ name: `a${written}`, value: 1 })
            .execute()
          await trx
            .insertInto('revisions')
            .values({ name: `b${written}`, value: 1 })
            .execute()
        })
        await new Promise(resolve => setImmediate(resolve))
      }
    })()
    while (written < 10) await new Promise(resolve => setImmediate(resolve))
    const confirmed = written
    await db.backUp(file)
    const afterBackup = written
    while (written < afterBackup + 10) await new Promise(resolve => setImmediate(resolve))
    going = false
    await writing
    await db.destroy()
    stop.pop()
    await sightline('restore', file)
    const { revisions } = (await contents()) as { revisions: { name: string }[] }
    const names = new Set(revisions.map(row => row.name))
    const pairs = [...names].filter(key => key.startsWith('a')).length
    expect([...names].filter(key => key.startsWith('b'))).toHaveLength(pairs)
    expect(pairs).toBeGreaterThanOrEqual(confirmed)
    expect(revisions).toHaveLength(20_000 + 2 * pairs)
  })

  test('a torn, foreign, newer or absent backup is refused, and nothing changes', async () => {
    const db = await open()
    await fill(db)
    await db.backUp(file)
    await migrate(db, { ...MIGRATIONS, '9999-newer': { up: async () => {} } })
    await db.backUp(join(directory, 'newer'))
    await db
      .deleteFrom('kysely_migration' as never)
      .where('name' as never, '=', '9999-newer' as never)
      .execute()
    await db.destroy()
    const saved = await contents()
    const whole = statSync(file).size
    for (const size of [whole - 1, Math.floor(whole / 2 / 4096) * 4096, 4096, 100]) {
      const torn = join(directory, `torn-${size}`)
      writeFileSync(torn, readFileSync(file))
      truncateSync(torn, size)
      await expect(sightline('restore', torn)).rejects.toThrow(/damaged/)
    }
    writeFileSync(join(directory, 'foreign'), 'not a database at all '.repeat(1000))
    await expect(sightline('restore', join(directory, 'foreign'))).rejects.toThrow(/damaged/)
    await expect(sightline('restore', join(directory, 'newer'))).rejects.toThrow(/a newer version wrote it/)
    await expect(sightline('restore', join(directory, 'absent'))).rejects.toThrow(/there is no such file/)
    expect(await contents()).toEqual(saved)
  })

  test('never writes over a file, and leaves none behind when it fails', async () => {
    const db = await open()
    await db.destroy()
    writeFileSync(file, 'mine')
    await expect(sightline('backup', file)).rejects.toThrow('the file exists')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await expect(sightline('backup', join(directory, 'no', 'such', 'folder'))).rejects.toThrow(/ENOENT/)
    await expect(sightline('backup')).rejects.toThrow('name the file of the backup')
    expect(left()).toEqual(['copy'])
    expect(existsSync(join(directory, 'no'))).toBe(false)
  })
})
