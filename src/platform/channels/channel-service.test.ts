import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DevicesAtNode } from '../../../test/support/devices-at-node.ts'
import {
  ADMINISTRATOR,
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import { AppError } from '../../base/errors.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { DeviceServices } from '../devices/compose-devices.ts'
import type { Device } from '../devices/device.ts'
import type { Channel } from './channel.ts'

const OPERATOR = { ...ADMINISTRATOR, role: 'operator' } as const
const VIEWER = { ...ADMINISTRATOR, role: 'viewer' } as const
const CAMERA = '34020000001320000001'
const HOUR = { startMs: 1_600_000_000_000, endMs: 1_600_003_600_000 }

let platform: PlatformUnderTest
let node: NodeUnderTest
let atNode: DevicesAtNode
let gb: DeviceServices
let device: Device
let channel: Channel

beforeEach(async () => {
  platform = await platformUnderTest()
  gb = platform.services.gb28181
  atNode = new DevicesAtNode()
  node = new NodeUnderTest(platform, { features: atNode.features })
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
  device = await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: CAMERA, type: 'ipc', name: 'Lobby' })
  await emit(state('on'))
  channel = await only()
})

afterEach(async () => {
  await node.close()
  await platform.close()
})

const state = (state: 'on' | 'off'): NodeEvent => ({
  ...{ type: 'device.state', device: device.id, state, reason: state === 'off' ? 'no keepalive' : '', remote: '' },
  ...{ transport: 'UDP', version: '', agent: '', expiresAtMs: null, atMs: 1 },
})

