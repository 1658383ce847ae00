import { type Browser, chromium } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Server } from '../../src/http/server.ts'
import { type PlatformUnderTest, platformUnderTest } from '../support/platform-under-test.ts'

let platform: PlatformUnderTest
let server: Server
let browser: Browser

beforeEach(async () => {
  platform = await platformUnderTest()
  server = await Server.create(platform.server)
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
})

afterEach(async () => {
  await browser.close()
  await server.close()
  await platform.close()
})

test('the documentation of the API shows every operation, asks nobody else, and can be searched', async () => {
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' })
  const origin = `http://127.0.0.1:${port}`
  const page = await browser.newPage()
  const faults: string[] = []
  page.on('console', message => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', error => faults.push(error.message))
  page.on('request', request => request.url().startsWith(origin) || faults.push(request.url()))
  await page.goto(`${origin}/api/docs`)
  await page.waitForSelector('#schema-Stream')
  const { paths } = (await (await fetch(`${origin}/api/v1/openapi.json`)).json()) as { paths: Record<string, object> }
  const operations = Object.values(paths).flatMap(methods => Object.values(methods) as { operationId: string }[])
  const shown = await page.locator('article[id]:not([id^="schema-"])').evaluateAll(all => all.map(({ id }) => id))
  expect(shown.sort()).toEqual(operations.map(({ operationId }) => operationId).sort())
  await page.fill('#search', 'or one viewer')
  expect(await page.locator('article:visible h3').allTextContents()).toEqual(['Put out the publisher, or one viewer'])
  await page.fill('#search', '')
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/api-docs.png` })
  expect(faults).toEqual([])
})
