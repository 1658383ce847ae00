import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { ConsoleUnderTest, type Look, PHONE, settled, WIDE } from '../../testing/console-under-test.ts'
import { seriousFindings, tooWide } from '../../testing/findings.ts'

let subject: ConsoleUnderTest
const open = (path: string, look?: Look) => subject.open(path, look)

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production')
  subject = await ConsoleUnderTest.start()
  vi.unstubAllEnvs()
})

beforeEach(() => {
  subject.platform.scenario = 'full'
  subject.platform.told.length = 0
})

afterAll(() => subject?.close())

const LOOKS: readonly Look[] = [
  { size: WIDE, theme: 'light', language: 'en' },
  { size: PHONE, theme: 'dark', language: 'zh' },
]
const PAGES = [
  '/devices',
  '/devices/add',
  '/devices/add?device=d5',
  '/devices/import',
  '/devices/pending',
  '/devices/d1',
  '/devices/d1?tab=info',
  '/devices/d0?tab=positions',
  '/devices/d1?tab=diagnosis',
  '/devices/d1?tab=config',
  '/devices/d3?tab=alarms',
  '/channels/c1',
  '/channels/c3?tab=controls',
  '/channels/c3?tab=info',
  '/directories',
  '/alarms',
  '/attempts',
  '/parent-platforms',
  '/parent-platforms/p1',
  '/parent-platforms/p2?tab=groups',
]

test.each(LOOKS)('every page stands without complaint in $language, $theme', { timeout: 120_000 }, async look => {
  for (const path of PAGES) {
    const { page, complaints } = await open(path, look)
    await settled(page)
    expect([path, complaints]).toEqual([path, []])
    expect([path, await tooWide(page)]).toEqual([path, 0])
    const body = await page.locator('body').textContent()
    expect(body, `${path} shows the key of a text`).not.toMatch(
      /\b(section|state|devices|channel|attempt|alarms|config|tree|directories|parents|map|bulk)\.[a-z]/,
    )
    expect([path, await seriousFindings(page)]).toEqual([path, []])
    await page.close()
  }
})

test.each(LOOKS)('dialogs have no serious findings either in $theme', { timeout: 60_000 }, async look => {
  const dialogs = [
    ['/devices/d1', '.page-actions button >> nth=4'],
    ['/devices/d1', '.page-actions .ant-btn-dangerous'],
    ['/devices/pending', '.row-actions .ant-btn-primary'],
    ['/devices/d1?tab=diagnosis', '.attempt-row'],
    ['/channels/c3', '.channel-side .card-head button >> nth=1'],
    ['/parent-platforms', '.page-actions .ant-btn-primary'],
    ['/parent-platforms/p1', '.card-head .ant-btn-primary'],
  ] as const
  for (const [path, button] of dialogs) {
    const { page } = await open(path, look)
    await settled(page)
    await page.locator(button).first().click()
    await page.locator('.ant-modal').waitFor()
    await settled(page)
    expect([path, await seriousFindings(page)]).toEqual([path, []])
    await page.close()
  }
})

test('what to type into a camera stands ready, and it turns green when the camera registers', async () => {
  subject.platform.arrived = false
  const { page } = await open('/devices/add')
  await page.getByText('Next: what to type in').click()
  await page.waitForURL(/device=d5/)
  const values = await page.locator('.copy-field-value').allInnerTexts()
  expect(values.slice(0, 4)).toEqual(['34020000002000000001', '3402000000', '192.0.2.1', '5060'])
  await page.getByText('Waiting for the device').waitFor()
  subject.platform.arrived = true
  await page.getByText('It is registered').waitFor()
  expect(await page.locator('.arrival').getAttribute('class')).toContain('arrived')
  await page.close()
})

test('a device is deleted only by its name', async () => {
  const { page } = await open('/devices/d1')
  await page.locator('.page-actions .ant-btn-dangerous').click()
  const button = page.locator('.ant-modal .ant-btn-primary')
  await button.waitFor()
  expect(await button.isDisabled()).toBe(true)
  await page.locator('.ant-modal input').fill('Recorder, building A')
  const request = page.waitForRequest(request => request.method() === 'DELETE')
  await button.click()
  expect((await request).url()).toMatch(/\/devices\/d1$/)
  await page.close()
})

