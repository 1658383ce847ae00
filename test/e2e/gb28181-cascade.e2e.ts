import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { CAMERA, makeClip } from '../../src/simulator/clip.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, play, publish, TONE } from './programs.ts'

const UPPER_ID = '34010000002000000001'
const LOWER_ID = '34020000002000000001'
const NVR = '34020000001180000001'
const CAMERA_ID = '34020000001310000001'
/** What the channel is called above, and the stream that is pushed below. */
const SHARED = '34010000001320000901'
const PUSHED = '34010000001320000902'
const PASSWORD = 'secret-12'
/** An hour ago, at a keyframe of the simulated recording. */
const START = Math.floor((Date.now() - 3_600_000) / 4000) * 4000

type Row = Record<string, unknown>

let upper: ProductUnderTest
let lower: ProductUnderTest
let fleet: GbFleet
/** Id of the pushed stream at the lower product. */
let stage: string
/** Ids of the shared channels at the upper product. */
const channelAbove = new Map<string, string>()

const camera = () => fleet.device(NVR)?.channels.get(CAMERA_ID)

async function rows(product: ProductUnderTest, path: string): Promise<Row[]> {
  return (await product.api('GET', path))['items'] as Row[]
}

/** Starts a channel and plays its FLV for so long. */
async function watched(product: ProductUnderTest, id: string, seconds: number) {
  const started = await product.api('POST', `/channels/${id}/play`, {})
  return play((started['play'] as Record<string, string>)['flv'] ?? '', seconds)
}

beforeAll(async () => {
  const domain = (id: string) => ({ SIGHTLINE_SIP_ID: id, SIGHTLINE_SIP_DOMAIN: id.slice(0, 10) })
  const products = [ProductUnderTest.start(domain(UPPER_ID)), ProductUnderTest.start(domain(LOWER_ID))] as const
  ;[upper, lower] = await Promise.all(products)
  // the camera may stop as soon as nobody watches
  await lower.api('PATCH', '/spaces/default', { gb28181: { stopAfterS: 0 } })
  const clip = await makeClip({ ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 })
  const { sip: port } = await lower.gb28181()
  fleet = new GbFleet({
    upper: { serverId: LOWER_ID, domain: LOWER_ID.slice(0, 10), host: '127.0.0.1', port, transport: 'udp' },
    ...{ devices: 1, channels: 2, firstId: NVR, password: PASSWORD, clip, faults: new Set(), localHost: '127.0.0.1' },
    ...{ clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [100, 1000] },
  })
  await fleet.start()
})

afterAll(async () => {
  await Promise.all([upper, lower].map(product => product?.[Symbol.asyncDispose]()))
  await fleet?.crash()
})

test('what is shared below is in the catalog above: a channel of a device, and a stream that is pushed', async () => {
  const gb28181 = { space: 'default', protocol: 'gb28181', password: PASSWORD }
  const { id: recorder } = await lower.api('POST', '/devices', { ...gb28181, type: 'nvr', gbId: NVR, name: 'recorder' })
  const channel = await until('the recorder told its channels', async () =>
    (await rows(lower, `/devices/${recorder}/channels`)).find(({ gbId }) => gbId === CAMERA_ID),
  )
  stage = String((await lower.api('POST', '/streams', { space: 'default', app: 'live', name: 'stage' }))['id'])

  const below = { ...gb28181, type: 'platform', gbId: LOWER_ID, name: 'lower' }
  const { id: system } = await upper.api('POST', '/devices', below)
  const wish = { name: 'City', serverId: UPPER_ID, host: '127.0.0.1', port: (await upper.gb28181()).sip }
  const { id: parent } = await lower.api('POST', '/parent-platforms', { ...wish, password: PASSWORD })
  const shares = [
    ['share', { channels: [{ channelId: channel['id'], sharedId: SHARED, name: 'Gate' }] }],
    ['share-streams', { streams: [{ streamId: stage, sharedId: PUSHED }] }],
  ] as const
  for (const [route, body] of shares) {
    const { results } = await lower.api('POST', `/parent-platforms/${parent}/${route}`, body)
    expect(results).toMatchObject([{ ok: true }])
  }
  await until('it is registered', async () => (await lower.api('GET', `/parent-platforms/${parent}`))['state'] === 'on')
  const found = await until('the catalog is there', async () => {
    const channels = await rows(upper, `/devices/${system}/channels`)
    return channels.length >= 2 && channels
  })
  expect(found.map(({ gbId, name }) => [gbId, name]).sort()).toEqual([
    [SHARED, 'Gate'],
    [PUSHED, 'stage'],
  ])
  for (const { gbId, id } of found) channelAbove.set(String(gbId), String(id))
})

