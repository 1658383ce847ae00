import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CHANNEL, DEVICE, GbSite, MediaDoor, type SiteOptions } from '../../../test/support/gb-site.ts'

/** Six tenths of a second that are not to be mistaken for anything else. */
const VOICE = Buffer.from(Array.from({ length: 4800 }, (_, index) => (index * 7 + (index >> 8)) & 0xff))
/** What browsers send at a time: 40 ms. */
const MESSAGE_BYTES = 320

let site: GbSite
let door: MediaDoor
const sockets: WebSocket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await door.close()
  await site.close()
})

async function open(options: SiteOptions = {}): Promise<void> {
  site = await GbSite.open(options)
  door = await new MediaDoor(site).open()
}

const talk = (mode: 'auto' | 'broadcast' | 'talk' = 'auto') => site.ask.talk({ device: DEVICE, channel: CHANNEL, mode })

/** A browser; `first` is what it says before anything else. */
function speaker(path: string, first?: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}${path}`)
  sockets.push(socket)
  const texts: string[] = []
  const heard: Buffer[] = []
  let closed: { readonly code: number; readonly reason: string } | null = null
  socket.on('open', () => first !== undefined && socket.send(first))
  socket.on('message', (data: Buffer, binary) => void (binary ? heard.push(data) : texts.push(data.toString())))
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }))
  socket.on('error', () => {}) // refused before the upgrade: `close` follows
  return {
    texts,
    ready: () => site.until(() => texts.length > 0),
    closed: async () => {
      await site.until(() => closed !== null)
      return closed
    },
    heardBytes: () => heard.reduce((sum, { length }) => sum + length, 0),
    say: (voice: Buffer) => {
      for (let at = 0; at < voice.length; at += MESSAGE_BYTES) socket.send(voice.subarray(at, at + MESSAGE_BYTES))
    },
    leave: () => socket.close(),
  }
}

const heard = (bytes: number) => site.until(() => site.device.heard.length >= bytes)

test.each([
  ['broadcast', { voice: 'udp' }, 'broadcast udp'],
  ['broadcast', { voice: 'tcp-active' }, 'broadcast tcp-passive'],
  ['broadcast', { voice: 'tcp-passive' }, 'broadcast tcp-active'],
  ['broadcast', { voice: 'udp', faults: 'ps-voice' }, 'broadcast udp'],
  ['talk', { device: { media: 'udp' } }, 'talk udp'],
  ['talk', { device: { media: 'tcp-passive' } }, 'talk tcp-passive'],
  ['talk', { device: { media: 'tcp-active' } }, 'talk tcp-active'],
] as const)('%s, %o: the device hears what is said, sample by sample', async (mode, options, transport) => {
  await open(options)
  const { path, session, token } = await talk(mode)
  const browser = speaker(path, token)
  await browser.ready()
  expect(JSON.parse(browser.texts[0] ?? '')).toEqual({ type: 'ready', transport })
  const beganMs = performance.now()
  browser.say(VOICE)
  await heard(VOICE.length)
  // in step with the clock, not all at once
  expect(performance.now() - beganMs).toBeGreaterThan(450)
  expect(Buffer.compare(site.device.heard, VOICE)).toBe(0)
  // the end of a word is not kept back, though it fills no packet
  browser.say(VOICE.subarray(0, 100))
  await heard(VOICE.length + 100)
  const { counters, state } = await site.session(session)
  expect(state).toBe('on')
  expect(counters).toMatchObject({ tooFast: 0, dropped: 0 })
  expect(counters['levelDb']).toBeGreaterThan(-30)
  if (mode === 'talk') {
    await site.until(() => browser.heardBytes() > 1600)
    expect((await site.session(session)).counters['levelBackDb']).toBeGreaterThan(-40)
  }
  browser.leave()
  await site.idle()
  expect(await site.session(session)).toMatchObject({ state: 'ended', reason: 'who spoke has gone' })
  const { attempt } = await site.attempt(mode)
  expect(attempt).toMatchObject({ ok: true, verdict: 'ok' })
})

test.each([
  ['no-broadcast', 'talk'],
  ['no-talk', 'broadcast'],
])('%s: the other way is found by itself, and learnt where it is not the first', async (faults, way) => {
  await open({ faults, device: { media: 'udp' } })
  const { path, session, token } = await talk()
  const browser = speaker(`${path}?token=${token}`)
  await browser.ready()
  expect((await site.session(session)).transport).toBe(`${way} udp`)
  const learnt = site.room.eventsOf('device.quirks').map(({ quirks }) => quirks)
  expect(learnt).toEqual(way === 'talk' ? [{ voice: 'talk' }] : [])
  browser.say(VOICE)
  await heard(VOICE.length)
})

test('what is known of a device is tried first', async () => {
  await open({ device: { media: 'udp', quirks: { voice: 'talk' } } })
  const { session } = await talk()
  expect((await site.session(session)).transport).toBe('talk udp')
  expect(site.room.eventsOf('device.attempt').some(({ attempt }) => attempt.kind === 'broadcast')).toBe(false)
})

test('neither way: who asks is told why', async () => {
  await open({ faults: 'no-broadcast,no-talk', device: { media: 'udp' } })
  await expect(talk()).rejects.toMatchObject({ code: 'DEVICE_FAILED', details: { verdict: 'notAcceptable' } })
  await expect(talk('broadcast')).rejects.toMatchObject({ details: { verdict: 'errorResult' } })
  const { attempt } = await site.attempt('broadcast')
  expect(attempt).toMatchObject({ ok: false, verdict: 'errorResult' })
  expect((await site.ask.sessions({})).sessions.filter(({ state }) => state !== 'ended')).toEqual([])
})

test('one voice at a time, and one with the token', async () => {
  await open({ device: { media: 'udp' } })
  const { path, token } = await talk('talk')
  const stranger = speaker(path, 'something else')
  expect(await stranger.closed()).toMatchObject({ code: 4403, reason: expect.stringContaining('token') })
  const browser = speaker(path, token)
  await browser.ready()
  expect(await speaker(path, token).closed()).toMatchObject({ code: 4403 })
  await expect(talk('talk')).rejects.toMatchObject({ code: 'IN_USE' })
  expect(await speaker('/talk/tk_00000000000000000000', token).closed()).toMatchObject({ code: 1006 })
})

test('asked for again before anybody spoke: the first call is hung up', async () => {
  await open({ device: { media: 'udp' } })
  const first = await talk('talk')
  const second = await talk('talk')
  expect(await site.session(first.session)).toMatchObject({ state: 'ended' })
  await site.until(() => site.device.talks === 1)
  const browser = speaker(second.path, second.token)
  await browser.ready()
})

test.each(['broadcast', 'talk'] as const)('%s: the device hangs up, and the microphone is told', async mode => {
  await open({ device: { media: 'udp' } })
  const { path, session, token } = await talk(mode)
  const browser = speaker(path, token)
  await browser.ready()
  await site.device.hangUpByBye()
  expect(await browser.closed()).toMatchObject({ code: 1000, reason: expect.stringContaining('the device ended it') })
  expect(await site.session(session)).toMatchObject({ state: 'ended' })
})

test('stopped by request: BYE, and the microphone is told', async () => {
  await open({ device: { media: 'udp' } })
  const { path, session, token } = await talk('broadcast')
  const browser = speaker(path, token)
  await browser.ready()
  expect((await site.ask.control({ session, action: 'stop' })).session).toMatchObject({ state: 'ended' })
  expect(await browser.closed()).toMatchObject({ code: 1000, reason: 'stopped' })
  await site.idle()
})