test('search, filter and sort of devices are in the URL', async () => {
  const { page } = await open('/devices')
  await page.locator('.table-row').nth(6).waitFor()
  await page.getByRole('button', { name: 'State' }).click()
  await page.locator('.toolbar select').first().selectOption('failed')
  await page.waitForURL(/state=failed/)
  expect(page.url()).toContain('sort=state')
  await page.close()
})

test('the picture of a channel moves, and the first picture is timed', async () => {
  const { page } = await open('/channels/c0')
  await page.locator('.player[data-phase=playing]').waitFor()
  await page.getByText('First picture after 412 ms').waitFor()
  await page.close()
})

test('a channel without a picture says why and what to do, and shows the exchange', async () => {
  const { page } = await open('/channels/c1')
  await page.getByText('No picture: it agreed, and no packet arrives').waitFor()
  await page.getByText('Open the media port for UDP').first().waitFor()
  await page.getByRole('button', { name: 'Exchange' }).click()
  await page.locator('.ladder-row.message').nth(6).waitFor()
  expect(await page.locator('.ladder').textContent()).toMatch(
    /INVITE Play[\s\S]*again[\s\S]*200 OK[\s\S]*0 packets[\s\S]*BYE/,
  )
  await page.close()
})

test('the camera turns while the pad is held, by pointer and by keys, and is told to stop', async () => {
  const { page } = await open('/channels/c3')
  const orders: string[] = []
  page.on('request', request => {
    if (request.url().endsWith('/ptz')) orders.push(request.postData() ?? '')
  })
  const pad = page.locator('.ptz-pad')
  const box = await pad.boundingBox()
  if (box === null) throw new Error('no pad')
  await page.mouse.move(box.x + box.width * 0.98, box.y + box.height / 2)
  await page.mouse.down()
  await expect.poll(() => orders.at(-1)).toBe('{"pan":0.5,"tilt":0,"zoom":0}')
  await page.mouse.up()
  await expect.poll(() => orders.at(-1)).toBe('{"pan":0,"tilt":0,"zoom":0}')
  await page.keyboard.down('ArrowUp')
  await expect.poll(() => orders.at(-1)).toBe('{"pan":0,"tilt":0.5,"zoom":0}')
  await page.keyboard.up('ArrowUp')
  await expect.poll(() => orders.at(-1)).toBe('{"pan":0,"tilt":0,"zoom":0}')
  await page.getByRole('button', { name: 'Zoom in (hold)' }).focus()
  await page.keyboard.down(' ')
  await expect.poll(() => orders.at(-1)).toBe('{"pan":0,"tilt":0,"zoom":0.5}')
  await page.keyboard.up(' ')
  await expect.poll(() => orders.at(-1)).toBe('{"pan":0,"tilt":0,"zoom":0}')
  await page.close()
})

test('a click on the day plays from there, and leads back to live', async () => {
  const { page } = await open('/channels/c0')
  const bar = page.locator('.day-bar')
  await bar.locator('.day-block').first().waitFor()
  const request = page.waitForRequest(/\/channels\/c0\/playback$/)
  const width = await bar.evaluate(element => element.clientWidth)
  await bar.click({ position: { x: (width * 8.5) / 24, y: 40 } })
  const { start } = JSON.parse((await request).postData() ?? '{}') as { start: string }
  const wanted = new Date(start)
  expect(wanted.getHours()).toBe(8)
  expect(Math.abs(wanted.getMinutes() - 30)).toBeLessThanOrEqual(5)
  const order = page.waitForRequest(/\/playbacks\/pb1\/speed$/)
  await page.locator('.replay-bar select').selectOption({ label: 'back 2×' })
  expect((await order).postData()).toBe('{"speed":-2}')
  await page.getByRole('button', { name: 'Back to live' }).click()
  await page.getByText('First picture after').waitFor()
  await page.close()
})

test('a privacy mask is a row of corners, and goes to the camera as it came', async () => {
  const { page } = await open('/channels/c2?tab=config')
  await page.locator('.card-head select').selectOption('PictureMask')
  await page.locator('.config-row').nth(1).waitFor()
  await page.locator('.config-row').nth(1).getByLabel('Right, px').fill('1270')
  const request = page.waitForRequest(request => request.method() === 'PUT')
  await page.getByRole('button', { name: 'Write into the device' }).click()
  const { value } = JSON.parse((await request).postData() ?? '{}') as { value: { sumNum: number; regions: unknown[] } }
  expect(value.sumNum).toBe(2)
  expect(value.regions[1]).toEqual({ seq: 2, point: { left: 960, top: 540, right: 1270, bottom: 720 } })
  await page.close()
})

