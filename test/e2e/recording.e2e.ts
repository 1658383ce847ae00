import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { CAMERA as CLIP, makeClip } from '../../src/simulator/clip.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, play, publish, TONE } from './programs.ts'

interface StreamView {
  readonly id: string
  readonly path: string
  readonly state: string
  readonly publish: { readonly rtmp: string }
}

interface RecordingView {
  readonly id: string
  readonly state: string
  readonly path: string
  readonly durationS: number
  readonly startedAt: string
  readonly endedAt: string
  readonly cause: string
  readonly sizeBytes: number
  readonly thumbnail: string
}

interface Replay {
  readonly play: { readonly hls: string; readonly flv: string; readonly mp4: string; readonly thumbnail: string }
}

/** What came to a receiver of callbacks, with whether its signature was right. */
interface Delivery {
  readonly event: string
  readonly signed: boolean
  readonly body: Readonly<Record<string, unknown>>
}

const CAMERA = [...PICTURE, ...TONE, ...H264, ...AAC]

async function createStream(product: ProductUnderTest, name: string): Promise<StreamView> {
  return (await product.api('POST', '/streams', { space: 'default', name })) as unknown as StreamView
}

async function recordingsOf(product: ProductUnderTest, streamId: string): Promise<RecordingView[]> {
  const { items } = await product.api('GET', `/recordings?stream=${streamId}&sort=startedAt`)
  return items as RecordingView[]
}

/** In the file that is being written. */
async function recordedBytes(product: ProductUnderTest, streamId: string): Promise<number> {
  return Number((await product.api('GET', `/streams/${streamId}/recording`))['bytes'])
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return Buffer.from(await response.arrayBuffer())
}

test('recorded by hand: listed, played by HLS, FLV and as MP4, frame by frame', async () => {
  await using product = await ProductUnderTest.start()
  const { id, publish: to } = await createStream(product, 'cam')
  await using publisher = publish(to.rtmp, ...CAMERA)
  await product.api('POST', `/streams/${id}/recording`, { action: 'start' })
  await until('it is listed while it is being recorded', async () => {
    const [first] = await recordingsOf(product, id)
    return first?.state === 'open'
  })
  expect(await product.api('GET', `/streams/${id}/recording`)).toMatchObject({ state: 'recording' })
  await until('some seconds of it are there', async () => (await recordedBytes(product, id)) > 250_000)
  // Time shift: the same picture later, by the URLs of the live stream. HLS has it in parts of six seconds.
  await until('enough is there', async () => (await recordedBytes(product, id)) > 700_000)
  const live = (await product.api('GET', `/streams/${id}`))['play'] as Record<string, string>
  for (const url of [live['flv'], live['hls']]) {
    const decoded = await play(`${url}&delay=3`, 1)
    expect([url, decoded.video >= 24, decoded.video <= 51, decoded]).toEqual([url, true, true, decoded])
  }
  await product.api('POST', `/streams/${id}/recording`, { action: 'stop' })
  const recording = await until('it is complete', async () => {
    const [first] = await recordingsOf(product, id)
    return first?.state === 'closed' ? first : undefined
  })
  publisher.child.kill('SIGTERM')
  expect(recording).toMatchObject({ cause: 'manual', path: 'default/live/cam' })
  expect(recording.durationS).toBeGreaterThan(3)
  const span = `start=${recording.startedAt}&end=${recording.endedAt}`
  const { play: urls } = (await product.api('GET', `/streams/${id}/replay?${span}`)) as unknown as Replay
  const frames = Math.round(recording.durationS * 25)
  for (const url of [urls.hls, urls.mp4, urls.flv]) {
    const decoded = await play(url, 60)
    // ffmpeg 5.1 calls the end of an answer without length an input error.
    const complaints = decoded.complaints.split('\n').filter(line => !line.endsWith('Input/output error'))
    expect(Math.abs(decoded.video - frames)).toBeLessThanOrEqual(2)
    expect(complaints.join('\n')).toBe('')
  }

  const thumbnail = await sharp(await download(recording.thumbnail)).metadata()
  expect(thumbnail).toMatchObject({ format: 'jpeg', width: 320, height: 180 })
  const at = new Date(Date.parse(recording.startedAt) + 2000).toISOString()
  const picture = await product.api('POST', `/streams/${id}/snapshots`, { at, format: 'webp', width: 160 })
  const taken = await sharp(await download(String(picture['url']))).metadata()
  expect(taken).toMatchObject({ format: 'webp', width: 160, height: 90 })
}, 120_000)

