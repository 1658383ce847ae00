import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrowser } from './browser.ts'
import { until } from './node-under-test.ts'
import { PASSWORD, ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, publish, TONE } from './programs.ts'

let browser: Browser
let product: ProductUnderTest

beforeAll(async () => {
  execFileSync(join(import.meta.dirname, '../../sightline'), ['console']) // builds the console when it is not current
  ;[browser, product] = await Promise.all([startBrowser(), ProductUnderTest.start()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await product?.[Symbol.asyncDispose]()
})

/** Signs in by the login page; fails on anything the page complains about. */
async function signIn(): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ locale: 'en-US' })
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(product.console)
  await page.getByLabel('User name').fill('admin')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Streams' }).first().waitFor()
  return { page, complaints }
}

/** What is asked of a video element: the tests are compiled without the types of a browser. */
interface Player {
  readonly videoWidth: number
  readonly error: unknown
  getVideoPlaybackQuality(): { readonly totalVideoFrames: number }
}

/** Frames that the browser's decoder has put out. */
function decodedFrames(page: Page): Promise<number> {
  return page
    .locator('video')
    .evaluateAll(([video]) => (video as unknown as Player | undefined)?.getVideoPlaybackQuality().totalVideoFrames ?? 0)
}

describe('a new user', () => {
  test('creates a stream, pastes server and key into an encoder, and sees it move: WS-FLV', async () => {
    const { page, complaints } = await signIn()
    await page.getByRole('link', { name: 'Streams' }).first().click()
    await page.getByRole('button', { name: 'Create stream' }).first().click()
    await page.getByRole('dialog').getByRole('textbox').first().fill('door')
    await page.getByRole('dialog').getByRole('button', { name: 'Create stream' }).click()
    await page.getByRole('dialog').getByText('Show', { exact: true }).click()
    await page.getByRole('dialog').getByText(/^door\?key=/).waitFor()
    const text = (await page.getByRole('dialog').allInnerTexts()).join('\n')
    const [server, key] = [/rtmp:\/\/\S+/.exec(text)?.[0], /door\?key=\S+/.exec(text)?.[0]]
    await using _ = publish(`${server}/${key}`, ...PICTURE, ...TONE, ...H264, ...AAC)
    await page.getByRole('button', { name: 'Watch' }).click()
    await until('decoded frames', async () => (await decodedFrames(page)) > 50)
    expect(await page.getByText('WS-FLV', { exact: true }).count()).toBeGreaterThan(0)
    const size = await page.locator('video').evaluate(video => (video as unknown as Player).videoWidth)
    expect(size).toBe(320)
    expect(complaints).toEqual([])
    await page.close()
  })
})

describe('where a protocol is blocked the next one is taken, and the page says which', () => {
  test.each([
    ['HTTP-FLV', ['ws']],
    ['HLS', ['ws', 'flv']],
  ])('%s', async (name, blocked) => {
    const stream = await product.api('POST', '/streams', { space: 'default', name: `cam-${name.toLowerCase()}` })
    await using _ = publish((stream['publish'] as { rtmp: string }).rtmp, ...PICTURE, ...TONE, ...H264, ...AAC)
    const { page, complaints } = await signIn()
    if (blocked.includes('ws')) await page.routeWebSocket(/\.flv/, socket => socket.close())
    if (blocked.includes('flv')) await page.route(/\.flv\?/, route => route.abort())
    await page.goto(`${product.console}/streams/${stream['id']}`)
    await until('decoded frames', async () => (await decodedFrames(page)) > 50)
    expect(await page.locator('video').evaluate(video => (video as unknown as Player).error)).toBeNull()
    expect(await page.getByText(name, { exact: true }).count()).toBeGreaterThan(1) // the address, and the one in use
    expect(complaints).toEqual([])
    await page.close()
  })
})
