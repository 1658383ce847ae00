import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { ConsoleUnderTest, type Look, PHONE, settled, WIDE } from '../../testing/console-under-test.ts'
import type { FakePlatform } from '../../testing/fake-platform.ts'
import { seriousFindings, tooWide } from '../../testing/findings.ts'
import { longestTasksMs } from '../../testing/main-thread.ts'

/** First load before the player, all files together. */
const MAX_FIRST_LOAD_BYTES = 300_000
/** A task that keeps the page from answering for longer is felt. */
const MAX_TASK_MS = 100

let subject: ConsoleUnderTest
let platform: FakePlatform
const open = (path: string, look?: Look) => subject.open(path, look)

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production')
  subject = await ConsoleUnderTest.start()
  vi.unstubAllEnvs()
  platform = subject.platform
})

beforeEach(() => {
  platform.scenario = 'full'
})

afterAll(() => subject?.close())

const LOOKS: readonly Look[] = [
  { size: WIDE, theme: 'light', language: 'en' },
  { size: PHONE, theme: 'dark', language: 'zh' },
]
const PAGES = [
  '/',
  '/live',
  '/streams',
  '/streams/s1',
  '/streams/s4',
  '/streams/s0?tab=numbers',
  '/streams/s0?tab=history',
  '/streams/s0?tab=trace',
  '/streams/none',
  '/viewers',
  '/viewers/v1',
  '/publishers/p1',
  '/connect',
  '/connect?with=camera',
  '/spaces',
  '/spaces/harbour',
  '/nodes',
  '/access',
  '/access?tab=keys',
  '/access?tab=sessions',
  '/audit',
  '/system',
  '/system?tab=log',
  '/system?tab=backup',
  '/nowhere',
]

test.each(LOOKS)('every page stands without complaint in $language, $theme', { timeout: 120_000 }, async look => {
  for (const path of PAGES) {
    const { page, complaints } = await open(path, look)
    await settled(page)
    expect([path, complaints]).toEqual([path, []])
    expect([path, await tooWide(page)]).toEqual([path, 0])
    const body = await page.locator('body').textContent()
    expect(body, `${path} shows the key of a text`).not.toMatch(
      /\b(section|state|streams|nodes|system|player|error|spaces|access|audit|wall|trace|viewer|viewers|stream)\.[a-z]/,
    )
    expect([path, await seriousFindings(page)]).toEqual([path, []])
    await page.close()
  }
})

test.each(LOOKS)('dialogs have no serious findings either in $theme', { timeout: 60_000 }, async look => {
  const dialogs = [
    ['/streams?create=true', null],
    ['/streams/s0', '.page-actions button.ant-btn-dangerous'],
    ['/access?tab=keys', '.toolbar .ant-btn-primary'],
    ['/spaces/harbour', '.space-keys .card-head .ant-btn-sm'],
    ['/live', '.tile-tools button'],
    ['/streams/s0', '.page-actions button:has-text("Edit"), .page-actions button:has-text("编辑")'],
  ] as const
  for (const [path, button] of dialogs) {
    const { page } = await open(path, look)
    await settled(page)
    const dialog = page.locator('.ant-modal')
    // A wall or list may draw the button anew while it is being pressed: then one presses again.
    if (button !== null)
      await expect
        .poll(
          async () => {
            if (!(await dialog.isVisible())) await page.locator(button).first().click({ timeout: 5000 })
            return dialog.waitFor({ timeout: 5000 }).then(
              () => true,
              () => false,
            )
          },
          { timeout: 30_000 },
        )
        .toBe(true)
    await dialog.waitFor()
    expect([path, await seriousFindings(page)]).toEqual([path, []])
    await page.close()
  }
})

test('a browser that is too old is told so, in both languages', async () => {
  const page = await subject.browser.newPage()
  await page.addInitScript('delete AbortSignal.any')
  await page.goto(`${subject.origin}/`)
  expect(await page.getByRole('alert').textContent()).toMatch(/too old[\s\S]*浏览器版本过旧/)
  expect(await page.locator('#root').textContent()).toBe('')
  await page.close()
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
})