test('pictures: of the live stream, its poster, at begin and end of a recording', async () => {
  await using product = await ProductUnderTest.start()
  const { id, publish: to } = await createStream(product, 'cam')
  await using publisher = publish(to.rtmp, ...CAMERA)
  await until('it is on', async () => (await product.api('GET', `/streams/${id}`))['state'] === 'on')
  // Two who ask at once get the same.
  const asked = { format: 'jpeg', quality: 90 }
  const [one, other] = await Promise.all([1, 2].map(() => product.api('POST', `/streams/${id}/snapshots`, asked)))
  expect(one?.['id']).toBe(other?.['id'])
  expect(one).toMatchObject({ width: 320, height: 180 })
  const jpeg = sharp(await download(String(one?.['url'])))
  expect(await jpeg.metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 180 })
  // testsrc2 is colourful; a picture that was not decoded is grey or black.
  expect((await jpeg.stats()).channels.every(({ stdev }) => stdev > 40)).toBe(true)
  const poster = String((await product.api('GET', `/streams/${id}`))['poster'])
  expect(await sharp(await download(poster)).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 180 })
  expect((await fetch(poster.replace(/sign=./, 'sign=0'))).status).toBe(403)

  await product.api('POST', `/streams/${id}/recording`, { action: 'start' })
  const causes = async () => {
    const { items } = (await product.api('GET', `/snapshots?stream=${id}`)) as { items: { cause: string }[] }
    return items.map(({ cause }) => cause)
  }
  await until('a picture of the begin', async () => (await causes()).includes('recordingStart'))
  await product.api('POST', `/streams/${id}/recording`, { action: 'stop' })
  await until('a picture of the end', async () => (await causes()).includes('recordingEnd'))
  await product.api('DELETE', `/snapshots/${one?.['id']}`)
  expect((await fetch(String(one?.['url']))).status).toBe(404)

  // When nobody publishes any more its poster is how it looked last.
  publisher.child.kill('SIGTERM')
  await until('it is off', async () => (await product.api('GET', `/streams/${id}`))['state'] === 'off')
  const last = await fetch(poster)
  expect([last.status, last.headers.get('last-modified')]).toEqual([200, expect.stringMatching(/GMT$/)])
  expect(await sharp(Buffer.from(await last.arrayBuffer())).metadata()).toMatchObject({ width: 320, height: 180 })
}, 120_000)