async function emit(...events: NodeEvent[]): Promise<void> {
  for (const event of events) node.client.emit(event)
  platform.time.advance(1000)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

async function only(): Promise<Channel> {
  const { items } = await gb.channels.list(VIEWER, { sort: { by: 'name', descending: false }, limit: 10 })
  expect(items).toHaveLength(1)
  return items[0]!
}

test('a camera that registered can be watched before its catalog is here', async () => {
  expect(channel).toMatchObject({
    gbId: CAMERA,
    name: 'Lobby',
    path: `default/live/${CAMERA}`,
    state: 'on',
    reason: '',
  })
})

test('whether it can be watched follows from its device, its catalog and what people set', async () => {
  await emit(state('off'))
  expect(await only()).toMatchObject({ state: 'off', reason: 'its device is off: no keepalive' })
  await emit(state('on'))
  await gb.channels.update(OPERATOR, channel.id, { enabled: false })
  expect(await only()).toMatchObject({ state: 'off', reason: 'it is disabled' })
  await gb.channels.update(OPERATOR, channel.id, { enabled: true })
  const change = { event: 'VLOST', gbId: CAMERA, item: null } as const
  await emit({ type: 'device.catalog-changed', device: device.id, changes: [change], atMs: 1 })
  expect(await only()).toMatchObject({ state: 'off', reason: 'its device says so' })
  const sort = { by: 'name', descending: false } as const
  expect((await gb.channels.list(VIEWER, { sort, limit: 10, state: 'on' })).items).toEqual([])
  expect((await gb.channels.list(VIEWER, { sort, limit: 10, state: 'off' })).items).toHaveLength(1)
})

test('playing makes a stream, holds it for a moment and tells how long the first picture took', async () => {
  const playing = await gb.channels.play(VIEWER, channel.id)
  expect(playing).toMatchObject({ path: channel.path, firstPictureMs: 180, attempt: 'at_1', nodeId: 'node-1' })
  expect(atNode.of('gb.play')).toEqual([{ device: device.id, channel: CAMERA, path: channel.path, holdS: 30 }])
  expect(await platform.services.streams.get(VIEWER, playing.streamId)).toMatchObject({
    path: channel.path,
    title: 'Lobby',
  })
  node.streams = [liveStream(channel.path)]
  await emit()
  expect((await only()).live).toMatchObject({ nodeId: 'node-1', status: { viewers: 3 } })
  await gb.channels.stop(OPERATOR, channel.id)
  expect(atNode.of('gb.stop')).toEqual([{ device: device.id, channel: CAMERA, path: channel.path }])
})

test('a failure says what was found and what to do, with the attempt that has it all', async () => {
  const found = {
    verdict: 'answeredButNoPackets',
    summary: 'the device answered and sent nothing',
    advice: 'open the port',
  }
  atNode.failing.set('gb.play', new AppError('DEVICE_FAILED', { ...found, attempt: 'at_9' }))
  const error: AppError = await gb.channels.play(VIEWER, channel.id).then(
    () => Promise.reject(new Error('played')),
    (error: AppError) => error,
  )
  expect(error).toMatchObject({ code: 'DEVICE_FAILED', message: found.summary, hint: found.advice })
  expect(error.toldDetails).toEqual({ ...found, attempt: 'at_9' })
})

test('what is disabled is not started', async () => {
  await gb.devices.update(ADMINISTRATOR, device.id, { enabled: false })
  await expect(gb.channels.play(VIEWER, channel.id)).rejects.toMatchObject({ code: 'DEVICE_UNSUITABLE' })
  await gb.devices.update(ADMINISTRATOR, device.id, { enabled: true })
  await gb.commands.stop(OPERATOR, device.id, platform.time.nowMs() + 5000)
  expect(await only()).toMatchObject({ state: 'off', reason: 'its device is stopped' })
  const sort = { by: 'gbId', descending: true } as const
  expect((await gb.channels.list(VIEWER, { sort, limit: 10, state: 'on' })).items).toEqual([])
  await expect(gb.channels.play(VIEWER, channel.id)).rejects.toMatchObject({ code: 'DEVICE_UNSUITABLE' })
  expect(atNode.of('gb.play')).toEqual([])
  platform.time.advance(5000)
  expect(await only()).toMatchObject({ state: 'on' })
  expect((await gb.channels.list(VIEWER, { sort, limit: 10, state: 'on' })).items).toHaveLength(1)
})

test('a given name goes over that of the catalog, is found, and can be taken back', async () => {
  expect(await gb.channels.update(OPERATOR, channel.id, { givenName: 'East Door' })).toMatchObject({
    name: 'East Door',
  })
  const sort = { by: 'name', descending: false } as const
  expect((await gb.channels.list(VIEWER, { sort, limit: 1, text: 'east d' })).items).toHaveLength(1)
  expect(await gb.channels.update(OPERATOR, channel.id, { givenName: null })).toMatchObject({ name: CAMERA })
})

test('a camera is moved, and that is not written down; a preset is', async () => {
  await gb.control.control(OPERATOR, channel.id, { type: 'ptz', pan: 0.5, tilt: 0, zoom: 0 })
  await gb.control.setPreset(OPERATOR, channel.id, 2, 'gate')
  expect(atNode.controls).toEqual([
    { type: 'ptz', pan: 0.5, tilt: 0, zoom: 0 },
    { type: 'preset', action: 'set', preset: 2, name: 'gate' },
  ])
  expect(await gb.control.presets(VIEWER, channel.id)).toEqual([
    { number: 1, name: 'door' },
    { number: 2, name: 'gate' },
  ])
  await gb.control.deletePreset(OPERATOR, channel.id, 2)
  expect((await gb.control.presets(VIEWER, channel.id))[1]).toEqual({ number: 2, name: '' })
  const actions = await platform.db.selectFrom('audit').select('action').where('object', '=', channel.id).execute()
  expect(actions.map(row => row.action)).toEqual(['channel.control', 'channel.control'])
})

test('who may do what', async () => {
  const refused = { code: 'FORBIDDEN' }
  await expect(gb.control.control(VIEWER, channel.id, { type: 'iframe' })).rejects.toMatchObject(refused)
  await expect(gb.control.control(OPERATOR, channel.id, { type: 'reboot' })).rejects.toMatchObject(refused)
  const config = { type: 'config', name: 'FrameMirror', value: { value: 1 } } as const
  await expect(gb.control.control(OPERATOR, channel.id, config)).rejects.toMatchObject(refused)
  await expect(gb.playback.talk(VIEWER, channel.id, 'auto')).rejects.toMatchObject(refused)
})

test('cruises and configuration are asked of the device', async () => {
  expect(await gb.control.cruises(VIEWER, channel.id)).toEqual([{ number: 1, name: 'round' }])
  expect(await gb.control.cruise(VIEWER, channel.id, 1)).toEqual([{ preset: 1, dwellS: 5, speed: 8 }])
  const query = { type: 'ConfigDownload', configs: ['BasicParam'] } as const
  expect(await gb.control.query(VIEWER, channel.id, { ...query, configs: [...query.configs] })).toEqual({
    basicParam: { name: 'Lobby' },
  })
})

test('recordings of a device are found, played, moved in and ended', async () => {
  const { recordings, complete } = await gb.playback.recordings(VIEWER, channel.id, HOUR, 'all')
  expect([recordings.length, complete]).toEqual([1, true])
  const playing = await gb.playback.play(VIEWER, channel.id, HOUR, 2)
  expect(playing).toMatchObject({ channelId: channel.id, attempt: 'at_2', session: { id: 'se_1', kind: 'playback' } })
  expect(playing.session.path).toMatch(new RegExp(`^default/playback/${CAMERA}-1600000000-[\\w-]{8}$`))
  await gb.playback.control(VIEWER, 'se_1', 'seek', HOUR.startMs + 5000)
  expect(atNode.of('gb.playback.control')).toEqual([{ session: 'se_1', action: 'seek', value: HOUR.startMs + 5000 }])
  expect(await gb.playback.get(VIEWER, 'se_1')).toMatchObject({ channelId: channel.id, nodeId: 'node-1' })
  await expect(gb.playback.get(VIEWER, 'se_none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test.each([
  ['backwards', { startMs: 5, endMs: 5 }],
  ['two months', { startMs: 0, endMs: 60 * 86_400_000 }],
])('a span of %s is refused', async (_, span) => {
  await expect(gb.playback.recordings(VIEWER, channel.id, span, 'all')).rejects.toMatchObject({ code: 'INVALID' })
})

test('a download tells how far it is, and in the end where its file is', async () => {
  const { id } = await gb.playback.download(OPERATOR, channel.id, HOUR)
  await vi.waitFor(() => expect(atNode.of('gb.playback')).toHaveLength(1), { interval: 2 })
  const session = atNode.sessions.get('se_1')!
  atNode.session('se_1', { ...session, progress: 0.35 })
  const look = async () => {
    platform.time.advance(1000)
    return gb.playback.downloaded(OPERATOR, id)
  }
  await vi.waitFor(async () => expect((await look()).operation.done).toBe(3), { interval: 2 })
  atNode.session('se_1', { ...session, progress: 1, state: 'ended', file: '/default/download/x.mp4' })
  await vi.waitFor(async () => expect((await look()).operation).toMatchObject({ state: 'done', done: 10 }), {
    interval: 2,
  })
  expect((await look()).session).toMatchObject({ session: { file: '/default/download/x.mp4' } })
})

test('a download that is cancelled ends at the device, and one that ends early fails', async () => {
  const first = await gb.playback.download(OPERATOR, channel.id, HOUR)
  await vi.waitFor(() => expect(atNode.of('gb.sessions').length).toBeGreaterThan(0), { interval: 2 })
  expect(await platform.services.operations.cancel(OPERATOR, first.id)).toMatchObject({ state: 'cancelled' })
  expect(atNode.of('gb.playback.control')).toEqual([{ session: 'se_1', action: 'stop' }])
  const second = await gb.playback.download(OPERATOR, channel.id, HOUR)
  await vi.waitFor(() => expect(atNode.of('gb.playback')).toHaveLength(2), { interval: 2 })
  atNode.session('se_1', { state: 'ended', reason: 'BYE' })
  await vi.waitFor(
    async () => {
      platform.time.advance(1000)
      expect(await platform.services.operations.get(OPERATOR, second.id)).toMatchObject({
        ...{ state: 'failed', error: { code: 'PEER_REFUSED' } },
      })
    },
    { interval: 2 },
  )
})

test('the way for a voice is opened at the node of the device', async () => {
  expect(await gb.playback.talk(OPERATOR, channel.id, 'auto')).toEqual({
    ...{ nodeId: 'node-1', session: 'se_2', path: '/talk/se_2', token: 'secret' },
  })
})