test('an alarm leads to its picture, and to what the platform or the device has recorded of it', async () => {
  const { page } = await open('/alarms')
  const row = (i: number) => page.locator('.table-row').nth(i)
  await row(3).waitFor()
  expect(await row(1).getByRole('link', { name: 'Picture' }).getAttribute('href')).toContain('/snapshots?open=sn1')
  const replay = await row(1).getByRole('link', { name: 'Replay' }).getAttribute('href')
  expect(replay).toMatch(/\/replay\?streams=s0&at=/)
  await row(0).getByRole('link', { name: 'In the device' }).click()
  await page.waitForURL(/\/channels\/c0\?at=/)
  await page.close()
})

test('a link to a moment plays the recording of the device from there', async () => {
  const at = new Date(new Date().setHours(8, 30, 0, 0)).toISOString()
  const { page } = await open(`/channels/c0?at=${at}`)
  const request = await page.waitForRequest(/\/channels\/c0\/playback$/)
  expect((JSON.parse(request.postData() ?? '{}') as { start: string }).start).toBe(at)
  await page.close()
})

test('a tree of a hundred thousand channels is opened level by level and drawn where it is seen', async () => {
  subject.platform.scenario = 'many'
  const { page } = await open('/directories')
  const asked: string[] = []
  page.on('request', request => {
    if (request.url().includes('/directories/tree')) asked.push(request.url())
  })
  await page.locator('.tree-box').focus()
  for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.getByText('Camera 12', { exact: true }).waitFor()
  for (let i = 1; i <= 5; i++) {
    await page.locator('.tree-box').evaluate(box => box.scrollTo(0, box.scrollHeight))
    await expect.poll(() => asked.length).toBeGreaterThanOrEqual(i + 1)
  }
  expect(await page.locator('.tree-row').count()).toBeLessThan(60)
  await page.locator('.channel-tree input[type=search]').fill('camera 42')
  await page.getByText('浙江省 / 区级平台 /').waitFor()
  await page.close()
})

test('a tree shows what happens to its channels, and stays where one looks', async () => {
  const { page } = await open('/directories')
  await page.locator('.tree-box').focus()
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.getByText('Camera 12', { exact: true }).waitFor()
  const again = page.waitForResponse(/directories\/tree\?.*of=dir2/)
  subject.platform.tell('device.channels', { device: 'd1', on: 1, off: 0, changed: 0, gone: 0 })
  await again
  await page.getByText('Camera 12', { exact: true }).waitFor()
  await page.close()
})

test('a catalog that is read is seen coming', async () => {
  const { page } = await open('/devices/d1')
  subject.platform.tell('device.catalog-part', { device: 'd1', sync: 'sy', promised: 1000, received: 400 })
  await page.getByText(/Reading the catalog: 400 of 1.000/).waitFor()
  await page.getByRole('link', { name: 'Devices' }).first().click()
  await page.getByText('reading 40 %').waitFor()
  subject.platform.tell('device.catalog', { device: 'd1', sync: 'sy', promised: 1000, received: 1000, complete: true })
  await page.getByText('reading 40 %').waitFor({ state: 'detached' })
  await page.close()
})

test('a file of devices is looked at before it is taken', async () => {
  const { page } = await open('/devices/import')
  const bodies: string[] = []
  page.on('request', request => {
    if (request.url().endsWith('/devices/import')) bodies.push(request.postData() ?? '')
  })
  await page.locator('input[type=file]').setInputFiles({
    name: 'cameras.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('gbId,name\n34020000001320000001,Gate\n3402,Short\n'),
  })
  await page.getByText('gbId is not 20 digits').waitFor()
  await page.getByRole('button', { name: 'Add 1 devices' }).click()
  await page.getByText('Result').first().waitFor()
  expect(bodies.map(body => (JSON.parse(body) as { dryRun: boolean }).dryRun)).toEqual([true, false])
  await page.close()
})
