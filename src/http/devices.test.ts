import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DevicesAtNode } from '../../test/support/devices-at-node.ts'
import { NodeUnderTest, type PlatformUnderTest, platformUnderTest } from '../../test/support/platform-under-test.ts'
import { AppError } from '../base/errors.ts'
import type { NodeEvent } from '../link/events.ts'
import type { FeedEvent } from '../platform/events-feed/feed-event.ts'
import type { App } from './app.ts'
import { createApp } from './server.ts'

const CAMERA = '34020000001320000001'

let platform: PlatformUnderTest
let app: App
let node: NodeUnderTest
let atNode: DevicesAtNode
let token: string

beforeEach(async () => {
  platform = await platformUnderTest()
  app = await createApp(platform.server)
  atNode = new DevicesAtNode()
  node = new NodeUnderTest(platform, { features: atNode.features })
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
  token = await platform.addUser('admin', 'administrator')
})

afterEach(async () => {
  await node.close()
  await app.close()
  await platform.close()
})

const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object, as = token) => {
  const headers = { authorization: `Bearer ${as}`, host: 'video.example' }
  const response = await app.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) })
  return { status: response.statusCode, headers: response.headers, text: response.body, json: () => response.json() }
}

async function emit(...events: NodeEvent[]): Promise<void> {
  for (const event of events) node.client.emit(event)
  platform.time.advance(1000)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

/** A camera that has registered, and its channel. */
async function camera(): Promise<{ device: string; channel: string }> {
  const device: string = (await call('POST', '/devices', { gbId: CAMERA, name: 'Lobby', password: 'Cam3ras!' })).json()
    .id
  await emit({
    ...{ type: 'device.state', device, state: 'on', reason: '', remote: '192.0.2.20:5060', transport: 'UDP' },
    ...{ version: '3.0', agent: 'IPC', expiresAtMs: 1_700_003_600_000, atMs: 1_700_000_000_000 },
  })
  return { device, channel: (await call('GET', `/devices/${device}/channels`)).json().items[0].id }
}

describe('devices', () => {
  test('are shown with what they are, and without their password', async () => {
    const { device } = await camera()
    const { text, json } = await call('GET', `/devices/${device}`)
    expect(text).not.toContain('Cam3ras!')
    expect(json()).toMatchObject({
      ...{ gbId: CAMERA, type: 'ipc', protocol: 'gb28181', passwordSet: true, state: 'on', nodeId: 'node-1' },
      ...{ registeredAt: '2023-11-14T22:13:20.000Z', registeredUntil: '2023-11-14T23:13:20.000Z' },
      ...{ stats: { channels: 1, online: 1 }, stopped: null, catalog: null },
    })
    expect(JSON.stringify((await call('GET', '/audit')).json())).not.toContain('Cam3ras!')
  })

  test.each(['hikvision-sdk', 'onvif', 'GB28181'])(
    'of protocol %s are refused, and told what to do',
    async protocol => {
      const { status, json } = await call('POST', '/devices', { gbId: CAMERA, protocol })
      expect([status, json().error]).toMatchObject([
        422,
        { code: 'PROTOCOL_UNSUPPORTED', hint: expect.stringContaining('GB/T 28181') },
      ])
    },
  )

  test('are stopped until a time and started again; many at once tell what became of each', async () => {
    const { device } = await camera()
    const until = new Date(platform.time.nowMs() + 60_000).toISOString()
    expect((await call('POST', `/devices/${device}/stop`, { until })).json()).toMatchObject({ stopped: { until } })
    expect((await call('POST', `/devices/${device}/start`)).json()).toMatchObject({ stopped: null, autoStart: true })
    const { status, headers, json } = await call('POST', '/devices/bulk', { action: 'stop', ids: [device, 'dv_none'] })
    expect([status, headers.location]).toEqual([202, `/api/v1/operations/${json().id}`])
    await vi.waitFor(async () => {
      const operation = (await call('GET', `/operations/${json().id}`)).json()
      expect(operation).toMatchObject({ kind: 'devices.stop', state: 'done' })
      expect(operation.rows).toMatchObject([{ ok: true }, { ok: false, error: { code: 'NOT_FOUND' } }])
    })
    expect((await call('GET', `/devices/${device}`)).json()).toMatchObject({ stopped: { until: null } })
  })

  test('what to type into a camera; the password only for who may see keys', async () => {
    await call('PATCH', '/spaces/default', { gb28181: { password: 'Cam3ras!', admission: 'password' } })
    const asked = async (as: string) => (await call('GET', '/gb28181/server', undefined, as)).json()
    expect(await asked(token)).toMatchObject({
      ...{ host: 'video.example', port: null, transports: [], password: 'Cam3ras!', passwordSet: true },
      ...{ admission: 'password', registerExpiresS: 3600, keepaliveS: 60 },
    })
    expect(await asked(await platform.addUser('viewer', 'viewer'))).toMatchObject({ password: null, passwordSet: true })
  })

  test('are told to followers as they come', async () => {
    const heard: object[] = []
    const actor = await platform.services.authenticator.authenticate(token, { remote: '', traceId: '' })
    const follower = {
      event: ({ type, data }: FeedEvent) => void heard.push({ type, ...data }),
      reset() {},
      heartbeat() {},
      end() {},
    }
    platform.services.feed.follow({ actor, filter: {}, ...follower }, null)
    const { device } = await camera()
    expect(heard).toContainEqual(expect.objectContaining({ type: 'device.state', device, state: 'on' }))
    expect(heard).toContainEqual({ type: 'changed', noun: 'devices', id: null, operation: 'createDevice' })
  })

  test('are exported as CSV', async () => {
    await camera()
    const { headers, text } = await call('GET', '/devices/export')
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(text.split('\r\n')[1]).toMatch(/^34020000001320000001,Lobby,ipc,/)
  })

  test('are imported, with a report of each row', async () => {
    const csv = `gbId,name\n${CAMERA},Lobby\n123,Bad`
    expect((await call('POST', '/devices/import', { csv })).json()).toEqual({
      ...{ created: 1, failed: 1 },
      rows: [
        { row: 2, gbId: CAMERA, name: 'Lobby', ok: true, error: null },
        {
          row: 3,
          gbId: '123',
          name: 'Bad',
          ok: false,
          error: expect.objectContaining({ code: 'INVALID', field: 'gbId' }),
        },
      ],
    })
    const file = Buffer.from('gbId\n34020000001320000002').toString('base64')
    expect((await call('POST', '/devices/import', { file })).json()).toMatchObject({ created: 1 })
    expect((await call('POST', '/devices/import', {})).json().error).toMatchObject({ code: 'INVALID', field: 'body' })
  })
})

describe('channels', () => {
  test('have play URLs whose opening starts them, and are played with a measure of the first picture', async () => {
    const { channel } = await camera()
    const { play, path, state } = (await call('GET', `/channels/${channel}`)).json()
    expect([path, state, play.flv]).toEqual([
      ...[`default/live/${CAMERA}`, 'on'],
      expect.stringContaining(`http://video.example:18080/live/${CAMERA}.flv?expires=`),
    ])
    const playing = (await call('POST', `/channels/${channel}/play`)).json()
    expect(playing).toMatchObject({ path, firstPictureMs: 180, attempt: 'at_1', play: { flv: play.flv } })
    expect((await call('GET', `/streams/${playing.streamId}`)).json()).toMatchObject({ path, title: 'Lobby' })
  })

  test('that cannot be played say what was found, what to do, and which attempt has it all', async () => {
    const { channel } = await camera()
    const found = { verdict: 'answeredButNoPackets', summary: 'it answered and sent nothing', advice: 'open the port' }
    atNode.failing.set('gb.play', new AppError('DEVICE_FAILED', { ...found, attempt: 'at_9' }))
    const { status, json } = await call('POST', `/channels/${channel}/play`)
    expect([status, json().error]).toEqual([
      502,
      {
        ...{ code: 'DEVICE_FAILED', message: found.summary, hint: found.advice, traceId: expect.any(String) },
        details: { ...found, attempt: 'at_9' },
      },
    ])
  })

  test.each([
    ['ptz', { pan: 1.5 }, 'body.pan'],
    ['lens', { focus: -2 }, 'body.focus'],
    ['controls/aux', { number: 256, on: true }, 'body.number'],
    ['controls/wiper', {}, 'body.on'],
  ])('%s is checked before anything is sent', async (name, payload, field) => {
    const { channel } = await camera()
    const { status, json } = await call('POST', `/channels/${channel}/${name}`, payload)
    expect([status, json().error.field]).toEqual([400, field])
    expect(atNode.controls).toEqual([])
  })

  test('are controlled by the names of the standard', async () => {
    const { channel } = await camera()
    for (const [name, payload] of [
      ['drag-zoom', { direction: 'in', area: { length: 1, width: 1, midX: 0, midY: 0, lengthX: 1, lengthY: 1 } }],
      ['format-sd-card', { card: 0 }],
      ['iframe', undefined],
    ] as const) {
      expect((await call('POST', `/channels/${channel}/controls/${name}`, payload)).json()).toEqual({
        result: 'answered',
      })
    }
    expect(atNode.controls.map(({ type }) => type)).toEqual(['dragZoom', 'formatSdCard', 'iframe'])
  })

  test('a playback has URLs of its own and is moved in', async () => {
    const { channel } = await camera()
    const span = { start: '2023-11-14T20:00:00Z', end: '2023-11-14T21:00:00+00:00' }
    const { status, json } = await call('POST', `/channels/${channel}/playback`, span)
    expect([status, json()]).toMatchObject([
      201,
      { channelId: channel, attempt: 'at_2', position: '2023-11-14T20:00:00.000Z' },
    ])
    expect(json().play.flv).toContain(`/playback/${CAMERA}-1699992000-`)
    const { id } = json()
    expect((await call('POST', `/playbacks/${id}/speed`, { speed: -4 })).status).toBe(200)
    expect((await call('POST', `/playbacks/${id}/seek`, { at: '2023-11-14T20:30:00Z' })).status).toBe(200)
    expect(atNode.of('gb.playback.control')).toEqual([
      { session: id, action: 'speed', value: -4 },
      { session: id, action: 'seek', value: Date.parse('2023-11-14T20:30:00Z') },
    ])
  })

  test('a voice goes to the media port of the node', async () => {
    const { channel } = await camera()
    expect((await call('POST', `/channels/${channel}/talk`)).json()).toEqual({
      ...{ session: 'se_2', url: 'ws://video.example:18080/talk/se_2', token: 'secret' },
    })
  })
})
