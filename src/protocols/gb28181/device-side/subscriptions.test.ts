import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { catalogNotify } from '../manscdp/catalog.ts'
import { MANSCDP_CONTENT_TYPE, parseEnvelope, writeBody } from '../manscdp/message.ts'
import { readMessage } from '../manscdp/messages.ts'
import { CHANNEL_ID, DEVICE_ID, type FakeDevice } from './testing/fake-device.ts'
import { Platform } from './testing/platform.ts'

let platform: Platform
let device: FakeDevice

beforeEach(async () => {
  platform = await Platform.open()
  device = await platform.registered({ version: '3.0' })
})
afterEach(() => platform.close())

const subscribed = (count: number) => vi.waitFor(() => expect(platform.side.subscribed(DEVICE_ID)).toHaveLength(count))

test('what is wanted is subscribed to, with the right event and body', async () => {
  platform.side.subscribe(DEVICE_ID, {
    catalog: true,
    alarm: { startPriority: 1, endPriority: 4 },
    mobilePosition: { intervalS: 5 },
    ptzPosition: [CHANNEL_ID],
  })
  await subscribed(4)
  const asked = device.requests.map(request => ({
    event: request.headers.get('event')?.split(';')[0],
    expires: request.headers.get('expires'),
    body: readMessage(parseEnvelope(request.body)),
  }))
  expect(asked).toMatchObject([
    { event: 'Catalog', expires: '600', body: { name: 'catalogQuery' } },
    { event: 'presence', body: { name: 'alarmQuery', value: { startAlarmPriority: 1, endAlarmPriority: 4 } } },
    { event: 'presence', body: { name: 'mobilePositionQuery', value: { interval: 5 } } },
    { event: 'presence', body: { name: 'ptzPositionQuery', value: { deviceId: CHANNEL_ID } } },
  ])
})

test('positions of cameras: a subscription for each, and none for what is not wanted any more', async () => {
  const channels = [CHANNEL_ID, DEVICE_ID]
  platform.side.subscribe(DEVICE_ID, { ptzPosition: channels })
  await subscribed(2)
  platform.side.subscribe(DEVICE_ID, { ptzPosition: [CHANNEL_ID] })
  await vi.waitFor(() => expect(platform.side.subscribed(DEVICE_ID)).toEqual([`ptzPosition ${CHANNEL_ID}`]))
  expect(device.requests.filter(({ headers }) => headers.get('expires') !== '0')).toHaveLength(2)
})

test('a NOTIFY is an event', async () => {
  platform.side.subscribe(DEVICE_ID, { catalog: true })
  await subscribed(1)
  const items = [{ deviceId: CHANNEL_ID, event: 'OFF' as const }]
  const body = writeBody(catalogNotify, { sn: 1, deviceId: DEVICE_ID, sumNum: 1, items }, 'GB18030')
  const response = await device.notifiers[0]!.notify({ contentType: MANSCDP_CONTENT_TYPE, body })
  expect(response.status).toBe(200)
  expect(platform.eventsOf('catalogChanged')).toMatchObject([{ items }])
})

test('renewed in its dialog before it ends', async () => {
  platform.side.subscribe(DEVICE_ID, { catalog: true })
  await subscribed(1)
  platform.time.advance(570_000)
  await vi.waitFor(() => expect(device.notifiers[0]?.leftS).toBe(600))
  expect(device.notifiers).toHaveLength(1)
})

test('a refusal is tried again later', async () => {
  const accept = device.onSubscribe
  device.onSubscribe = (request, context) => {
    device.requests.push(request)
    context.respond(489)
  }
  platform.side.subscribe(DEVICE_ID, { catalog: true })
  await vi.waitFor(() => expect(device.requests).toHaveLength(1))
  device.onSubscribe = accept
  await vi.waitFor(() => {
    platform.time.advance(20_000)
    expect(platform.side.subscribed(DEVICE_ID)).toEqual(['catalog'])
  })
})

test('a device that comes back and has forgotten is subscribed again', async () => {
  platform.side.subscribe(DEVICE_ID, { catalog: true })
  await subscribed(1)
  device.notifiers.splice(0)[0]!.dialog.end('rebooted')
  await device.register()
  await vi.waitFor(() => {
    platform.time.advance(20_000)
    expect(device.notifiers).toHaveLength(1)
  })
  await subscribed(1)
})

test('what is wanted no more is unsubscribed, what changed is asked anew', async () => {
  platform.side.subscribe(DEVICE_ID, { catalog: true, mobilePosition: { intervalS: 5 } })
  await subscribed(2)
  platform.side.subscribe(DEVICE_ID, { mobilePosition: { intervalS: 30 } })
  await vi.waitFor(() => expect(device.notifiers).toHaveLength(3))
  await vi.waitFor(() => expect(device.notifiers.slice(0, 2).map(each => each.leftS)).toEqual([0, 0]))
  await subscribed(1)
})
