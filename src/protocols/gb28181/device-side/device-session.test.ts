import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { alarmNotify } from '../manscdp/alarm.ts'
import { type CatalogItem, catalogNotify, catalogResponse } from '../manscdp/catalog.ts'
import { configDownloadResponse, deviceConfigResponse } from '../manscdp/configuration.ts'
import { deviceControlResponse } from '../manscdp/device-control.ts'
import {
  deviceInfoQuery,
  deviceInfoResponse,
  keepaliveNotify,
  sdCardStatusQuery,
  sdCardStatusResponse,
} from '../manscdp/device-info.ts'
import { uploadSnapShotFinishedNotify } from '../manscdp/media-notify.ts'
import { mobilePositionNotify } from '../manscdp/mobile-position.ts'
import { recordInfoResponse } from '../manscdp/record-info.ts'
import { CHANNEL_ID, DEVICE_ID, type FakeDevice } from './testing/fake-device.ts'
import { admitted, Platform } from './testing/platform.ts'

let platform: Platform

beforeEach(async () => {
  platform = await Platform.open()
})
afterEach(() => platform.close())

const session = () => platform.side.session(DEVICE_ID)
const keepalive = (device: FakeDevice) =>
  device.send(keepaliveNotify, { sn: 1, deviceId: DEVICE_ID, status: 'OK', faulty: [] })
const channels = (from: number, count: number): CatalogItem[] =>
  Array.from({ length: count }, (_, i) => ({
    deviceId: `3402000000132${String(from + i).padStart(7, '0')}`,
    name: `通道 ${from + i}`,
  }))

test('keepalives of a registered device, and of nobody', async () => {
  const device = await platform.registered()
  expect((await keepalive(device)).status).toBe(200)
  expect(platform.eventsOf('keepalive')).toEqual([{ type: 'keepalive', status: 'OK', faulty: [] }])
  platform.side.remove(DEVICE_ID)
  expect((await keepalive(device)).status).toBe(403)
})

test('silence is off, a packet is on', async () => {
  const device = await platform.registered()
  platform.time.advance(73_000)
  expect(session().state).toBe('suspect')
  platform.time.advance(120_000)
  expect(session().state).toBe('off')
  await keepalive(device)
  expect(session().state).toBe('on')
  expect(platform.eventsOf('state').map(event => `${event.state} by ${event.cause}`)).toEqual([
    'on by registered',
    'suspect by silent',
    'off by lost',
    'on by traffic',
  ])
})

test('a TCP connection that breaks, and a new one', async () => {
  const device = await platform.registered({ transport: 'tcp' })
  const before = session().target
  await device.reconnect()
  await keepalive(device)
  expect(session().target).not.toBe(before)
  expect(platform.eventsOf('moved')).toHaveLength(1)
  await device.close()
  await vi.waitFor(() => {
    platform.time.advance(2000)
    expect(session().state).toBe('suspect')
  })
  platform.time.advance(20_000)
  expect(session().state).toBe('off')
})

test('the port behind a NAT changes: answers go where it was heard last', async () => {
  const device = await platform.registered()
  const moved = await platform.device()
  moved.onMessage = () =>
    moved.reply(deviceInfoResponse, { sn: 1, deviceId: DEVICE_ID, manufacturer: 'Acme', result: 'OK' })
  await keepalive(moved)
  const info = await session().ask(deviceInfoQuery, deviceInfoResponse, { deviceId: DEVICE_ID })
  expect(info.manufacturer).toBe('Acme')
  expect(device.received).toEqual([])
  expect(platform.eventsOf('moved')).toHaveLength(1)
})

test('a catalog in parts, out of order and repeated', async () => {
  const device = await platform.registered()
  device.onMessage = async message => {
    const { sn } = message.value
    for (const from of [20, 0, 10, 0, 10]) {
      await device.send(catalogResponse, { sn, deviceId: DEVICE_ID, sumNum: 30, items: channels(from, 10) })
    }
    platform.time.advance(500)
  }
  const names: string[] = []
  const result = await session().catalog(items => names.push(...items.map(item => item.name ?? '')))
  expect(result).toMatchObject({ complete: true, received: 30, duplicates: 20, missing: 0 })
  expect(names).toContain('通道 29')
  const record = platform.records.at(-1)
  expect(record).toMatchObject({ kind: 'catalog', verdict: { code: 'ok' } })
  expect(record?.messages).toHaveLength(2 + 5)
})

test('a catalog that is short, with the rest late', async () => {
  const device = await platform.registered()
  device.onMessage = async message => {
    const { sn } = message.value
    await device.send(catalogResponse, { sn, deviceId: DEVICE_ID, sumNum: 140, items: channels(0, 10) })
    platform.time.advance(20_000)
    await device.send(catalogResponse, { sn, deviceId: DEVICE_ID, sumNum: 140, items: channels(10, 10) })
  }
  const items: CatalogItem[] = []
  const result = await session().catalog(batch => items.push(...batch))
  expect(result).toMatchObject({ complete: false, received: 10, missing: 130 })
  await vi.waitFor(() => expect(items).toHaveLength(20))
  expect(platform.records.at(-1)?.verdict).toMatchObject({
    code: 'catalogShort',
    details: { expected: 140, received: 10 },
  })
})

