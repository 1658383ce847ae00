import sharp from 'sharp'
import { expect, test } from 'vitest'
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
  readonly fragments: number
  readonly thumbnail: string
}

interface Replay {
  readonly play: { readonly hls: string; readonly flv: string; readonly mp4: string; readonly thumbnail: string }
}

const CAMERA = [...PICTURE, ...TONE, ...H264, ...AAC]

async function createStream(product: ProductUnderTest, name: string): Promise<StreamView> {
  return (await product.api('POST', '/streams', { space: 'default', name })) as unknown as StreamView
}

async function recordingsOf(product: ProductUnderTest, streamId: string): Promise<RecordingView[]> {
  const { items } = await product.api('GET', `/recordings?stream=${streamId}&sort=startedAt`)
  return items as RecordingView[]
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
  await until('some seconds of it are there', async () => {
    return Number((await product.api('GET', `/streams/${id}/recording`))['bytes']) > 250_000
  })
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
}, 60_000)

test('pictures: of the live stream, its poster, at begin and end of a recording', async () => {
  await using product = await ProductUnderTest.start()
  const { id, publish: to } = await createStream(product, 'cam')
  await using _ = publish(to.rtmp, ...CAMERA)
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
}, 60_000)
