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
  page.on('pageerror', error => complaints.push(error.stack ?? error.message))
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
    await page
      .getByRole('dialog')
      .getByText(/^door\?key=/)
      .waitFor()
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
    const tells = name === 'HLS' // with its playlists; plain HTTP has no way back
    const delayKnown = async () => {
      const { items } = await product.api('GET', `/streams/${stream['id']}/viewers`)
      return (items as { delayMs?: number }[]).some(({ delayMs = 0 }) => delayMs > 0)
    }
    if (tells) await until('the delay as the player measures it', delayKnown)
    expect(complaints).toEqual([])
    await page.close()
  })
})

/** Frames that each picture of the page has put out, in their order. */
function framesOfAll(page: Page): Promise<number[]> {
  return page
    .locator('video')
    .evaluateAll(videos => videos.map(video => (video as unknown as Player).getVideoPlaybackQuality().totalVideoFrames))
}

async function onAir(name: string) {
  const stream = await product.api('POST', '/streams', { space: 'default', name })
  const encoder = publish((stream['publish'] as { rtmp: string }).rtmp, ...PICTURE, ...TONE, ...H264, ...AAC)
  const live = async () => (await product.api('GET', `/streams/${stream['id']}`))['live'] as { viewers: number } | null
  await until(`${name} is on`, live)
  return { id: String(stream['id']), encoder, live }
}

describe('an operator', () => {
  test('kicks a publisher: the page says so within seconds, the audit log and the history keep it', async () => {
    const { id, encoder } = await onAir('kicked')
    await using _ = encoder
    const { page, complaints } = await signIn()
    await page.goto(`${product.console}/streams/${id}?tab=history`)
    await until('decoded frames', async () => (await decodedFrames(page)) > 10)
    await page.getByRole('button', { name: 'Kick publisher' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Kick publisher' }).click()
    await page.getByText('kicked was kicked').waitFor()
    await encoder.exit // ffmpeg does not come back by itself
    await page.getByText('Nobody is publishing').first().waitFor({ timeout: 20_000 })
    await until('the reason in the history', async () =>
      /kick/i.test((await page.locator('.table').textContent()) ?? ''),
    )
    await page.goto(`${product.console}/audit?noun=stream`)
    await page.getByText('stream.kick', { exact: true }).first().waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  test('watches a wall: all pictures move, one alone after a double click, and the others are not received then', async () => {
    const streams = await Promise.all([onAir('wall-1'), onAir('wall-2'), onAir('wall-3')])
    const { page, complaints } = await signIn()
    await page.goto(`${product.console}/live`)
    await until('three pictures move', async () => (await framesOfAll(page)).filter(frames => frames > 25).length >= 3)
    await page.locator('.tile-hit').nth(1).dblclick()
    await until('one picture', async () => (await framesOfAll(page)).length === 1)
    await until('it moves', async () => ((await framesOfAll(page))[0] ?? 0) > 25)
    const watched = async () => {
      const lives = await Promise.all(streams.map(({ live }) => live()))
      return lives.reduce((total, live) => total + (live?.viewers ?? 0), 0)
    }
    await until('the others are left', async () => (await watched()) <= 1)
    await page.keyboard.press('Escape')
    await until('all are watched again', async () => (await watched()) === 3)
    expect(complaints).toEqual([])
    await page.close()
    for (const { encoder } of streams) await encoder[Symbol.asyncDispose]()
  })

  test('changes language and theme; both stay', async () => {
    const { page } = await signIn()
    await page.getByRole('button', { name: '中文' }).click()
    await page.getByRole('heading', { name: '总览' }).waitFor()
    await page.getByRole('button', { name: '深色主题' }).click()
    await page.reload()
    await page.getByRole('heading', { name: '总览' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    await page.close()
  })

  test('has everything on a phone: no page is wider than the screen, and the picture moves', async () => {
    const { id, encoder } = await onAir('pocket')
    await using _ = encoder
    const { page, complaints } = await signIn()
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('link', { name: 'Settings' }).last().click()
    await page.getByRole('heading', { name: 'Spaces' }).waitFor()
    const pages = ['/', '/live', '/streams', '/connect', '/spaces/default', '/nodes', '/access', '/audit', '/system']
    for (const path of [...pages, '/system?tab=log', `/streams/${id}`]) {
      await page.goto(product.console + path)
      await page.locator('[aria-busy=true]').waitFor({ state: 'detached' })
      const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect([path, beyond]).toEqual([path, 0])
    }
    await until('decoded frames', async () => (await decodedFrames(page)) > 25)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('makes an API key for a program, and a viewer sees only what he may', async () => {
    const { page } = await signIn()
    await page.goto(`${product.console}/access?tab=keys`)
    await page.getByRole('button', { name: 'Create API key' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('grafana')
    await page.getByRole('dialog').getByRole('button', { name: 'Create API key' }).click()
    await page.getByText('Copy the key now').waitFor()
    const key = await page.locator('.ant-modal .copy-field-value').textContent()
    const authorization = { headers: { Authorization: `Bearer ${key}` } }
    expect((await fetch(`${product.console}/api/v1/streams`, authorization)).status).toBe(200)
    expect((await fetch(`${product.console}/api/v1/users`, authorization)).status).toBe(403)
    await product.api('POST', '/users', { name: 'guest', password: 'a guest may look', role: 'viewer' })
    await page.evaluate('localStorage.clear()')
    await page.goto(`${product.console}/login`)
    await page.getByLabel('User name').fill('guest')
    await page.getByLabel('Password', { exact: true }).fill('a guest may look')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Streams' }).first().waitFor()
    await page.getByText('guest').first().waitFor()
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0)
    await page.goto(`${product.console}/streams`)
    await page.locator('.table').waitFor()
    expect(await page.getByRole('button', { name: 'Create stream' }).count()).toBe(0)
    await page.close()
  })
})
