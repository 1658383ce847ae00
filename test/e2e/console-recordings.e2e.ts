import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser } from './browser.ts'
import { until } from './node-under-test.ts'
import { PASSWORD, ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, type Program, publish, TONE } from './programs.ts'

let browser: Browser
let product: ProductUnderTest
const encoders: Program[] = []

beforeAll(async () => {
  execFileSync(join(import.meta.dirname, '../../sightline'), ['console']) // builds the console when it is not current
  ;[browser, product] = await Promise.all([startBrowser(), ProductUnderTest.start()])
}, 120_000)

afterAll(async () => {
  for (const encoder of encoders) await encoder[Symbol.asyncDispose]()
  await browser?.close()
  await product?.[Symbol.asyncDispose]()
})

async function signIn(): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.stack ?? error.message))
  await page.goto(product.console)
  await page.getByLabel('User name').fill('admin')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Streams' }).first().waitFor()
  return { page, complaints }
}

async function onAir(name: string): Promise<string> {
  const stream = await product.api('POST', '/streams', { space: 'default', name })
  encoders.push(publish((stream['publish'] as { rtmp: string }).rtmp, ...PICTURE, ...TONE, ...H264, ...AAC))
  await until(`${name} is on`, async () => (await product.api('GET', `/streams/${stream['id']}`))['state'] === 'on')
  return String(stream['id'])
}

/** Milliseconds since 1970; NaN: nothing is known to be recorded. */
async function recordedFrom(id: string): Promise<number> {
  const { spans } = (await product.api('GET', `/streams/${id}/timeline`)) as { spans: { start: string }[] }
  return Date.parse(spans[0]?.start ?? '')
}

/** Nodes tell how far an open file is every half minute; the timeline goes on to now meanwhile. */
const recordedFor = (id: string, seconds: number) =>
  until(`${seconds} s are recorded`, async () => Date.now() - (await recordedFrom(id)) >= seconds * 1000)

/** State of each picture, in their order. */
const tiles = (page: Page) =>
  page.locator('.replay-tile').evaluateAll(all => all.map(tile => tile.getAttribute('data-state')))

/** Seconds of the day that the clock of the page shows. */
async function clock(page: Page): Promise<number> {
  const text = (await page.locator('.transport-time strong').textContent()) ?? ''
  const [, h = 0, m = 0, s = 0] = /(\d\d):(\d\d):(\d\d)/.exec(text) ?? []
  return Number(h) * 3600 + Number(m) * 60 + Number(s)
}

test('recorded by a button, found on the timeline, played alone and together, marked and kept as a file', async () => {
  const first = await onAir('door')
  const { page, complaints } = await signIn()
  await page.goto(`${product.console}/streams/${first}`)
  await page.getByRole('button', { name: 'Record', exact: true }).click()
  await page.getByRole('button', { name: 'Stop recording' }).waitFor()
  await recordedFor(first, 8)
  // The second one begins later: until then it has nothing to show.
  const second = await onAir('yard')
  await product.api('POST', `/streams/${second}/recording`, { action: 'start' })
  await recordedFor(second, 15)

  const fromMs = await recordedFrom(first)
  const later = await recordedFrom(second)
  const at = new Date(later - 4000).toISOString()
  await page.goto(`${product.console}/replay?streams=${first},${second}&at=${at}`)
  await until('the first is there, the second has a gap', async () => (await tiles(page)).join() === 'playing,gap')
  await until('both play', async () => (await tiles(page)).join() === 'playing,playing')
  const before = await clock(page)
  await until('time goes by', async () => (await clock(page)) > before)
  await page.keyboard.press('k')

  await page.goto(`${product.console}/replay?streams=${first}&at=${new Date(fromMs + 3000).toISOString()}`)
  await until('it is there', async () => (await tiles(page)).join() === 'playing')
  await page.keyboard.press('k')
  const paused = await clock(page)
  await page.locator('.transport select').selectOption('8')
  await page.getByText('keyframes only').waitFor()
  await page.getByRole('button', { name: /^Play/ }).click()
  // So little was recorded that it may have come to now meanwhile.
  const live = page.locator('.live-button.on')
  await until('it runs ahead', async () => (await clock(page)) >= paused + 5 || (await live.count()) > 0)
  await page.keyboard.press('k')

  await page.keyboard.press('Home')
  await page.keyboard.press('i')
  const file = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download MP4' }).click()
  const clip = readFileSync(await (await file).path())
  expect(clip.subarray(4, 8).toString()).toBe('ftyp')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const link = page.getByRole('dialog').getByRole('link', { name: 'Download' })
  await link.waitFor({ timeout: 30_000 })
  const exported = await fetch((await link.getAttribute('href')) ?? '')
  expect([exported.status, exported.headers.get('content-type')]).toEqual([200, 'video/mp4'])
  expect(complaints).toEqual([])
  await page.close()
}, 150_000)

test('one goes back in a live stream and catches up', async () => {
  const { page, complaints } = await signIn()
  const { items } = (await product.api('GET', '/streams?q=door')) as { items: { id: string }[] }
  await page.goto(`${product.console}/replay?streams=${items[0]?.id}`)
  await page.locator('.player[data-phase=playing]').waitFor()
  await page.getByRole('button', { name: 'LIVE' }).click()
  await until('it plays the past', async () => (await tiles(page)).join() === 'playing')
  await page.locator('.transport select').selectOption('2')
  await page.locator('.player[data-phase=playing]').waitFor({ timeout: 60_000 })
  expect(complaints).toEqual([])
  await page.close()
}, 120_000)

test('a snapshot is taken, found in the gallery and deleted', async () => {
  const { page, complaints } = await signIn()
  const { items } = (await product.api('GET', '/streams?q=door')) as { items: { id: string }[] }
  await page.goto(`${product.console}/streams/${items[0]?.id}`)
  await page.getByRole('button', { name: 'Snapshot' }).click()
  const picture = page.getByRole('dialog').locator('img')
  await picture.waitFor()
  const width = () => picture.evaluate(image => (image as unknown as { naturalWidth: number }).naturalWidth)
  await until('the picture is there', async () => (await width()) === 320)
  await page.getByRole('link', { name: 'All snapshots' }).click()
  const shown = page.locator('.gallery-item')
  const many = await until('the gallery', async () => (await shown.count()) || undefined)
  await shown.first().locator('.plain-button').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').last().getByRole('button', { name: 'Delete' }).click()
  await until('one less', async () => (await shown.count()) === many - 1)
  expect(complaints).toEqual([])
  await page.close()
}, 60_000)

test('a recording is held, filed and released; what is held is not deleted', async () => {
  const { page, complaints } = await signIn()
  await page.goto(`${product.console}/recordings`)
  await page.locator('.table-row a').first().click()
  await page.getByRole('button', { name: 'Hold' }).click()
  await page.getByRole('button', { name: 'Release' }).waitFor()
  expect(await page.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
  await page.getByRole('textbox', { name: 'Teacher' }).fill('Marie Curie')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('It was written down').waitFor()
  await page.goto(`${product.console}/recordings?teacher=Marie%20Curie`)
  await page.locator('.table-row', { hasText: 'Marie Curie' }).waitFor()
  expect(await page.locator('.table-row').count()).toBe(1)
  expect(complaints).toEqual([])
  await page.close()
}, 60_000)
