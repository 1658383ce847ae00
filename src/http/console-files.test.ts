import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PlatformUnderTest, platformUnderTest } from '../../test/support/platform-under-test.ts'
import type { App } from './app.ts'
import { createApp } from './server.ts'

let consoleDirectory: string
let platform: PlatformUnderTest
let app: App

beforeEach(async () => {
  consoleDirectory = mkdtempSync(join(tmpdir(), 'sightline-console-'))
  mkdirSync(join(consoleDirectory, 'assets'))
  writeFileSync(join(consoleDirectory, 'index.html'), '<title>console</title>')
  writeFileSync(join(consoleDirectory, 'assets', 'app-1a2b.js'), 'script()')
  platform = await platformUnderTest({ consoleDirectory })
  app = await createApp(platform.server)
})

afterEach(async () => {
  await app.close()
  await platform.close()
  rmSync(consoleDirectory, { recursive: true })
})

test.each([['/'], ['/streams'], ['/streams/st_1'], ['/login?next=%2F'], ['/index.html']])(
  '%s is the start page',
  async url => {
    const response = await app.inject(url)
    expect([response.statusCode, response.body]).toEqual([200, '<title>console</title>'])
    expect(response.headers['cache-control']).toBe('no-cache')
    expect(response.headers['content-type']).toContain('text/html')
  },
)

test('files with a hash in their name are kept for ever', async () => {
  const response = await app.inject('/assets/app-1a2b.js')
  expect([response.statusCode, response.body]).toEqual([200, 'script()'])
  expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable')
})

test.each([['/assets/gone-1a2b.js'], ['/api/nonsense'], ['/assets/../../x.db'], ['/assets/%2e%2e/%2e%2e/x.db']])(
  '%s is not the start page',
  async url => {
    const response = await app.inject(url)
    expect([response.statusCode, response.json().error.code]).toEqual([404, 'NOT_FOUND'])
  },
)

test('only reading', async () => {
  expect((await app.inject({ method: 'POST', url: '/streams' })).statusCode).toBe(404)
})
