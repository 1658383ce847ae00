import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { inject } from 'vitest'
import { type Database, type DatabaseOptions, openDatabase } from '../src/storage/database.ts'

/** An empty database with the newest schema. */
export interface TestDatabase {
  readonly db: Database
  readonly options: DatabaseOptions
  /** As a restart of the platform does it. */
  reopen(): Promise<Database>
  /** Closes and removes it. */
  remove(): Promise<void>
}

/** For `describe.each(databases)('$name', ({ create }) => ...)`: the same test on every kind of database. */
export const databases: readonly { name: string; create: () => Promise<TestDatabase> }[] = [
  { name: 'SQLite', create: () => createTestDatabase(async () => 'sqlite') },
  { name: 'PostgreSQL', create: () => createTestDatabase(migratedPostgresDatabase) },
]

/** The kind this run is for: everything above the database is tested once on each, see `vitest.config.ts`. */
export const chosenDatabase = databases.find(({ name }) => name === process.env['TEST_DATABASE']) ?? databases[0]!

async function createTestDatabase(newUrl: () => Promise<string>): Promise<TestDatabase> {
  const options = { url: await newUrl(), dataDir: mkdtempSync(join(tmpdir(), 'sightline-db-')) }
  let db = await openDatabase(options)
  return {
    get db() {
      return db
    },
    options,
    async reopen() {
      await db.destroy()
      db = await openDatabase(options)
      return db
    },
    async remove() {
      await db.destroy()
      if (options.url !== 'sqlite') await dropPostgresDatabase(options.url)
      rmSync(options.dataDir, { recursive: true })
    },
  }
}

/** Answers the URL of an empty database on the shared server. */
export async function newPostgresDatabase(template = 'template1'): Promise<string> {
  const server = await sharedPostgres()
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name} template ${template}`)
  return server.replace('@/postgres?', `@/${name}?`)
}

let template: Promise<string> | null = null

/** A copy of one that was migrated once: migrating takes longer than most tests. */
async function migratedPostgresDatabase(): Promise<string> {
  template ??= newPostgresDatabase().then(async url => {
    await (await openDatabase({ url, dataDir: '/nowhere' })).destroy()
    return nameIn(url)
  })
  return newPostgresDatabase(await template)
}

const nameIn = (url: string) => /@\/(\w+)\?/.exec(url)?.[1] ?? ''

/** The server may not have seen yet that its connections have ended. */
export async function dropPostgresDatabase(url: string): Promise<void> {
  await administer(await sharedPostgres(), `drop database ${nameIn(url)} with (force)`)
}

async function sharedPostgres(): Promise<string> {
  const answer: { url: string } | { error: string } = JSON.parse(await text(connect(inject('postgresSocket'))))
  if ('error' in answer) throw new Error(answer.error)
  return answer.url
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
