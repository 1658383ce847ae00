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
})