test('no answer to a question, and a question that is not even taken', async () => {
  const device = await platform.registered()
  const asked = session().ask(deviceInfoQuery, deviceInfoResponse, { deviceId: DEVICE_ID })
  const failure = expect(asked).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
  await vi.waitFor(() => expect(device.received).toHaveLength(1))
  await vi.waitFor(() => {
    platform.time.advance(2000)
    expect(platform.records.at(-1)?.verdict.code).toBe('noParts')
  })
  await failure
  device.endpoint.on('MESSAGE', (_request, context) => context.respond(503))
  await expect(session().ask(deviceInfoQuery, deviceInfoResponse, { deviceId: DEVICE_ID })).rejects.toMatchObject({
    code: 'PEER_REFUSED',
  })
  expect(platform.records.at(-1)?.verdict.code).toBe('rejected5xx')
  expect(session().conversation.pending).toBe(0)
})

test('an answer with another SN', async () => {
  const device = await platform.registered()
  device.onMessage = () => device.reply(deviceInfoResponse, { sn: 9999, deviceId: DEVICE_ID, model: 'X' })
  const info = await session().ask(deviceInfoQuery, deviceInfoResponse, { deviceId: DEVICE_ID })
  expect(info.model).toBe('X')
})

test('speaks as the device does', async () => {
  const device = await platform.registered({ charset: 'UTF-8' })
  expect(session().charset).toBe('GB2312')
  await keepalive(device)
  expect(session().charset).toBe('UTF-8')
  device.onMessage = message =>
    device.reply(deviceConfigResponse, { sn: message.value.sn, deviceId: DEVICE_ID, result: 'OK' })
  expect(await session().configure(DEVICE_ID, { basicParam: { name: '门' } })).toBe('OK')
  expect(device.requests.at(-1)?.body.toString()).toContain('encoding="UTF-8"')
  expect(device.received.at(-1)).toMatchObject({ value: { basicParam: { name: '门' } } })
})

test('records of a day', async () => {
  const device = await platform.registered()
  device.onMessage = message => {
    const item = { deviceId: CHANNEL_ID, startTime: '2026-11-20T00:00:00', endTime: '2026-11-20T01:00:00' }
    const items = [item, { ...item, startTime: '2026-11-20T01:00:00' }, item]
    device.reply(recordInfoResponse, { sn: message.value.sn, deviceId: CHANNEL_ID, sumNum: 2, items })
  }
  const found: string[] = []
  const asked = session().records(
    { deviceId: CHANNEL_ID, startTime: '2026-11-20T00:00:00', endTime: '2026-11-20T23:59:59', type: 'all' },
    items => found.push(...items.map(item => item.startTime)),
  )
  await vi.waitFor(() => {
    platform.time.advance(500)
    expect(found).toHaveLength(2)
  })
  expect(await asked).toMatchObject({ complete: true, received: 2, duplicates: 1 })
})

test('configuration in several messages', async () => {
  const device = await platform.registered({ version: '3.0' })
  device.onMessage = async message => {
    const head = { sn: message.value.sn, deviceId: CHANNEL_ID, result: 'OK' as const }
    await device.send(configDownloadResponse, { ...head, basicParam: { name: 'a' } })
    await device.send(configDownloadResponse, { ...head, frameMirror: 1 })
  }
  expect(await session().configuration(CHANNEL_ID, ['BasicParam', 'FrameMirror'])).toEqual({
    basicParam: { name: 'a' },
    frameMirror: 1,
  })
})

test('orders with and without an answer', async () => {
  const device = await platform.registered({ version: '3.0' })
  device.onMessage = message => {
    if (message.name === 'deviceControl' && message.value.guardCmd) {
      device.reply(deviceControlResponse, { sn: message.value.sn, deviceId: CHANNEL_ID, result: 'ERROR' })
    }
  }
  expect(await session().control(CHANNEL_ID, { ptzCmd: 'A50F0000000000B4' })).toBeNull()
  expect(await session().control(CHANNEL_ID, { guardCmd: 'SetGuard' })).toBe('ERROR')
  await session().keyframe(CHANNEL_ID)
  expect(device.received.at(-1)?.value).toMatchObject({ iFrameCmd: 'Send' })
})

test('what came in 2022 is not sent to a device of 2016', async () => {
  const device = await platform.registered()
  await expect(session().control(CHANNEL_ID, { ptzPreciseCtrl: { pan: 1 } })).rejects.toMatchObject({ code: 'INVALID' })
  expect(() => session().ask(sdCardStatusQuery, sdCardStatusResponse, { deviceId: CHANNEL_ID })).toThrow()
  expect(await session().configuration(CHANNEL_ID, ['OSDConfig'])).toEqual({})
  await session().control(CHANNEL_ID, { ptzCmd: 'A50F008100010036', ptzCmdParams: { presetName: 'a' } })
  expect(device.received.at(-1)?.value).not.toHaveProperty('ptzCmdParams')
  await session().keyframe(CHANNEL_ID)
  expect(device.received.at(-1)?.value).toMatchObject({ iFameCmd: 'Send' })
  platform.directory.set(DEVICE_ID, admitted({ quirks: { version: '3.0' } }))
  await device.register()
  expect(await session().control(CHANNEL_ID, { ptzPreciseCtrl: { pan: 1 } })).toBeNull()
})

