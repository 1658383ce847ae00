import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { FakePlatform } from './fake-platform.ts'

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required'

export const WIDE = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

export interface Look {
  readonly size?: { width: number; height: number }
  readonly theme?: 'light' | 'dark'
  readonly language?: 'en' | 'zh'
  /** Empty: nobody is logged in. */
  readonly token?: string
}

/** The built console in Chromium, before a platform of invented data that sends the real security policy. */
export class ConsoleUnderTest {
  readonly platform: FakePlatform
  readonly browser: Browser
  readonly origin: string
  readonly #folder: string

  private constructor(platform: FakePlatform, browser: Browser, origin: string, folder: string) {
    this.platform = platform
    this.browser = browser
    this.origin = origin
    this.#folder = folder
  }

  /** Builds into a folder of its own. NODE_ENV has to be production, or React's development build is bundled. */
  static async start(): Promise<ConsoleUnderTest> {
    const folder = await mkdtemp(join(tmpdir(), 'console-test-'))
    const dist = join(folder, 'dist')
    await build({ root: join(import.meta.dirname, '..'), logLevel: 'error', build: { outDir: dist } })
    const platform = new FakePlatform(dist)
    const origin = await platform.open()
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: FLAGS.split(' '),
    })
    return new ConsoleUnderTest(platform, browser, origin, folder)
  }

  async close(): Promise<void> {
    await this.browser.close()
    this.platform.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** A page with what it complained about; failed requests are the scenario's business, not complaints. */
  async open(path: string, { size = WIDE, theme = 'light', language = 'en', token = 'token' }: Look = {}) {
    const page = await this.browser.newPage({ viewport: size })
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(error.message))
    page.on('console', message => {
      const text = message.text()
      if (message.type() === 'error' && !/Failed to load resource|WebSocket connection|Controller\]/.test(text))
        complaints.push(text)
    })
    await page.addInitScript(
      values => {
        if (sessionStorage.getItem('chosen') !== null) return
        sessionStorage.setItem('chosen', '')
        for (const [key, value] of Object.entries(values)) localStorage.setItem(`sightline.${key}`, value)
      },
      { theme, language, token },
    )
    await page.goto(this.origin + path)
    await page.locator('h1').first().waitFor()
    return { page, complaints }
  }
}

/** Waits until nothing on the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
  await page.locator('.skeleton').first().waitFor({ state: 'detached' })
}
