import { expect, test } from 'vitest'
import { FlvDemuxer } from '../../src/media/container/flv/demuxer.ts'
import { dtsMs, type Frame } from '../../src/media/stream/frame.ts'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, publish, TONE } from './programs.ts'

interface StreamView {
  readonly id: string
  readonly state: string
  readonly publish: { readonly rtmp: string }
  readonly play: { readonly flv: string; readonly hls: string; readonly rtmp: string }
  readonly live: { readonly bitrateKbps: number; readonly fps: number; readonly viewers: number } | null
}

const CAMERA = [...PICTURE, ...TONE, ...H264, ...AAC]

async function createStream(product: ProductUnderTest): Promise<StreamView> {
  return (await product.api('POST', '/streams', { space: 'default', name: 'cam' })) as unknown as StreamView
}

async function stream(product: ProductUnderTest, id: string): Promise<StreamView> {
  return (await product.api('GET', `/streams/${id}`)) as unknown as StreamView
}

/** Watches HTTP-FLV until closed. */
function watch(url: string) {
  const frames: Frame[] = []
  const left = new AbortController()
  let ended = false
  const demuxer = new FlvDemuxer({ track: () => {}, frame: frame => frames.push(frame) })
  const done = (async () => {
    const response = await fetch(url, { signal: left.signal })
    expect(response.status).toBe(200)
    for await (const bytes of response.body ?? []) demuxer.push(bytes)
    ended = true
  })().catch(error => {
    if (!left.signal.aborted) throw error
  })
  return {
    frames,
    video: () => frames.filter(frame => frame.track.kind === 'video'),
    ended: () => ended,
    close: async () => {
      left.abort()
      await done
    },
  }
}

test('from the API to a moving picture and back: live numbers, kick', async () => {
  await using product = await ProductUnderTest.start()
  const created = await createStream(product)
  expect(created.state).toBe('off')
  await using publisher = publish(created.publish.rtmp, ...CAMERA)
  await until('the API shows it on', async () => (await stream(product, created.id)).state === 'on')
  const viewer = watch(created.play.flv)
  const live = await until('live numbers', async () => {
    const { live } = await stream(product, created.id)
    return live && live.fps > 20 && live.viewers === 1 ? live : undefined
  })
  expect(live).toMatchObject({ video: { codec: 'h264', width: 320, height: 180 }, audio: { codec: 'aac' } })
  expect(live.bitrateKbps).toBeGreaterThan(50)
  expect(viewer.video().length).toBeGreaterThan(20)

  const { items } = await product.api('GET', `/streams/${created.id}/viewers`)
  expect(items).toMatchObject([{ protocol: 'http-flv', framesDropped: 0 }])
  await product.api('POST', `/streams/${created.id}/kick`)
  expect(await publisher.exit).not.toBeNull()
  await until('the API shows it off', async () => {
    const { state, live } = await stream(product, created.id)
    return state === 'off' || live?.fps === 0
  })
  await viewer.close()
})

test('killing the platform drops no frame and no viewer', async () => {
  await using product = await ProductUnderTest.start()
  const created = await createStream(product)
  await using _ = publish(created.publish.rtmp, ...CAMERA)
  const viewer = watch(created.play.flv)
  await until('a second of video', () => viewer.video().length > 25)
  await product.kill('platform')
  const late = watch(created.play.flv) // a viewer who comes while the platform is away
  await until('the platform shows it again', async () => {
    const view = await stream(product, created.id).catch(() => undefined) // refused while it starts
    return view?.live?.viewers === 2
  })
  const enough = viewer.video().length + 25
  await until('another second of video', () => viewer.video().length > enough)
  const video = viewer.video()
  const steps = new Set(video.slice(1).map((frame, at) => dtsMs(frame) - dtsMs(video[at]!)))
  expect([...steps]).toEqual([40])
  expect(viewer.ended()).toBe(false)
  expect(late.video().length).toBeGreaterThan(25)
  await viewer.close()
  await late.close()
})

test('killing the node: the platform shows it as lost, and publisher and viewer find it again', async () => {
  await using product = await ProductUnderTest.start()
  const created = await createStream(product)
  const first = publish(created.publish.rtmp, ...CAMERA)
  await until('it is on', async () => (await stream(product, created.id)).state === 'on')
  await product.kill('node')
  expect(await first.exit).not.toBeNull()
  await until('the platform knows', () => product.count('platform', 'node is lost') === 1)
  // Encoders try again until somebody listens; ffmpeg does not.
  await until('the node listens again', () => product.count('node', 'node is listening') === 2)
  await using _ = publish(created.publish.rtmp, ...CAMERA)
  await until('it is on again', async () => {
    const view = await stream(product, created.id)
    return (view.live?.fps ?? 0) > 20
  })
  const viewer = watch(created.play.flv)
  await until('a second of video', () => viewer.video().length > 25)
  await viewer.close()
  expect((await product.node())?.['state']).toBe('on')
})

test('SIGHUP takes new settings and drops nobody', async () => {
  await using product = await ProductUnderTest.start()
  const created = await createStream(product)
  await using _ = publish(created.publish.rtmp, ...CAMERA)
  const viewer = watch(created.play.flv)
  await until('a second of video', () => viewer.video().length > 25)
  product.reload()
  for (const role of ['platform', 'node']) {
    await until(`the ${role} has reloaded`, () => product.count(role, 'configuration reloaded') === 1)
  }
  const before = viewer.video().length
  await until('another second of video', () => viewer.video().length > before + 25)
  expect(viewer.ended()).toBe(false)
  await viewer.close()
})