test('an alarm is answered and a device alarm reset', async () => {
  const device = await platform.registered()
  device.onMessage = message => {
    if (message.name === 'deviceControl')
      device.reply(deviceControlResponse, { sn: message.value.sn, deviceId: CHANNEL_ID, result: 'OK' })
  }
  const alarm = { sn: 5, deviceId: CHANNEL_ID, alarmPriority: 1, alarmMethod: 2, info: { alarmType: 1 } }
  expect((await device.send(alarmNotify, alarm)).status).toBe(200)
  await vi.waitFor(() => expect(device.received).toHaveLength(2))
  expect(device.received).toMatchObject([
    { name: 'alarmResponse', value: { sn: 5, deviceId: CHANNEL_ID, result: 'OK' } },
    { name: 'deviceControl', value: { alarmCmd: 'ResetAlarm', info: { alarmMethod: ['2'], alarmType: ['1'] } } },
  ])
  expect(platform.eventsOf('alarm')).toMatchObject([{ alarm, name: 'videoLoss' }])
})

test('what a device tells by itself', async () => {
  const device = await platform.registered()
  await device.send(mobilePositionNotify, { sn: 1, deviceId: CHANNEL_ID, longitude: 1, latitude: 2, items: [] })
  await device.send(catalogNotify, { sn: 2, deviceId: DEVICE_ID, items: [{ deviceId: CHANNEL_ID, event: 'OFF' }] })
  await device.send(catalogResponse, { sn: 3, deviceId: DEVICE_ID, items: channels(0, 1) })
  const sessionId = 'a'.repeat(32)
  await device.send(uploadSnapShotFinishedNotify, { sn: 4, deviceId: CHANNEL_ID, sessionId, files: ['x'] })
  await device.sendBody(Buffer.from('<Notify><CmdType>Vendor</CmdType><SN>1</SN></Notify>'))
  expect((await device.sendBody(Buffer.from('nonsense'))).status).toBe(400)
  expect(platform.eventsOf('positions')).toMatchObject([{ positions: [{ longitude: 1, latitude: 2 }] }])
  expect(platform.eventsOf('catalogChanged')).toMatchObject([{ items: [{ deviceId: CHANNEL_ID, event: 'OFF' }] }])
  expect(platform.eventsOf('catalogItems')).toHaveLength(1)
  expect(platform.eventsOf('snapshots')).toMatchObject([{ finished: { sessionId, files: ['x'] } }])
  expect(platform.eventsOf('unknown')).toMatchObject([{ envelope: { cmdType: 'Vendor' } }])
})

test('after a restart nobody is off who is not', async () => {
  const device = await platform.registered({ version: '3.0', charset: 'UTF-8' })
  await keepalive(device)
  const snapshots = JSON.parse(JSON.stringify(platform.side.snapshot()))
  platform.time.advance(50_000)
  const next = await Platform.open(platform.time)
  next.side.restore(snapshots, () => admitted())
  const restored = next.side.session(DEVICE_ID)
  expect(restored).toMatchObject({ state: 'on', version: '3.0', charset: 'UTF-8' })
  expect(next.events).toEqual([])
  // asked where it was, and heard from there
  await device.moveTo(next.endpoint.address.port)
  device.onMessage = message =>
    device.reply(deviceInfoResponse, { sn: message.value.sn, deviceId: DEVICE_ID, model: 'M' })
  expect((await restored.ask(deviceInfoQuery, deviceInfoResponse, { deviceId: DEVICE_ID })).model).toBe('M')
  platform.time.advance(72_000)
  expect(restored.state).toBe('on')
  await next.close()
})

test('100 000 channels over TCP: given out in slices, while the rest is still on its way', async () => {
  const device = await platform.registered({ transport: 'tcp' })
  device.onMessage = async message => {
    const { sn } = message.value
    for (let from = 0; from < 100_000; from += 100) {
      await device.send(catalogResponse, { sn, deviceId: DEVICE_ID, sumNum: 100_000, items: channels(from, 100) })
    }
    platform.time.advance(500)
  }
  let received = 0
  let messages = 0
  let most = 0
  const receive = session().receive.bind(session())
  session().receive = (request, context) => {
    const before = received
    receive(request, context)
    messages++
    most = Math.max(most, received - before)
  }
  const slices = new Set<number>()
  const result = await session().catalog(items => {
    received += items.length
    slices.add(items.length)
  })
  expect(result).toMatchObject({ complete: true, received: 100_000 })
  expect(received).toBe(100_000)
  // one message is the most that is worked on at a time, and gives out one slice at most
  expect([messages, most, [...slices]]).toEqual([1000, 200, [200]])
})
