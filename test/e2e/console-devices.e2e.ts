import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { CAMERA, makeClip } from '../../src/simulator/clip.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { startBrowser } from './browser.ts'
import { until } from './node-under-test.ts'
import { PASSWORD, ProductUnderTest } from './product-under-test.ts'

const CHANNEL = '34020000001310000001'

let browser: Browser
let product: ProductUnderTest
let page: Page
let fleet: GbFleet | undefined
const complaints: string[] = []

beforeAll(async () => {
  execFileSync(join(import.meta.dirname, '../../sightline'), ['console']) // builds the console when it is not current
  ;[browser, product] = await Promise.all([
    // a microphone that beeps
    startBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']),
    ProductUnderTest.start(),
  ])
  page = await browser.newPage({ locale: 'en-US', permissions: ['microphone'] })
  page.setDefaultTimeout(15_000)
  page.on('pageerror', error => complaints.push(error.stack ?? error.message))
  await page.goto(product.console)
  await page.getByLabel('User name').fill('admin')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Devices' }).first().waitFor()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await product?.[Symbol.asyncDispose]()
  await fleet?.crash()
})

/** What is asked of a video element: the tests are compiled without the types of a browser. */
interface Player {
  readonly webkitDecodedFrameCount: number
  readonly webkitAudioDecodedByteCount: number
}

const decoded = () =>
  page.locator('video').evaluate(video => {
    const { webkitAudioDecodedByteCount: sound, webkitDecodedFrameCount: frames } = video as unknown as Player
    return { sound, frames }
  })

test('a recorder is added, what stands on the page is typed into it, and it turns green', async () => {
  await page.getByRole('link', { name: 'Devices' }).first().click()
  await page.getByRole('link', { name: 'Add device' }).first().click()
  await page.getByText('Recorder', { exact: true }).click()
  await page.getByLabel('Name').fill('Recorder 1')
  await page.getByRole('button', { name: 'Next: what to type in' }).click()
  await page.getByText('Waiting for the device').waitFor()
  const field = async (label: string) => {
    const box = page.locator('.copy-field', { has: page.locator('.copy-field-label', { hasText: label }) })
    return (await box.locator('.copy-field-value').textContent()) ?? ''
  }
  const clip = await makeClip({ ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 })
  const [serverId, domain, host] = [
    await field('SIP server ID'),
    await field('SIP domain'),
    await field('Server address'),
  ]
  fleet = new GbFleet({
    upper: { serverId, domain, host, port: Number(await field('Server port')), transport: 'udp' },
    ...{ devices: 1, channels: 2, firstId: await field('Device ID'), password: await field('Password') },
    ...{ clip, faults: new Set(), localHost: '127.0.0.1', retryMs: [100, 1000] },
    ...{ clock: systemClock, timers: systemTimers, log: silentLog },
  })
  await fleet.start()
  await page.getByText('It is registered').waitFor()
  await page.getByRole('link', { name: 'Open the device' }).click()
  await page.locator('.channel-card').nth(1).waitFor()
})

test('its picture moves, with sound that was G.711', async () => {
  await page.locator('.channel-card').first().click()
  await page.getByText('First picture after').waitFor()
  await until('frames and sound', async () => {
    const { frames, sound } = await decoded()
    return frames > 20 && sound > 0
  })
})

test('the camera turns while the pad is held, and stops when it is let go', async () => {
  const camera = fleet?.devices[0]?.channels.get(CHANNEL)
  const pan = () => camera?.position(performance.now()).pan ?? 0
  const before = pan()
  await page.locator('.ptz-pad').focus()
  await page.keyboard.down('ArrowRight')
  await until('the camera turns', () => pan() !== before)
  await page.keyboard.up('ArrowRight')
  await until('the camera stands still', async () => {
    const now = pan()
    await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 100)))
    return pan() === now
  })
})

test('what is said into the browser is heard at the device', async () => {
  const device = fleet?.devices[0]
  await page.getByRole('button', { name: 'Talk', exact: true }).click()
  await until('the voice is up', () => device?.talks === 1)
  // silence is one value of A-law, a voice is many
  await until('more than silence is heard', () => new Set(device?.heard).size > 20)
  await page.getByRole('button', { name: 'Stop talking' }).click()
  await until('the voice is over', () => device?.talks === 0)
})

test('a click on the day plays what the recorder has, faster, and leads back to live', async () => {
  await page
    .locator('.day-block')
    .first()
    .click({ position: { x: 2, y: 10 } })
  await page.locator('.replay-bar').waitFor()
  await until(
    'frames of the recording',
    async () => (await page.locator('video').count()) === 1 && (await decoded()).frames > 5,
  )
  await page.locator('.replay-bar select').selectOption('2')
  await page.getByRole('button', { name: 'Back to live' }).click()
  await page.getByText('First picture after').waitFor()
})

test('every try is listed with its exchange', async () => {
  await page.getByRole('tab', { name: 'Diagnosis' }).click()
  await page.locator('.attempt-row').first().waitFor()
  await page.getByRole('row', { name: /Live/ }).first().locator('.attempt-row').click()
  await page.locator('.ladder').getByText('INVITE').first().waitFor()
  expect(await page.locator('.ladder').textContent()).toMatch(/INVITE Play[\s\S]*200 OK[\s\S]*ACK/)
  expect(await page.locator('.attempt-steps').textContent()).toMatch(/asked[\s\S]*answered[\s\S]*packet[\s\S]*picture/)
  await page.keyboard.press('Escape')
})

test('the tree shows a camera that goes off, and comes back', async () => {
  await page.getByRole('link', { name: 'Devices' }).first().click()
  await page.getByRole('link', { name: 'Directories' }).first().click()
  await page.locator('.tree-toggle').first().click()
  const camera = page.getByRole('treeitem', { level: 2 }).first()
  await camera.waitFor()
  const state = () => camera.locator('.tree-icon').getAttribute('class')
  for (const event of ['OFF', 'ON'] as const) {
    await fleet?.devices[0]?.channelChanged(CHANNEL, event)
    await until(`it is ${event}`, async () => (await state())?.split(' ').includes(event.toLowerCase()) ?? false)
  }
})

test('an alarm is seen as it comes, and leads to the recording of the device', async () => {
  await page.getByRole('link', { name: 'Alarms' }).first().click()
  await page.getByText('No alarms').waitFor()
  await fleet?.devices[0]?.alarm(CHANNEL, 5, 2, 'somebody moves')
  await page.getByText('somebody moves').waitFor()
  await page.getByRole('link', { name: 'In the device' }).click()
  await page.waitForURL(/\/channels\/[^?]+\?at=/)
  expect(complaints).toEqual([])
})
