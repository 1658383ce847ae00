import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, publish, TONE } from './programs.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`

interface Entry {
  readonly step: string
  readonly traceId?: string
  readonly who?: string
  readonly reason?: string
}

test('one trace id from the request through node, link and platform, and the steps of a stream', async () => {
  await using product = await ProductUnderTest.start({ SIGHTLINE_MEDIA_STANDBY_MS: '0' })
  const stream = (await product.api('POST', '/streams', { space: 'default', name: 'cam' })) as {
    id: string
    publish: { rtmp: string }
    play: { flv: string; wsFlv: string }
  }
  const entries = async () => (await product.api('GET', `/streams/${stream.id}/trace`))['items'] as Entry[]
  const step = (name: string, traceId?: string) =>
    until(`step: ${name}`, async () =>
      (await entries()).find(entry => entry.step === name && (traceId === undefined || entry.traceId === traceId)),
    )
  const logged = (traceId: string) =>
    product.lines.filter(line => line['traceId'] === traceId).map(({ message, process }) => `${process}: ${message}`)

  // Refused: in the header, the body, the log and the trace.
  const wrong = await fetch(stream.play.flv.replace(/sign=\w+/, 'sign=00'), {
    headers: { 'X-Request-Id': 'request-1' },
  })
  expect(wrong.status).toBe(403)
  expect(wrong.headers.get('x-request-id')).toBe('request-1')
  expect(await wrong.json()).toMatchObject({ error: { code: 'FORBIDDEN', traceId: 'request-1' } })
  expect(await step('viewer refused', 'request-1')).toMatchObject({ reason: expect.stringContaining('FORBIDDEN') })
  expect(logged('request-1')).toEqual(['node: refused'])

  // A request without an id gets one.
  const early = await fetch(stream.play.flv)
  expect(early.status).toBe(404)
  const made = early.headers.get('x-request-id') ?? ''
  expect(made).toMatch(/^[\da-f]{32}$/)
  expect(await step('viewer refused', made)).toMatchObject({ reason: expect.stringContaining('STREAM_NOT_FOUND') })

  // A publisher: its connection, its stream and its media have one id.
  await using publisher = publish(stream.publish.rtmp, ...PICTURE, ...TONE, ...H264, ...AAC)
  const started = await step('publish started')
  const id = started.traceId ?? ''
  await step('first keyframe', id)
  expect((await entries()).filter(entry => entry.traceId === id).map(entry => entry.step)).toEqual([
    'publish asked',
    'publish started',
    'first frame',
    'first keyframe',
  ])
  expect(logged(id)).toContain('node: publishing')

  // A viewer over WebSocket who says how far behind it is.
  const player = new WebSocket(stream.play.wsFlv, { headers: { traceparent } })
  const answered = new Promise(resolve => player.once('upgrade', ({ headers }) => resolve(headers['x-request-id'])))
  await new Promise(resolve => player.once('message', resolve))
  expect(await answered).toBe(TRACE)
  for (const message of ['nonsense', '{"delayMs":-1}', JSON.stringify({ delayMs: 812.4, droppedFrames: 3 })])
    player.send(message)
  const viewer = await until('the report has arrived', async () => {
    const { items } = (await product.api('GET', `/streams/${stream.id}/viewers`)) as {
      items: Record<string, unknown>[]
    }
    return items.find(item => item['delayMs'] !== undefined)
  })
  expect(viewer).toMatchObject({ protocol: 'ws-flv', delayMs: 812, playerDroppedFrames: 3, traceId: TRACE })
  player.terminate()
  expect(await step('viewer left', TRACE)).toMatchObject({ who: viewer['id'] })
  expect(logged(TRACE)).toEqual(['node: viewer joined', 'node: viewer left'])

  // Kicked, and what the frames were like.
  const live = await until('a GOP has passed', async () => {
    const { live } = (await product.api('GET', `/streams/${stream.id}`)) as {
      live: { quality?: { longestGopMs: number | null }; publisher: { traceId: string } }
    }
    return live.quality?.longestGopMs ? live : undefined
  })
  expect(live.publisher.traceId).toBe(id)
  expect(live.quality).toMatchObject({ gaps: 0, jumps: 0, stalls: 0, lateFrames: 0, longestGopMs: 1000 })
  await product.api('POST', `/streams/${stream.id}/kick`)
  await publisher.exit
  expect(await step('publisher kicked', id)).toMatchObject({ who: started.who, reason: 'kicked' })
  expect(await step('publish stopped', id)).toMatchObject({ who: started.who })
})
