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
})

afterAll(() => subject?.close())

const LOOKS: readonly Look[] = [
  { size: WIDE, theme: 'light', language: 'en' },
  { size: PHONE, theme: 'dark', language: 'zh' },
]
const AT = new Date(Date.now() - 3_600_000).toISOString()
const PAGES = [
  '/replay',
  `/replay?streams=s0&at=${AT}`,
  `/replay?streams=s0,s2,s5,s7&at=${AT}`,
  '/recordings',
  '/recordings?tab=exports',
  '/recordings/r1',
  '/recordings/r5',
  '/snapshots',
  '/coverage',
  '/coverage?tab=alerts',
  '/storage',
  '/templates',
  '/templates?tab=snapshot',
  '/templates?tab=inForce',
  '/templates/t1',
  '/templates/t3',
  '/plans',
  '/plans/p1',
  '/callbacks',
  '/callbacks/c1',
  '/streams/s0',
]

test.each(LOOKS)('every page stands without complaint in $language, $theme', { timeout: 180_000 }, async look => {
  for (const path of PAGES) {
    const { page, complaints } = await open(path, look)
    await settled(page)
    expect([path, complaints]).toEqual([path, []])
    expect([path, await tooWide(page)]).toEqual([path, 0])
    const body = await page.locator('body').textContent()
    expect(body, `${path} shows the key of a text`).not.toMatch(
      /\b(section|replay|recordings|snapshots|storage|templates|plans|callbacks|operation)\.[a-z]/,
    )
    expect([path, await seriousFindings(page)]).toEqual([path, []])
    await page.close()
  }
})