test('login leads to where one wanted to go, and its first load is small', async () => {
  const sizes = new Map<string, Promise<number>>()
  const { page } = await open('/nowhere', { token: '' })
  await page.close()
  const second = await subject.browser.newPage()
  second.on('response', response => {
    if (!response.url().includes('/api/'))
      sizes.set(
        response.url(),
        response.body().then(body => gzipSync(body).length),
      )
  })
  await second.goto(`${subject.origin}/streams?state=on`)
  await second.getByLabel('Password').first().fill('secret')
  await second.locator('button[type=submit]').click()
  await second.waitForURL('**/streams?state=on')
  await second.locator('.table-row').nth(8).waitFor()
  expect(await second.locator('.table-row').count()).toBe(9)
  const bytes = (await Promise.all(sizes.values())).reduce((total, size) => total + size, 0)
  console.info(`first load: ${Math.round(bytes / 1000)} kB`)
  expect(bytes).toBeLessThanOrEqual(MAX_FIRST_LOAD_BYTES)
  await second.close()
})

test('the site has its name on every page, its contact at the foot, and is renamed by an administrator', async () => {
  for (const [path, token] of [
    ['/login', ''],
    ['/streams', 'token'],
  ] as const)
    for (const size of [WIDE, PHONE]) {
      const { page } = await open(path, { token, size })
      const foot = page.locator('.site-footer')
      await foot.waitFor()
      expect(await foot.textContent()).toBe('Harbour controlharbour.exampleService +49 40 1234-0')
      await expect.poll(() => page.title()).toMatch(/ · Harbour control$/)
      expect(await tooWide(page)).toBe(0)
      await page.close()
    }
  const { page } = await open('/system')
  await page.getByText('5a2e0aca82597').waitFor()
  expect(await page.locator('.rail-brand').textContent()).toBe('Harbour control')
  await page.getByRole('button', { name: 'Edit' }).click()
  const name = page.locator('.ant-modal').getByLabel('Name', { exact: false }).first()
  expect(await name.inputValue()).toBe('Harbour control')
  expect(await page.locator('.ant-modal input').count()).toBe(3) // the mark is not among them
  expect(await seriousFindings(page)).toEqual([])
  await page.close()
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

test('five thousand streams scroll, sort and search without a long task', async () => {
  platform.scenario = 'many'
  const { page } = await open('/nodes')
  await settled(page)
  const rows = (count: string) =>
    expect.poll(() => page.locator('.table').getAttribute('aria-rowcount'), { timeout: 20_000 }).toBe(count)
  const tasks = await longestTasksMs(page, async () => {
    await page.getByRole('link', { name: 'Streams' }).first().click()
    await rows('5000')
    expect(await page.locator('.table-row').count()).toBeLessThan(100)
    for (let i = 0; i < 20; i++) await page.mouse.wheel(0, 4000)
    await page.getByRole('button', { name: 'Viewers' }).click()
    await page.waitForURL(/sort=viewers/)
    await page.locator('.table-head input').check()
    await page.locator('.bulk-bar').waitFor()
    await page.locator('.toolbar input').first().fill('camera-42')
    await rows('111')
  })
  expect(tasks.length).toBeGreaterThan(100)
  expect(tasks[0]).toBeLessThanOrEqual(MAX_TASK_MS)
  await page.close()
})

test('a wall is filled, changed, kept, and walked by keyboard', async () => {
  const { page } = await open('/live')
  await page.locator('.tile-name').nth(3).waitFor()
  await page.locator('[data-at="0"]').focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-at'))).toBe('1')
  await page.keyboard.press('2')
  await page.keyboard.press('3')
  await expect.poll(() => page.locator('.tile-box').count()).toBe(9)
  await page.locator('[data-at="0"]').dblclick()
  await expect.poll(() => page.locator('.tile-box').count()).toBe(1)
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.tile-box').count()).toBe(9)
  await page.locator('[data-at="2"]').focus()
  await page.keyboard.press('Delete')
  await page.locator('[data-at="2"]').focus()
  await page.keyboard.press('p')
  await page.locator('.ant-modal input').fill('crane')
  await expect.poll(() => page.locator('.picker li').count()).toBe(1)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.tile-box').nth(2).locator('.tile-name strong').textContent()).toBe('crane')
  await page.getByRole('button', { name: /Layouts/ }).click()
  await page.getByRole('textbox', { name: 'Save this wall as' }).fill('night')
  await page.keyboard.press('Enter')
  await page.reload()
  await page.getByRole('button', { name: 'Layouts: night' }).waitFor()
  await page.close()
})

test('what happens is told by the feed', async () => {
  const { page } = await open('/')
  await page.locator('.events li').nth(3).waitFor()
  expect(await page.locator('.events').textContent()).toMatch(/edge-roof was lost[\s\S]*crane refused a publisher/)
  await page.close()
})
