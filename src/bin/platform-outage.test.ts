import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PostgresServer } from '../../test/postgres-server.ts'
import { type PlatformProcess, platformEnvironment, startPlatformProcess } from '../../test/support/platform-process.ts'

let server: PostgresServer
let data: string
let platform: PlatformProcess | null = null

beforeEach(async () => {
  server = await PostgresServer.create()
  data = mkdtempSync(join(tmpdir(), 'sightline-outage-'))
})

afterEach(async () => {
  await platform?.stop()
  platform = null
  await server.remove()
  rmSync(data, { recursive: true })
})

const start = async () => startPlatformProcess(await platformEnvironment(server.url(), data))

test('a platform whose PostgreSQL dies stays up, says so, and goes on when it is back', async () => {
  platform = await start()
  const { url, log } = platform
  const me = () => fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${'x'.repeat(43)}` } })
  expect((await me()).status).toBe(401)

  await server.stop('SIGQUIT')
  for (let i = 0; i < 5; i++) {
    const away = await me()
    expect(away.status).toBe(503)
    const { error } = (await away.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('DATABASE_UNAVAILABLE')
    expect(error.message).toContain('the database is not available')
  }
  expect((await fetch(`${url}/api/v1/health`)).status).toBe(200)

  await server.start()
  expect((await me()).status).toBe(401)
  expect(platform.running).toBe(true)
  const said = log.map(entry => entry['message']).filter(message => String(message).startsWith('database'))
  expect(said).toEqual(['database failed', 'database is back'])
})

test('a platform does not start without its PostgreSQL, and says where it looked', async () => {
  await server.stop()
  await expect(start()).rejects.toThrow(/DATABASE_UNAVAILABLE: PostgreSQL .*postgres is not available.*cannot start/)
})