/** A receiver of callbacks as its owner would write it. */
async function receiver(secretOf: () => string) {
  const deliveries: Delivery[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const seconds = request.headers['x-sightline-timestamp']
    const expected = createHmac('sha256', secretOf()).update(`${seconds}.${text}`).digest('hex')
    deliveries.push({
      event: String(request.headers['x-sightline-event']),
      signed: request.headers['x-sightline-signature'] === `v1=${expected}`,
      body: JSON.parse(text),
    })
    response.end('ok')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { deliveries, url: `http://127.0.0.1:${port}/hook`, [Symbol.dispose]: () => void server.close() }
}

test('a template bound to a space records a new stream by itself; a node that is killed loses no whole fragment', async () => {
  await using product = await ProductUnderTest.start()
  let secret = ''
  using hook = await receiver(() => secret)
  const events = ['record_started', 'record_file']
  ;({ secret } = (await product.api('POST', '/callbacks', { url: hook.url, events })) as { secret: string })
  const template = await product.api('POST', '/templates', { type: 'record', name: 'all', record: { segmentS: 3600 } })
  const targets = [{ scope: 'space', target: 'default' }]
  await product.api('POST', `/templates/${template['id']}/bindings`, { targets })

  const { id, publish: to } = await createStream(product, 'new')
  const before = publish(to.rtmp, ...CAMERA)
  await until('some seconds are recorded', async () => (await recordedBytes(product, id)) > 200_000)
  const known = await recordedBytes(product, id)
  await product.kill('node')
  await before.exit

  const recovered = await until('the file is recovered', async () => {
    const [first] = await recordingsOf(product, id)
    return first?.state === 'recovered' ? first : undefined
  })
  expect(recovered).toMatchObject({ cause: 'always', path: 'default/live/new' })
  expect(recovered.sizeBytes).toBeGreaterThanOrEqual(known)
  const file = await until('the callback that the crash swallowed', () =>
    hook.deliveries.find(({ event }) => event === 'record_file'),
  )
  expect(hook.deliveries.every(({ signed }) => signed)).toBe(true)
  expect(hook.deliveries.map(({ event }) => event)).toEqual(['record_started', 'record_file'])
  expect(file.body).toMatchObject({
    ...{ event: 'record_file', space: 'default', app: 'live', stream: 'new', template: template['id'] },
    ...{ file: recovered.id, duration: recovered.durationS, size: recovered.sizeBytes, recovered: true },
    ...{ start_time: Math.floor(Date.parse(recovered.startedAt) / 1000), format: 'fmp4' },
  })
  // The URL in it is the file, to be played or downloaded.
  const decoded = await play(String(file.body['url']), 60)
  expect(Math.abs(decoded.video - recovered.durationS * 25)).toBeLessThanOrEqual(2)
  expect(decoded.complaints).toBe('')

  // The encoder comes back, and so does the recording.
  await until('the node listens again', () => product.count('node', 'node is listening') === 2)
  await using _ = publish(to.rtmp, ...CAMERA)
  await until('it is recorded again', async () => (await recordingsOf(product, id)).length === 2)
}, 120_000)

test('an export is an operation with a file at its end', async () => {
  await using product = await ProductUnderTest.start()
  const { id, publish: to } = await createStream(product, 'cam')
  await using _ = publish(to.rtmp, ...CAMERA)
  await product.api('POST', `/streams/${id}/recording`, { action: 'start' })
  await until('some seconds are recorded', async () => (await recordedBytes(product, id)) > 250_000)
  const [recording] = await recordingsOf(product, id)
  const start = recording?.startedAt ?? ''
  const end = new Date(Date.parse(start) + 2000).toISOString()
  for (const format of ['mp4', 'flv']) {
    const operation = await product.api('POST', '/exports', { stream: id, start, end, format })
    const url = await until('the file is made', async () => {
      const made = await product.api('GET', `/exports/${operation['id']}`)
      return made['url'] ? String(made['url']) : undefined
    })
    expect(await product.api('GET', `/operations/${operation['id']}`)).toMatchObject({ state: 'done' })
    const decoded = await play(url, 60)
    expect([decoded.video >= 50 && decoded.video <= 76, decoded.complaints]).toEqual([true, ''])
    expect((await fetch(url, { headers: { Range: 'bytes=0-9' } })).status).toBe(206)
    expect((await fetch(url.replace(/sign=./, 'sign=0'))).status).toBe(403)
  }
}, 120_000)

const SERVER_ID = '34020000002000000001'
const NVR = '34020000001180000001'

test('a GB/T 28181 channel that nobody watches is called for its recording, and released after it', async () => {
  await using product = await ProductUnderTest.start()
  await product.api('PATCH', '/spaces/default', { gb28181: { stopAfterS: 1 } })
  const { sip: port } = await product.gb28181()
  const fleet = new GbFleet({
    upper: { serverId: SERVER_ID, domain: SERVER_ID.slice(0, 10), host: '127.0.0.1', port, transport: 'udp' },
    ...{ devices: 1, channels: 1, firstId: NVR, password: 'secret-12', localHost: '127.0.0.1', faults: new Set() },
    clip: await makeClip({ ...CLIP, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 }),
    ...{ clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [100, 1000] },
  })
  await using _ = { [Symbol.asyncDispose]: () => fleet.crash() }
  await fleet.start()
  const device = { protocol: 'gb28181', type: 'nvr', gbId: NVR, name: 'recorder', password: 'secret-12' }
  const { id: deviceId } = await product.api('POST', '/devices', { space: 'default', ...device })
  const gbId = await until('its channel is known', async () => {
    const { items } = (await product.api('GET', `/devices/${deviceId}/channels`)) as { items: { gbId: string }[] }
    return items[0]?.gbId
  })
  const template = await product.api('POST', '/templates', { type: 'record', name: 'all', record: {} })
  const binding = { scope: 'stream', target: `default/live/${gbId}`, type: 'record' }
  await product.api('PUT', '/bindings', { ...binding, templateId: template['id'] })
  const calls = () => fleet.device(NVR)?.callsOf() ?? 0
  await until('it was called', () => calls() === 1)
  const path = encodeURIComponent(binding.target)
  await until('it is recorded', async () => {
    const { items } = (await product.api('GET', `/recordings?path=${path}`)) as { items: RecordingView[] }
    return items[0]?.state === 'open' && items[0].cause === 'always'
  })
  await product.api('PUT', '/bindings', { ...binding, templateId: null })
  await until('it is released', () => calls() === 0)
  const { items } = (await product.api('GET', `/recordings?path=${path}`)) as { items: RecordingView[] }
  // Where the sound comes long before the first picture, it is a file of its own.
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['closed']))
  expect(items[0]).toMatchObject({ video: { codec: 'h264' } })
}, 150_000)