test('the channel plays above, and the end of watching goes all the way down', async () => {
  const id = channelAbove.get(SHARED) ?? ''
  const decoded = await watched(upper, id, 1)
  expect([decoded.video >= 9, decoded.complaints]).toEqual([true, ''])
  expect(fleet.device(NVR)?.callsOf(CAMERA_ID)).toBe(1)
  await upper.api('POST', `/channels/${id}/stop`, {})
  await until('the camera was told BYE', () => fleet.device(NVR)?.callsOf() === 0)
})

test('a stream that is pushed below plays above', async () => {
  const stream = await lower.api('GET', `/streams/${stage}`)
  await using _ = publish((stream['publish'] as { rtmp: string }).rtmp, ...PICTURE, ...TONE, ...H264, ...AAC)
  const id = channelAbove.get(PUSHED) ?? ''
  // told by NOTIFY, since the upper one subscribes to the catalog of the lower
  await until('above it is on', async () => (await upper.api('GET', `/channels/${id}`))['status'] === 'on')
  const decoded = await watched(upper, id, 1)
  expect([decoded.video >= 24, decoded.complaints]).toEqual([true, ''])
  await upper.api('POST', `/channels/${id}/stop`, {})
  await lower.api('PATCH', `/streams/${stage}`, { title: 'Main stage' })
  await until('it is renamed above', async () => {
    return (await upper.api('GET', `/channels/${id}`))['name'] === 'Main stage'
  })
})

test('a stream that is deleted below is gone above', async () => {
  expect((await lower.status('DELETE', `/streams/${stage}`)).status).toBe(204)
  const id = channelAbove.get(PUSHED) ?? ''
  await until('it is gone', async () => (await upper.status('GET', `/channels/${id}`)).status === 404)
})

test('orders and questions from above reach the camera', async () => {
  const id = channelAbove.get(SHARED) ?? ''
  await upper.api('POST', `/channels/${id}/ptz`, { pan: 0.5, tilt: 0, zoom: 0 })
  await until('the camera turns', () => (camera()?.position(performance.now()).pan ?? 0) > 0)
  await upper.api('POST', `/channels/${id}/ptz`, { pan: 0, tilt: 0, zoom: 0 })
  await upper.api('PUT', `/channels/${id}/presets/3`, { name: 'gate' })
  await until('the camera remembers', () => camera()?.presets.has(3))
  const presets = await rows(upper, `/channels/${id}/presets`)
  expect(presets).toEqual([{ number: 3, name: 'gate' }])
})

test('pictures that the camera makes itself go to who asked for them', async () => {
  const wish = { count: 1, intervalS: 1 }
  const { id } = await upper.api('POST', `/channels/${channelAbove.get(SHARED)}/device-snapshots`, wish)
  const taken = await until('the end is told up', async () => {
    const found = await upper.api('GET', `/device-snapshots/${id}`)
    return found['finishedAt'] !== null && found
  })
  expect(taken).toMatchObject({ ok: true, files: [{ type: 'image/jpeg', name: expect.stringContaining(CAMERA_ID) }] })
})

test('a recording in the device is listed, played and sought in from above', async () => {
  const id = channelAbove.get(SHARED) ?? ''
  const time = (ms: number): string => new Date(ms).toISOString()
  const span = { start: time(START), end: time(START + 600_000) }
  const recordings = await rows(upper, `/channels/${id}/device-recordings?start=${span.start}&end=${span.end}`)
  expect(recordings[0]).toMatchObject({ start: span.start, kind: 'time' })
  const session = await upper.api('POST', `/channels/${id}/playback`, span)
  expect(session).toMatchObject({ kind: 'playback', state: 'on', ignored: [] })
  const decoded = await play((session['play'] as Record<string, string>)['flv'] ?? '', 2)
  expect([decoded.video >= 18, decoded.complaints]).toEqual([true, ''])
  const playback = `/playbacks/${session['id']}`
  expect(await upper.api('POST', `${playback}/seek`, { at: time(START + 300_000) })).toMatchObject({ ignored: [] })
  expect(await upper.api('POST', `${playback}/stop`, {})).toMatchObject({ state: 'ended' })
  await until('the camera was told BYE', () => fleet.device(NVR)?.callsOf() === 0)
})

test('a lower platform that is restarted is found again', async () => {
  await lower.kill('node')
  const id = channelAbove.get(SHARED) ?? ''
  const decoded = await until('it plays again', async () => {
    const { status, body } = await upper.status('POST', `/channels/${id}/play`, {})
    if (status !== 200) return undefined
    return play((body as { play: Record<string, string> }).play['flv'] ?? '', 1)
  })
  expect([decoded.video >= 9, decoded.complaints]).toEqual([true, ''])
  await upper.api('POST', `/channels/${id}/stop`, {})
})
