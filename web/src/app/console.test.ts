import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FakePlatform } from '../../testing/fake-platform.ts'

/** The built console in Chromium, before a platform of invented data that sends the real security policy. */

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required'
/** First load before the player, all files together. */
const MAX_FIRST_LOAD_BYTES = 300_000

const WIDE = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

let folder: string
let platform: FakePlatform
let origin: string
let browser: BrowserContext

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-test-'))
  const dist = join(folder, 'dist')
  vi.stubEnv('NODE_ENV', 'production') // or React's development build is bundled
  await build({ root: join(import.meta.dirname, '../..'), logLevel: 'error', build: { outDir: dist } })
  vi.unstubAllEnvs()
  platform = new FakePlatform(dist)
  origin = await platform.open()
  const profile = join(folder, 'profile')
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: FLAGS.split(' '),
  })
})

afterAll(async () => {
  await browser?.close()
  platform?.close()
  await rm(folder, { recursive: true, force: true })
})

interface Look {
  readonly size?: { width: number; height: number }
  readonly theme?: 'light' | 'dark'
  readonly language?: 'en' | 'zh'
  readonly token?: string
}

/** A page with what it complained about; failed requests are the scenario's business, not complaints. */
async function open(path: string, { size = WIDE, theme = 'light', language = 'en', token = 'token' }: Look = {}) {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    const text = message.text()
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection|Controller\]/.test(text))
      complaints.push(text)
  })
  await page.setViewportSize(size)
  await page.addInitScript(
    values => {
      if (sessionStorage.getItem('chosen') !== null) return
      sessionStorage.setItem('chosen', '')
      for (const [key, value] of Object.entries(values)) localStorage.setItem(`sightline.${key}`, value)
    },
    { theme, language, token },
  )
  await page.goto(origin + path)
  await page.locator('h1').first().waitFor()
  return { page, complaints }
}

const tooWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

const LOOKS: readonly Look[] = [
  { size: WIDE, theme: 'light', language: 'en' },
  { size: PHONE, theme: 'dark', language: 'zh' },
]
const PAGES = ['/', '/streams', '/streams/s1', '/streams/s4', '/streams/none', '/nodes', '/system', '/nowhere']

test.each(LOOKS)('every page stands without complaint in $language, $theme', async look => {
  for (const path of PAGES) {
    const { page, complaints } = await open(path, look)
    await page.locator('[aria-busy=true]').waitFor({ state: 'detached' })
    expect([path, complaints]).toEqual([path, []])
    expect([path, await tooWide(page)]).toEqual([path, 0])
    const body = await page.locator('body').textContent()
    expect(body, `${path} shows the key of a text`).not.toMatch(
      /\b(section|state|streams|nodes|system|player|error)\.[a-z]/i,
    )
    const unnamed = 'button:not([aria-label], [title], [tabindex="-1"])'
    expect(
      await page.locator(unnamed).evaluateAll(all => all.filter(each => each.textContent?.trim() === '').length),
      path,
    ).toBe(0)
    await page.close()
  }
})

test('pages explain an empty server and a broken one', async () => {
  platform.scenario = 'empty'
  const empty = await open('/streams')
  await empty.page.getByText('Your first stream').waitFor()
  await empty.page.close()
  platform.scenario = 'broken'
  const broken = await open('/nodes')
  const alert = broken.page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.textContent()).toMatch(
    /nodes could not be loaded[\s\S]*not connected[\s\S]*starting, stopped[\s\S]*trace/,
  )
  await broken.page.close()
  platform.scenario = 'full'
})

test('login leads to where one wanted to go, and its first load is small', async () => {
  const sizes = new Map<string, Promise<number>>()
  const { page } = await open('/nowhere', { token: '' })
  await page.close()
  const second = await browser.newPage()
  second.on('response', response => {
    if (!response.url().includes('/api/'))
      sizes.set(
        response.url(),
        response.body().then(body => gzipSync(body).length),
      )
  })
  await second.goto(`${origin}/streams?state=on`)
  await second.getByLabel('Password').first().fill('secret')
  await second.locator('button[type=submit]').click()
  await second.waitForURL('**/streams?state=on')
  await second.locator('.table-row').nth(8).waitFor()
  expect(await second.locator('.table-row').count()).toBe(9)
  const bytes = (await Promise.all(sizes.values())).reduce((total, size) => total + size, 0)
  expect(bytes).toBeLessThanOrEqual(MAX_FIRST_LOAD_BYTES)
  await second.close()
})

test('a stream is created, its settings are shown, and it turns green when the publisher comes', async () => {
  const { page } = await open('/streams?create=true')
  await page.locator('.ant-modal input').fill('not good')
  await page.getByText('Only letters, digits').waitFor()
  await page.locator('.ant-modal input').fill('camera-1')
  await page.locator('.ant-modal button[type=submit]').click()
  await page.getByText('Waiting for the publisher').waitFor()
  await page.locator('.ant-segmented-item', { hasText: 'FFmpeg' }).click()
  expect(await page.locator('.copy-field-value').first().textContent()).toContain(
    'rtmp://127.0.0.1:1935/live/camera-1?key=',
  )
  platform.arrived = true
  await page.getByText('Publisher arrived').waitFor()
  await page.close()
})

test('search and sort are in the URL', async () => {
  const { page } = await open('/streams')
  await page.getByRole('button', { name: 'Viewers' }).click()
  await page.locator('.toolbar input').first().fill('parking')
  await page.waitForURL(/q=parking/)
  expect(page.url()).toMatch(/sort=viewers.*order=desc/)
  await expect.poll(() => page.locator('.stream-name strong').allInnerTexts()).toEqual(['parking-2', 'parking-1'])
  await page.close()
})

test('the picture moves: WS-FLV refused, HTTP-FLV instead, and the page says why', async () => {
  const { page } = await open('/streams/s2')
  await page.locator('.player[data-phase=playing]').waitFor()
  const time = () => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime)
  const before = await time()
  await expect.poll(time, { timeout: 10_000 }).toBeGreaterThan(before + 0.5)
  const facts = await page.locator('.stream-side').textContent()
  expect(facts).toContain('HTTP-FLV')
  expect(facts).toContain('because WS-FLV failed')
  expect(facts).toContain('The sound is G.711 A, which browsers cannot decode')
  await page.close()
})

test('the palette finds a stream by keyboard alone', async () => {
  const { page } = await open('/nodes')
  await page.getByText('edge-harbour').waitFor() // the frame listens to the keyboard by then
  await page.keyboard.press('/')
  await page.getByRole('combobox', { name: 'Search pages' }).waitFor()
  await page.keyboard.type('crane')
  await page.getByRole('option', { name: /crane/ }).waitFor()
  await expect.poll(() => page.locator('.search-hit').count()).toBe(1)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toMatch(/streams\/s7$/)
  await page.close()
})
