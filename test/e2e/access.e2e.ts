import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, type Program, publish, TONE } from './programs.ts'

/** Who may publish, tried with encoders that run and encoders that come. */

const CAMERA = [...PICTURE, ...TONE, ...H264, ...AAC]

let product: ProductUnderTest
beforeAll(async () => {
  product = await ProductUnderTest.start()
}, 60_000)
afterAll(() => product?.[Symbol.asyncDispose]())

interface StreamView {
  readonly id: string
  readonly state: string
  readonly publish: { readonly rtmp: string }
  readonly live: { readonly framesIn: number } | null
}

const create = async (name: string) => (await product.api('POST', '/streams', { name })) as unknown as StreamView
const stream = async (id: string) => (await product.api('GET', `/streams/${id}`)) as unknown as StreamView
const isOn = (id: string) => until('the stream is on', async () => (await stream(id)).state === 'on')

/** It sends, and goes on sending. */
async function goesOn(id: string): Promise<void> {
  const before = (await stream(id)).live?.framesIn ?? 0
  await until('more frames', async () => ((await stream(id)).live?.framesIn ?? 0) > before + 25)
}

/** Whether an encoder that comes now is let in: one that is refused ends by itself. */
async function isLetIn(url: string, id: string): Promise<boolean> {
  await using encoder = publish(url, ...CAMERA)
  const on = async () => (await stream(id)).state === 'on'
  const ended = () => encoder.child.exitCode !== null
  await until('in or out', async () => ended() || (await on()))
  return !ended()
}

/** Why the last one was refused, as the trace of the stream says. */
async function lastRefusal(id: string): Promise<string> {
  const { items } = (await product.api('GET', `/streams/${id}/trace`)) as { items: { step: string; reason?: string }[] }
  return items.findLast(({ step }) => step === 'publish refused')?.reason ?? ''
}

test('a key is replaced: who sends goes on, the old key is good in its grace time and not after it', async () => {
  const [running, coming] = [await create('running'), await create('coming')]
  await using _ = publish(running.publish.rtmp, ...CAMERA)
  await isOn(running.id)
  const oldUrl = coming.publish.rtmp
  await product.api('POST', '/spaces/default/rotate-push-key', { graceSeconds: 3600 })
  const newUrl = (await stream(coming.id)).publish.rtmp
  expect(newUrl).not.toBe(oldUrl)
  await goesOn(running.id)
  const off = () => until('it is off', async () => (await stream(coming.id)).state === 'off')
  for (const url of [oldUrl, newUrl]) {
    expect(await isLetIn(url, coming.id)).toBe(true)
    await off()
  }
  await product.api('POST', '/spaces/default/rotate-push-key', { graceSeconds: 1 })
  await until('the grace time is over', async () => {
    const letIn = await isLetIn(newUrl, coming.id)
    if (letIn) await off()
    return !letIn
  })
  expect(await lastRefusal(coming.id)).toMatch(/key/)
  expect(await isLetIn((await stream(coming.id)).publish.rtmp, coming.id)).toBe(true)
  await goesOn(running.id)
}, 90_000)

test('a forbidden stream loses its encoder, takes no other, and comes back when it is resumed or the time is over', async () => {
  const { id, publish: urls } = await create('forbidden')
  const encoder: Program = publish(urls.rtmp, ...CAMERA)
  await isOn(id)
  await product.api('POST', `/streams/${id}/forbid`, { reason: 'rehearsal' })
  expect(await encoder.exit).not.toBe(0)
  await until('it is off', async () => (await stream(id)).state === 'off')
  expect(await isLetIn(urls.rtmp, id)).toBe(false)
  expect(await lastRefusal(id)).toMatch(/rehearsal/)
  await product.api('POST', `/streams/${id}/resume`)
  await using again = publish(urls.rtmp, ...CAMERA)
  await isOn(id)
  const soon = new Date(Date.now() + 3000).toISOString()
  await product.api('POST', '/streams/bulk', { action: 'forbid', ids: [id], until: soon, reason: 'a moment' })
  await again.exit
  await until('it is off', async () => (await stream(id)).state === 'off')
  await until('the time is over', () => isLetIn(urls.rtmp, id))
}, 90_000)
