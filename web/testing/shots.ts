import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { FakePlatform } from './fake-platform.ts'

/** Pictures of every page, wide and narrow, light and dark, in both languages: `node web/testing/shots.ts <folder> [page...]`. */

const [folder = 'shots', ...only] = process.argv.slice(2)
const PAGES: Readonly<Record<string, string>> = {
  login: '/login',
  overview: '/',
  streams: '/streams?sort=bitrate&order=desc',
  stream: '/streams/s0',
  numbers: '/streams/s0?tab=numbers',
  history: '/streams/s0?tab=history',
  trace: '/streams/s0?tab=trace',
  silenced: '/streams/s2',
  cannot: '/streams/s1',
  off: '/streams/s4',
  create: '/streams?create=true',
  live: '/live',
  viewers: '/viewers',
  viewer: '/viewers/v1',
  publisher: '/publishers/p1',
  edit: '/streams/s0',
  forbid: '/streams',
  connect: '/connect?stream=s4&with=ffmpeg',
  camera: '/connect?stream=s0&with=camera',
  nodes: '/nodes',
  replay: '/replay?streams=s0',
  recordings: '/recordings',
  recording: '/recordings/r1',
  exports: '/recordings?tab=exports',
  snapshots: '/snapshots',
  coverage: '/coverage',
  storage: '/storage',
  templates: '/templates',
  template: '/templates/t1',
  inForce: '/templates?tab=inForce',
  plans: '/plans',
  plan: '/plans/p1',
  callbacks: '/callbacks',
  callback: '/callbacks/c1',
  spaces: '/spaces',
  space: '/spaces/harbour',
  users: '/access',
  keys: '/access?tab=keys',
  sessions: '/access?tab=sessions',
  audit: '/audit',
  system: '/system',
  log: '/system?tab=log',
  backup: '/system?tab=backup',
  devices: '/devices',
  add: '/devices/add?device=d5',
  import: '/devices/import',
  pending: '/devices/pending',
  device: '/devices/d1',
  positions: '/devices/d0?tab=positions',
  channel: '/channels/c0',
  nopicture: '/channels/c1',
  controls: '/channels/c0?tab=controls',
  directories: '/directories',
  alarms: '/alarms',
  attempts: '/attempts',
  attempt: '/attempts/at1',
  parents: '/parent-platforms',
  parent: '/parent-platforms/p1',
  missing: '/streams/none',
}
const LOOKS = [
  { name: 'wide-light-en', width: 1440, height: 900, theme: 'light', language: 'en' },
  { name: 'wide-dark-zh', width: 1440, height: 900, theme: 'dark', language: 'zh' },
  { name: 'phone-light-zh', width: 390, height: 844, theme: 'light', language: 'zh' },
  { name: 'phone-dark-en', width: 390, height: 844, theme: 'dark', language: 'en' },
]

mkdirSync(folder, { recursive: true })
const platform = new FakePlatform(join(import.meta.dirname, '../dist'))
const origin = await platform.open()
const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required'
const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'console-')), {
  executablePath: '/usr/bin/chromium',
  args: flags.split(' '),
})

async function shoot(page: Page, file: string) {
  await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true })
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  if (overflow > 0) console.log(`${file}: ${overflow} px too wide`)
}

for (const look of LOOKS) {
  for (const [name, path] of Object.entries(PAGES)) {
    if (only.length > 0 && !only.includes(name)) continue
    const page = await browser.newPage()
    page.on('pageerror', error => console.log(`${look.name} ${name}: ${error.message}`))
    page.on('console', message => {
      if (/^(error|warning)$/.test(message.type()) && !/Failed to load|WebSocket|Controller\]/.test(message.text()))
        console.log(`${look.name} ${name}: ${message.text().slice(0, 300)}`)
    })
    await page.setViewportSize(look)
    await page.addInitScript(
      ({ theme, language, token }) => {
        localStorage.setItem('sightline.theme', theme)
        localStorage.setItem('sightline.language', language)
        localStorage.setItem('sightline.token', token)
      },
      { ...look, token: name === 'login' ? '' : 'token' },
    )
    await page.goto(origin + path)
    if (name === 'create') {
      await page.locator('.ant-modal input').fill('camera-1')
      await page.locator('.ant-modal button[type=submit]').click()
      await page.locator('.arrival').waitFor()
    }
    if (name === 'edit') await page.locator('.page-actions button').nth(1).click()
    if (name === 'forbid') {
      await page.locator('.table-row input').first().check()
      await page.locator('.bulk-bar button').nth(1).click()
    }
    const playing = ['stream', 'silenced'].includes(name)
    if (playing)
      await page
        .locator('.player[data-phase=playing]')
        .waitFor({ timeout: 15_000 })
        .catch(() => console.log(`${look.name} ${name}: no picture`))
    await page.waitForTimeout(playing ? 3500 : 1500)
    await shoot(page, `${name}-${look.name}`)
    await page.close()
  }
}
await browser.close()
platform.close()
