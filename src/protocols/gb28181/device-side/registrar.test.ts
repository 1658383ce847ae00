import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepaliveNotify } from '../manscdp/device-info.ts'
import { DEVICE_ID, SERVER_ID } from './testing/fake-device.ts'
import { admitted, Platform } from './testing/platform.ts'

let platform: Platform

beforeEach(async () => {
  platform = await Platform.open()
})
afterEach(() => platform.close())

const verdicts = (): string[] => platform.records.map(record => record.verdict.code)

test.each(['udp', 'tcp'] as const)('a device registers over %s', async transport => {
  const device = await platform.device({ transport, version: '3.0' })
  const response = await device.register()
  expect(response.status).toBe(200)
  expect(response.headers.get('expires')).toBe('3600')
  expect(response.headers.get('x-gb-ver')).toBe('3.0')
  // FakeTime begins at 2023-11-14T22:13:20Z
  expect(response.headers.get('date')).toBe('2023-11-15T06:13:20.000')
  const session = platform.side.session(DEVICE_ID)
  expect(session).toMatchObject({ state: 'on', version: '3.0', charset: 'GB18030' })
  expect(session.target.transport).toBe(transport)
  expect(platform.records[0]).toMatchObject({ kind: 'register', gbId: DEVICE_ID, verdict: { code: 'ok' } })
  expect(platform.records[0]?.messages.map(message => message.firstLine.split(' ').slice(0, 2).join(' '))).toEqual([
    `REGISTER sip:${SERVER_ID}@3402000000`,
    'SIP/2.0 401',
    `REGISTER sip:${SERVER_ID}@3402000000`,
    'SIP/2.0 200',
  ])
  expect(JSON.stringify(platform.records)).not.toMatch(/response=\\"[0-9a-f]/)
})

test('the clock of a device is left alone where the policy says so', async () => {
  platform.directory.set(DEVICE_ID, admitted({ sendDate: false }))
  const response = await (await platform.device()).register()
  expect(response.status).toBe(200)
  expect(response.headers.has('date')).toBe(false)
})

test('without a password', async () => {
  platform.directory.set(DEVICE_ID, admitted({}, { password: null }))
  const response = await (await platform.device()).register({ password: null })
  expect(response.status).toBe(200)
})

test.each([
  [1, 423, undefined],
  [59, 423, undefined],
  [60, 200, '60'],
  [1_000_000, 200, '86400'],
])('asked for %i s', async (expiresS, status, granted) => {
  const response = await (await platform.device()).register({ expiresS })
  expect(response.status).toBe(status)
  if (granted) expect(response.headers.get('expires')).toBe(granted)
})

test('unregisters', async () => {
  const device = await platform.registered()
  expect((await device.register({ expiresS: 0 })).status).toBe(200)
  expect(platform.side.session(DEVICE_ID).state).toBe('off')
  expect((await device.send(keepaliveNotify, { sn: 1, deviceId: DEVICE_ID, status: 'OK', faulty: [] })).status).toBe(
    403,
  )
})

test('is sent to another server', async () => {
  platform.directory.set(
    DEVICE_ID,
    admitted({ redirect: { serverId: '34020000002000000002', host: '192.0.2.7', port: 5061 } }),
  )
  const response = await (await platform.device()).register()
  expect(response.status).toBe(302)
  expect(response.headers.get('contact')).toBe('<sip:34020000002000000002@192.0.2.7:5061>')
  expect(platform.side.sessions.size).toBe(0)
  expect(verdicts()).toEqual(['redirected'])
})

test('wrong credentials lock it, unlocking lets it in', async () => {
  const device = await platform.device()
  for (let i = 0; i < 5; i++) expect((await device.register({ password: 'wrong' })).status).toBe(403)
  expect(platform.refusals).toEqual([
    ...Array.from({ length: 4 }, () => `${DEVICE_ID} wrongPassword`),
    `${DEVICE_ID} locked`,
    `${DEVICE_ID} is locked now`,
  ])
  expect(verdicts()).toEqual(['wrongPassword', 'wrongPassword', 'wrongPassword', 'wrongPassword', 'locked'])
  platform.directory.set(DEVICE_ID, admitted({}, { admission: 'locked' }))
  expect((await device.register()).status).toBe(403)
  platform.directory.set(DEVICE_ID, admitted())
  platform.side.registrar.forgive(DEVICE_ID)
  expect((await device.register()).status).toBe(200)
})

test('a right password in between starts the count anew', async () => {
  const device = await platform.device()
  for (let i = 0; i < 4; i++) await device.register({ password: 'wrong' })
  await device.register()
  for (let i = 0; i < 4; i++) await device.register({ password: 'wrong' })
  expect(platform.refusals).not.toContain(`${DEVICE_ID} locked`)
})

test.each([
  ['unknown', undefined, 403, 'notAdmitted'],
  ['waiting', admitted({}, { admission: 'waiting' }), 403, 'notAdmitted'],
  ['disabled', admitted({}, { admission: 'disabled' }), 403, 'notAdmitted'],
] as const)('%s', async (reason, entry, status, verdict) => {
  if (entry) platform.directory.set(DEVICE_ID, entry)
  else platform.directory.clear()
  const response = await (await platform.device()).register()
  expect(response.status).toBe(status)
  expect(response.headers.get('x-gb-ver')).toBe('3.0')
  expect(platform.refusals).toEqual([`${DEVICE_ID} ${reason}`])
  expect(verdicts()).toEqual([verdict])
})

test('while the directory cannot be asked', async () => {
  platform.directory.set(DEVICE_ID, 'unavailable')
  const response = await (await platform.device()).register()
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('10')
})

test('a device that never answers the challenge', async () => {
  const device = await platform.device()
  expect((await device.register({ password: null })).status).toBe(401)
  expect(verdicts()).toEqual([])
  platform.time.advance(32_000)
  expect(verdicts()).toEqual(['unauthorizedLoop'])
})

test('an id that is none', async () => {
  const device = await platform.device({ gbId: 'camera' })
  expect((await device.register()).status).toBe(400)
})
