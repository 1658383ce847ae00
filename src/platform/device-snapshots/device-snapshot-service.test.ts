import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DevicesAtNode } from '../../../test/support/devices-at-node.ts'
import {
  ADMINISTRATOR,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import type { App } from '../../http/app.ts'
import { createApp } from '../../http/server.ts'
import type { NodeEvent } from '../../link/events.ts'

const CAMERA = '34020000001320000001'
const JPEG = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(100, 7)])
const DAY_MS = 86_400_000

let platform: PlatformUnderTest
let node: NodeUnderTest
let atNode: DevicesAtNode
let app: App
let device: string
let channel: string

beforeEach(async () => {
  platform = await platformUnderTest()
  app = await createApp(platform.server)
  atNode = new DevicesAtNode()
  node = new NodeUnderTest(platform, { features: atNode.features })
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
  device = (await platform.services.gb28181.devices.create(ADMINISTRATOR, { space: 'default', gbId: CAMERA })).id
  const state = {
    state: 'on',
    reason: '',
    remote: '',
    transport: '',
    version: '',
    agent: '',
    expiresAtMs: null,
    atMs: 1,
  } as const
  await emit({ type: 'device.state', device, ...state })
  channel = (await platform.db.selectFrom('channels').select('id').executeTakeFirstOrThrow()).id
})

afterEach(async () => {
  await node.close()
  await app.close()
  await platform.close()
})

async function emit(event: NodeEvent): Promise<void> {
  node.client.emit(event)
  platform.time.advance(100)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

const snapshots = () => platform.services.gb28181.deviceSnapshots

/** Asks for pictures; answers where the device is to send them. */
async function take(count = 1) {
  const snapshot = await snapshots().take(ADMINISTRATOR, channel, count, 2)
  const [control] = atNode.controls.slice(-1)
  if (control?.type !== 'snapshot') throw new Error('nothing was asked for')
  return { id: snapshot.id, control, path: control.url.replace('http://192.0.2.1:8000', '') }
}

const send = (url: string, payload: Buffer, type = 'image/jpeg', method: 'POST' | 'PUT' = 'POST') =>
  app.inject({ method, url, payload, headers: { 'content-type': type } })

test('a device is told where to send, sends, and says it is done', async () => {
  const { id, control, path } = await take(2)
  expect(control).toMatchObject({ count: 2, intervalS: 2, session: expect.stringMatching(/^[\da-f]{48}$/) })
  expect((await send(`${path}/one.jpg`, JPEG, 'image/jpeg', 'PUT')).statusCode).toBe(200)
  expect((await send(path, JPEG, 'application/octet-stream')).statusCode).toBe(200)
  await emit({
    type: 'device.finished',
    device,
    what: 'snapshot',
    session: control.session,
    ok: true,
    details: [],
    atMs: 9,
  })
  expect(await snapshots().get(ADMINISTRATOR, id)).toMatchObject({
    ...{ wanted: 2, ok: true, finishedAtMs: 9 },
    files: [
      { name: 'one.jpg', type: 'image/jpeg', sizeBytes: JPEG.length },
      { name: '2.jpeg', type: 'image/jpeg', sizeBytes: JPEG.length },
    ],
  })
  expect((await snapshots().file(ADMINISTRATOR, id, 'one.jpg')).content).toEqual(JPEG)
})

test('a form is taken apart', async () => {
  const { id, path } = await take()
  const form = Buffer.concat([
    Buffer.from('--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n7\r\n'),
    Buffer.from(
      '--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n',
    ),
    JPEG,
    Buffer.from('\r\n--x--\r\n'),
  ])
  expect((await send(path, form, 'multipart/form-data; boundary=x')).statusCode).toBe(200)
  expect((await snapshots().file(ADMINISTRATOR, id, '1.jpeg')).content).toEqual(JPEG)
})

test('what is no picture, too large, too late, too much or at a guessed address is refused', async () => {
  const { path, id } = await take()
  expect((await send(path, Buffer.from('<script>'), 'image/jpeg')).statusCode).toBe(400)
  expect((await send(path, Buffer.alloc(0))).statusCode).toBe(400)
  expect((await send(path, Buffer.concat([JPEG, Buffer.alloc(9 * 1024 * 1024)]))).statusCode).toBe(413)
  expect((await send(`${path.slice(0, -1)}x`, JPEG)).statusCode).toBe(404)
  for (let i = 0; i < 20; i++) expect((await send(`${path}/a.jpg`, JPEG)).statusCode).toBe(200)
  expect((await send(`${path}/a.jpg`, JPEG)).statusCode).toBe(409)
  const { files } = await snapshots().get(ADMINISTRATOR, id)
  expect(new Set(files.map(file => file.name)).size).toBe(20)
  platform.time.advance(10 * 60_000 + 1)
  expect((await send(path, JPEG)).statusCode).toBe(404)
})

test('names do not leave the folder', async () => {
  const { id, path } = await take()
  for (const name of ['..%2F..%2Fescaped', '.hidden', '%00', 'a%20b']) {
    expect((await send(`${path}/${name}`, JPEG)).statusCode).toBe(200)
  }
  const { files } = await snapshots().get(ADMINISTRATOR, id)
  expect(files.map(file => file.name)).toEqual(['1.jpeg', '2.jpeg', '3.jpeg', '4.jpeg'])
  await expect(snapshots().file(ADMINISTRATOR, id, '../../platform.db')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('pictures go after 30 days, and with their device', async () => {
  const first = await take()
  await send(first.path, JPEG)
  const folders = () => readdirSync(join(platform.directory, 'device-snapshots'))
  expect(folders()).toEqual([first.id])
  platform.time.jump(30 * DAY_MS + 1)
  await snapshots().tidy()
  expect(folders()).toEqual([])
  const second = await take()
  await send(second.path, JPEG)
  await platform.services.gb28181.devices.delete(ADMINISTRATOR, device)
  await snapshots().tidy()
  expect(folders()).toEqual([])
})
