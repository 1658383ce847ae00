import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { CAMERA, type Clip, makeClip } from '../../src/simulator/clip.ts'
import { type Fault, parseFaults } from '../../src/simulator/faults.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { play, program } from './programs.ts'

const SERVER_ID = '34020000002000000001'
const NVR = '34020000001180000001'
const BUSY = '34020000001180000002'
const PASSWORD = 'secret-12'

let product: ProductUnderTest
let clip: Clip
const fleets: GbFleet[] = []

type Row = Record<string, unknown>

beforeAll(async () => {
  product = await ProductUnderTest.start()
})

afterAll(async () => {
  await product[Symbol.asyncDispose]()
  await Promise.all(fleets.map(fleet => fleet.crash()))
})

async function simulate(firstId: string, faults: ReadonlySet<Fault> = new Set(), channels = 2): Promise<GbFleet> {
  const { sip: port } = await product.gb28181()
  clip = await makeClip({ ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 })
  const fleet = new GbFleet({
    upper: { serverId: SERVER_ID, domain: SERVER_ID.slice(0, 10), host: '127.0.0.1', port, transport: 'udp' },
    ...{ devices: 1, channels, firstId, password: PASSWORD, clip, faults, localHost: '127.0.0.1' },
    ...{ clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [100, 1000] },
  })
  fleets.push(fleet)
  await fleet.start()
  return fleet
}

/** Adds the device and waits for its channels. */
async function addDevice(gbId: string): Promise<{ readonly device: Row; readonly channels: Row[] }> {
  const body = { space: 'default', protocol: 'gb28181', type: 'nvr', gbId, name: 'recorder', password: PASSWORD }
  const { id } = await product.api('POST', '/devices', body)
  const channels = await until('the channels are there', async () => {
    const { items } = await product.api('GET', `/devices/${id}/channels`)
    return (items as Row[]).length >= 2 && (items as Row[])
  })
  return { device: await product.api('GET', `/devices/${id}`), channels }
}

test('a recorder registers, its channels play by every protocol, and the end of watching is BYE', async () => {
  const fleet = await simulate(NVR)
  const { channels, device } = await addDevice(NVR)
  expect(device).toMatchObject({
    state: 'on',
    manufacturer: 'Sightline',
    gbVersion: '3.0',
    stats: { channels: 2, online: 2 },
  })
  const [channel] = channels
  expect(channel).toMatchObject({ name: '通道 1', gbId: '34020000001310000001' })
  const started = await product.api('POST', `/channels/${channel?.['id']}/play`, {})
  const urls = started['play'] as Record<string, string>
  for (const url of [urls['flv'], urls['rtmp'], urls['hls']]) {
    const decoded = await play(url ?? '', 1)
    expect([decoded.video >= 9, decoded.complaints]).toEqual([true, ''])
  }
  const sound = async (url: string) => {
    await using probe = program(
      'ffprobe',
      '-v',
      'error',
      '-analyzeduration',
      '1000000',
      '-show_entries',
      'stream=codec_name',
      '-of',
      'csv=p=0',
      url,
    )
    await probe.exit
    return [
      ...new Set(
        probe
          .output()
          .split('\n')
          .filter(line => line !== ''),
      ),
    ].sort() // HLS lists them twice
  }
  expect(await sound(urls['flv'] ?? '')).toEqual(['h264', 'pcm_alaw'])
  expect(await sound(`${urls['flv']}&sound=aac`)).toEqual(['aac', 'h264'])
  expect(await sound(urls['hls'] ?? '')).toEqual(['aac', 'h264'])
  await product.api('POST', `/channels/${channel?.['id']}/stop`, {})
  await until('the device was told BYE', () => fleet.device(NVR)?.callsOf() === 0)
})

test('moving, presets and questions reach the camera', async () => {
  const { items } = await product.api('GET', '/channels?q=34020000001310000002')
  const [channel] = items as Row[]
  const camera = fleets[0]?.device(NVR)?.channels.get('34020000001310000002')
  await product.api('POST', `/channels/${channel?.['id']}/ptz`, { pan: 0.5, tilt: 0, zoom: 0 })
  await until('the camera turns', () => (camera?.position(performance.now()).pan ?? 0) > 0)
  await product.api('POST', `/channels/${channel?.['id']}/ptz`, { pan: 0, tilt: 0, zoom: 0 })
  await product.api('PUT', `/channels/${channel?.['id']}/presets/2`, { name: 'gate' })
  await until('the camera remembers', () => camera?.presets.get(2)?.name === 'gate')
  const presets = await product.api('GET', `/channels/${channel?.['id']}/presets`)
  expect(presets['items']).toEqual([{ number: 2, name: 'gate' }])
})

test('pictures that a camera makes itself arrive, byte by byte', async () => {
  const [channel] = (await product.api('GET', '/channels?q=34020000001310000001'))['items'] as Row[]
  const wish = { count: 2, intervalS: 1 }
  const { id } = await product.api('POST', `/channels/${channel?.['id']}/device-snapshots`, wish)
  const taken = await until('the camera says that it is done', async () => {
    const found = await product.api('GET', `/device-snapshots/${id}`)
    return found['finishedAt'] !== null && found
  })
  const files = taken['files'] as { name: string; type: string }[]
  expect(taken).toMatchObject({ ok: true, wanted: 2 })
  expect(files.map(({ name, type }) => [name.slice(0, 22), name.slice(-6), type])).toEqual([
    ['3402000000131000000102', '01.jpg', 'image/jpeg'],
    ['3402000000131000000102', '02.jpg', 'image/jpeg'],
  ])
  for (const { name } of files) {
    const bytes = await product.download(`/device-snapshots/${id}/files/${name}`)
    expect(bytes.equals(clip.picture)).toBe(true)
  }
})

test('a channel that cannot be played says why, and what was tried can be read', async () => {
  await simulate(BUSY, parseFaults('busy'))
  const { channels } = await addDevice(BUSY)
  const failed = await product.status('POST', `/channels/${channels[0]?.['id']}/play`, {})
  expect(failed).toMatchObject({
    status: 502,
    body: { error: { code: 'DEVICE_FAILED', hint: expect.stringContaining('busy') } },
  })
  const attempt = await until('the attempt is told', async () => {
    const { items } = await product.api('GET', `/attempts?device=${channels[0]?.['deviceId']}`)
    return (items as Row[]).find(({ kind }) => kind === 'play')
  })
  expect(attempt).toMatchObject({ ok: false, verdict: 'busy' })
})