test.each(LOOKS)('dialogs have no serious findings either in $theme', { timeout: 120_000 }, async look => {
  const dialogs = [
    ['/plans', '.page-actions .ant-btn-primary'],
    ['/plans/p1', '.week-tools button >> nth=1'],
    ['/templates', '.page-actions .ant-btn-primary'],
    ['/templates/t1', '.card-head .ant-btn'],
    ['/callbacks', '.page-actions .ant-btn-primary'],
    ['/callbacks/c1', '.table .plain-button'],
    ['/recordings/r1', '.page-actions .ant-btn-dangerous'],
    ['/recordings?tab=exports', '.table .plain-button'],
    ['/snapshots', '.gallery .plain-button'],
    ['/replay', '.stream-picks .ant-btn'],
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

test('empty pages say what to do first', async () => {
  subject.platform.scenario = 'empty'
  for (const [path, text] of [
    ['/recordings', 'Nothing is recorded yet'],
    ['/plans', 'No plan yet'],
    ['/templates', 'No record template yet'],
    ['/callbacks', 'Nobody is told yet'],
    ['/snapshots', 'No snapshot yet'],
    ['/coverage', 'Nothing was to be recorded'],
  ] as const) {
    const { page } = await open(path)
    await page.getByText(text).waitFor()
    await page.close()
  }
})

test('a plan is drawn, moved by keyboard, given exact times, copied to other days, and sent as it stands', async () => {
  const { page } = await open('/plans/p1')
  await settled(page)
  const saturday = page.locator('.week-bar').nth(5)
  const bar = await saturday.boundingBox()
  if (bar === null) throw new Error('no bar')
  const at = (hour: number) => [bar.x + (bar.width * hour) / 24, bar.y + bar.height / 2] as const
  await page.mouse.move(...at(8))
  await page.mouse.down()
  await page.mouse.move(...at(9))
  await page.mouse.move(...at(10))
  await page.mouse.up()
  const drawn = saturday.locator('.interval')
  await expect.poll(() => drawn.getAttribute('aria-label')).toMatch(/^Saturday 08:00–10:00/)
  await drawn.press('ArrowRight')
  await drawn.press('Shift+ArrowRight')
  await expect.poll(() => drawn.getAttribute('aria-label')).toMatch(/^Saturday 08:05–10:10/)
  await page.getByRole('button', { name: '12 o’clock' }).click()
  await expect.poll(() => drawn.getAttribute('aria-label')).toMatch(/^Saturday 08:05–12:00/)
  await drawn.dblclick()
  await page.getByRole('textbox', { name: 'Begin' }).fill('07:59:30')
  await page.getByRole('textbox', { name: 'Subject' }).fill('Chess')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect.poll(() => drawn.getAttribute('aria-label')).toMatch(/^Saturday 07:59:30–12:00 Chess/)
  await page.getByRole('button', { name: 'Copy to other days: Saturday' }).click()
  await page.getByRole('checkbox', { name: 'Sunday' }).check()
  await page.locator('.ant-modal').getByRole('button', { name: 'Copy to other days' }).click()
  const sent = page.waitForRequest(request => request.method() === 'PATCH')
  await page.getByRole('button', { name: 'Save' }).click()
  const { week } = (await sent).postDataJSON()
  const chess = [{ start: '07:59:30', end: '12:00', subject: 'Chess', teacher: '' }]
  expect(week.slice(5)).toEqual([chess, chess])
  expect(week[0]).toHaveLength(3)
  await page.close()
})

test('a time that another interval has is refused, with the reason', async () => {
  const { page } = await open('/plans/p1')
  await settled(page)
  await page.locator('.interval').first().dblclick()
  await page.getByRole('textbox', { name: 'End' }).fill('10:30')
  await page.getByText('Another interval of the day is there').waitFor()
  expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true)
  await page.close()
})

test('a template is bound at chosen places, with a plan', async () => {
  const { page } = await open('/templates?tab=inForce')
  await settled(page)
  const row = page.locator('.table-row', { hasText: 'harbour' }).first()
  await row.locator('input').check()
  await page.getByRole('button', { name: 'Recording …' }).click()
  await page.locator('.ant-modal select').nth(0).selectOption({ label: 'Events only' })
  await page.locator('.ant-modal select').nth(1).selectOption({ label: 'Nights (Europe/Berlin)' })
  const sent = page.waitForRequest(request => request.method() === 'POST')
  await page.getByRole('button', { name: 'Apply' }).click()
  const request = await sent
  expect(request.url()).toMatch(/\/templates\/t2\/bindings$/)
  expect(request.postDataJSON()).toEqual({
    targets: [{ scope: 'space', target: 'harbour' }],
    planId: 'p2',
    replace: true,
  })
  await page.close()
})

test('on a phone numbers have their names, and exports their link', async () => {
  const look: Look = { size: PHONE, theme: 'light', language: 'en' }
  for (const [path, row] of [
    ['/callbacks', /Waiting \d+.*Delivered \d+.*Given up \d+/],
    ['/callbacks/c1', /Tries \d+/],
    ['/storage', /Files \d+.*Snapshots [\d.]+/],
    ['/recordings?tab=exports', /Download/],
  ] as const) {
    const { page } = await open(path, look)
    await settled(page)
    const texts = await page.locator('.table-row').allTextContents()
    expect(texts.join(' ').replace(/\s+/g, ' ')).toMatch(row)
    await page.close()
  }
})

test('the secret of a callback is shown once, and a test says what the receiver answered', async () => {
  const { page } = await open('/callbacks')
  await page.locator('.page-actions .ant-btn-primary').click()
  await page.getByRole('textbox', { name: 'URL' }).fill('https://example.org/hook')
  await page.locator('.ant-modal button[type=submit]').click()
  await page.getByText('It is shown only now').waitFor()
  expect(await page.locator('.copy-field-value').first().textContent()).toBe('4be1c9a0d2f84f0f5b3a6c774be1c9a0')
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await page.waitForURL('**/callbacks/c1')
  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.getByText('Not accepted').waitFor()
  expect(await page.locator('.callback-answer').textContent()).toMatch(/HTTP 503[\s\S]*Service Unavailable/)
  await page.close()
})

test('deleting recordings names what goes, leaves what is held, and wants the number typed', async () => {
  const { page } = await open('/recordings')
  await settled(page)
  for (const row of [1, 2, 3]) await page.locator('.table-row input').nth(row).check()
  await page.locator('.bulk-bar .ant-btn-dangerous').click()
  const dialog = page.locator('.ant-modal')
  await dialog.getByText('Delete 2 recordings, 289 MB?').waitFor()
  expect(await dialog.textContent()).toMatch(/default\/live\/gate-north[\s\S]*Held, and therefore stay: 1/)
  const button = dialog.getByRole('button', { name: 'Delete' })
  expect(await button.isDisabled()).toBe(true)
  await dialog.locator('input').fill('2')
  const sent = page.waitForRequest(request => request.url().endsWith('/recordings/delete'))
  await button.click()
  expect((await sent).postDataJSON()).toEqual({ ids: ['r1', 'r3'] })
  await page.close()
})

test('the timeline is walked by keyboard, and a clip is marked and exported', async () => {
  const { page } = await open('/replay?streams=s0&at=2026-01-05T08:00:00Z')
  await page.locator('.timeline-box').waitFor()
  const time = () => page.locator('.transport-time strong').textContent()
  const before = await time()
  await page.keyboard.press('ArrowRight')
  await expect.poll(time).not.toBe(before)
  await page.waitForURL(/at=2026-01-05T08%3A00%3A10/)
  await page.keyboard.press('Shift+ArrowLeft')
  await page.waitForURL(/at=2026-01-05T08%3A00%3A09/)
  await page.keyboard.press('i')
  await page.getByRole('button', { name: 'Export', exact: true }).waitFor()
  const sent = page.waitForRequest(request => request.url().endsWith('/exports'))
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  // It plays until the pictures are awaited.
  const start = expect.stringMatching(/^2026-01-05T08:00:09/)
  expect((await sent).postDataJSON()).toMatchObject({ stream: 's0', start, format: 'mp4' })
  await page.getByText('It goes on when you close this').waitFor()
  await page.close()
})
