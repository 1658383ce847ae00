import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { broadcastResponse } from '../manscdp/media-notify.ts'
import { G711_FORMAT } from '../media-format.ts'
import { AUDIO_PAYLOADS, type GbSdp, parseSdp, writeSdp } from '../sdp.ts'
import { DEVICE_ID, type FakeDevice, SERVER_ID } from './testing/fake-device.ts'
import { Platform } from './testing/platform.ts'

const SPEAKER = '34020000001370000001'

let platform: Platform
let device: FakeDevice

beforeEach(async () => {
  platform = await Platform.open()
  device = await platform.registered()
})
afterEach(() => platform.close())

const OFFER: GbSdp = {
  ownerId: SPEAKER,
  address: '192.0.2.9',
  sessionName: 'Play',
  media: 'audio',
  port: 9000,
  transport: 'udp',
  direction: 'recvonly',
  payloads: AUDIO_PAYLOADS,
  start: 0,
  end: 0,
  ssrc: '0200000007',
  format: G711_FORMAT,
}
const REQUEST = { targetId: SPEAKER, port: { address: '192.0.2.1', port: 30000 }, ssrc: '0200000001' }

test.each([
  ['udp', {}, { transport: 'udp' }, { transport: 'udp', direction: 'sendonly', ssrc: '0200000007' }],
  [
    'tcp, the device dials',
    { transport: 'tcp', setup: 'active' },
    { transport: 'tcp-passive' },
    { transport: 'tcp', setup: 'passive' },
  ],
  [
    'tcp, the device waits',
    { transport: 'tcp', setup: 'passive' },
    { transport: 'tcp-active' },
    { transport: 'tcp', setup: 'active' },
  ],
] as const)('%s', async (_, offer, agreed, answered) => {
  let answer: GbSdp | null = null
  device.onMessage = async message => {
    device.reply(broadcastResponse, { sn: message.value.sn, deviceId: SPEAKER, result: 'OK' })
    const invite = device.call(SPEAKER, writeSdp({ ...OFFER, ...offer }))
    answer = parseSdp((await invite.response).body.toString())
    invite.ack()
  }
  const ends: string[] = []
  const call = await platform.side.broadcast(DEVICE_ID, REQUEST, { onEnd: by => ends.push(by) })
  expect(device.received).toMatchObject([
    { name: 'broadcastNotify', value: { sourceId: SERVER_ID, targetId: SPEAKER } },
  ])
  expect(call.agreed).toMatchObject({
    ...agreed,
    remote: { address: '192.0.2.9', port: 9000 },
    payload: { payloadType: 8 },
  })
  await vi.waitFor(() => expect(answer).toMatchObject({ ...answered, address: '192.0.2.1', port: 30000 }))
  await call.close()
  expect(ends).toEqual(['us'])
  expect(platform.records.at(-1)).toMatchObject({ kind: 'broadcast', verdict: { code: 'ok' } })
})

test('a device that does not take audio', async () => {
  device.onMessage = message =>
    device.reply(broadcastResponse, { sn: message.value.sn, deviceId: SPEAKER, result: 'ERROR' })
  await expect(platform.side.broadcast(DEVICE_ID, REQUEST, { onEnd: () => {} })).rejects.toMatchObject({
    code: 'PEER_REFUSED',
  })
  expect(platform.records.at(-1)?.verdict.code).toBe('errorResult')
})

test('a device that says yes and never calls', async () => {
  device.onMessage = message =>
    device.reply(broadcastResponse, { sn: message.value.sn, deviceId: SPEAKER, result: 'OK' })
  const started = platform.side.broadcast(DEVICE_ID, REQUEST, { onEnd: () => {} })
  const failed = expect(started).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
  await vi.waitFor(() => {
    platform.time.advance(2000)
    expect(platform.records.at(-1)?.verdict.code).toBe('noCall')
  })
  await failed
})

test('a call nobody asked for', async () => {
  const invite = device.call(SPEAKER, writeSdp(OFFER))
  expect((await invite.response).status).toBe(403)
})
