import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../../base/clock.ts'
import { AppError } from '../../../base/errors.ts'
import { silentLog } from '../../../base/log.ts'
import type { Dialog } from '../../sip/dialog.ts'
import { parseCredentials } from '../../sip/digest.ts'
import { DigestAuthority } from '../../sip/digest-authority.ts'
import { SipEndpoint } from '../../sip/endpoint.ts'
import type { SipRequest } from '../../sip/message.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import { AttemptLog, type AttemptRecord } from '../attempt.ts'
import { MANSCDP_CONTENT_TYPE, type Message, parseEnvelope, writeBody } from '../manscdp/message.ts'
import { type AnyMessage, MESSAGES, readMessage } from '../manscdp/messages.ts'
import { MANSRTSP_CONTENT_TYPE, parseMansRtspResponse, writeMansRtsp } from '../mansrtsp.ts'
import { type GbSdp, parseSdp, VIDEO_PAYLOADS, writeSdp } from '../sdp.ts'
import type { LowerHost } from './lower-host.ts'
import { LowerSide } from './lower-side.ts'
import { inParts } from './parts.ts'

const SERVER = '34020000002000000001'
const DEVICE = '34020000001320000001'
const CHANNEL = '34020000001310000001'
const DOMAIN = '3402000000'
const PASSWORD = 'secret-12'

/** An upper platform by script: takes the password, keeps what it hears. */
class Upper {
  readonly endpoint = new SipEndpoint({ clock: systemClock, timers: systemTimers })
  readonly heard: AnyMessage[] = []
  readonly registers: { readonly expires: string; readonly authorized: boolean; readonly version: string }[] = []
  flow: Flow | null = null
  refuse: ((request: SipRequest, context: RequestContext) => boolean) | null = null
  #waiting: (() => void)[] = []
  readonly #authority = new DigestAuthority({ clock: systemClock })

  async listen(): Promise<number> {
    await this.endpoint.listen({ port: 0, host: '127.0.0.1' })
    this.endpoint.on('REGISTER', (request, context) => this.#register(request, context))
    this.endpoint.on('MESSAGE', (request, context) => {
      if (this.refuse?.(request, context)) return
      context.respond(200)
      const message = readMessage(parseEnvelope(request.body))
      if (message) this.heard.push(message)
      this.#wake()
    })
    return this.endpoint.address.port
  }

  #register(request: SipRequest, context: RequestContext): void {
    const credentials = parseCredentials(request.headers.get('authorization') ?? '')
    const check = { password: { plain: PASSWORD }, realm: DOMAIN, method: 'REGISTER', uri: request.uri }
    const authorized = credentials !== null && this.#authority.verify(credentials, check) === 'ok'
    const expires = request.headers.get('expires') ?? ''
    this.registers.push({ expires, authorized, version: request.headers.get('x-gb-ver') ?? '' })
    if (!this.refuse?.(request, context)) {
      if (authorized) context.respond(200, { headers: { Expires: expires, Date: '2026-11-20T12:00:00.000' } })
      else context.respond(401, { headers: { 'WWW-Authenticate': this.#authority.challenge(DOMAIN) } })
    }
    this.flow = context.flow
    this.#wake()
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  ask<T>(kind: Message<T>, value: T) {
    const who = { uri: `sip:${DEVICE}@${DOMAIN}`, from: `sip:${SERVER}@${DOMAIN}`, to: `sip:${DEVICE}@${DOMAIN}` }
    const body = writeBody(kind, value, 'GB18030')
    return this.endpoint.request(this.flow!, { method: 'MESSAGE', ...who, body, contentType: MANSCDP_CONTENT_TYPE })
  }
}

const OFFER: GbSdp = {
  ownerId: SERVER,
  address: '127.0.0.1',
  sessionName: 'Play',
  media: 'video',
  port: 30000,
  transport: 'udp',
  direction: 'recvonly',
  payloads: VIDEO_PAYLOADS,
  start: 0,
  end: 0,
  ssrc: '0200000001',
}

let upper: Upper
let endpoint: SipEndpoint
let side: LowerSide
let port: number
let states: string[]
let told: string[]
let attempts: AttemptLog
let records: AttemptRecord[]
let host: LowerHost
let playing: { dialog: Dialog; endOfFile(): Promise<void> } | null

function lower(change: Partial<ConstructorParameters<typeof LowerSide>[0]> = {}): LowerSide {
  return new LowerSide({
    endpoint,
    upper: { serverId: SERVER, domain: DOMAIN, host: '127.0.0.1', port, transport: 'udp' },
    localId: DEVICE,
    username: DEVICE,
    password: PASSWORD,
    expiresS: 3600,
    keepaliveS: 60,
    charset: 'GB18030',
    host,
    onState: state => states.push(state),
    clock: systemClock,
    timers: systemTimers,
    log: silentLog,
    retryMs: [10, 20],
    ...change,
  })
}

beforeEach(async () => {
  upper = new Upper()
  port = await upper.listen()
  records = []
  attempts = new AttemptLog({ clock: systemClock, onRecord: record => records.push(record) })
  endpoint = new SipEndpoint({ clock: systemClock, timers: systemTimers, tap: attempts.tap })
  await endpoint.listen({ port: 0, host: '127.0.0.1' })
  states = []
  told = []
  playing = null
  const item = (index: number) => ({
    ...{ deviceId: String(BigInt(CHANNEL) + BigInt(index)), name: `通道 ${index}` },
    ...{ parental: false, parentIds: [DEVICE], status: 'ON' as const },
  })
  host = {
    answer: async query => {
      if (query.name !== 'catalogQuery') return null
      const { sn, deviceId } = query.value
      return inParts({ name: 'catalogResponse', value: { sn, deviceId, items: [0, 1, 2].map(item) } }, 2)
    },
    order: async order => {
      told.push(order.name)
      return 'OK'
    },
    call: async ({ offer, channelId }) => {
      if (channelId !== CHANNEL) throw new AppError('NOT_FOUND', { what: 'channel', id: channelId })
      return {
        answer: { ...offer, ownerId: CHANNEL, port: 40000, direction: 'sendonly' },
        begin: (dialog, { endOfFile }) => (playing = { dialog, endOfFile }),
        control: command => {
          told.push(command.method)
          return command.method !== 'scale'
        },
        end: reason => told.push(`end: ${reason}`),
      }
    },
    subscribed: (kind, query) => told.push(`${kind} ${query ? 'subscribed' : 'over'}`),
  }
  for (const method of ['MESSAGE', 'INVITE', 'SUBSCRIBE'])
    endpoint.on(method, (request, context) => side.receive(request, context))
})

afterEach(async () => {
  await endpoint.close()
  await upper.endpoint.close()
})

test.each(['udp', 'tcp'] as const)(
  'registers with digest, tells its edition, keeps alive and unregisters: %s',
  async transport => {
    let date = ''
    const where = { serverId: SERVER, domain: DOMAIN, host: '127.0.0.1', port, transport }
    side = lower({ upper: where, keepaliveS: 0.02, onDate: text => (date = text) })
    side.registration.start()
    await upper.until(() => upper.heard.length >= 2)
    expect(upper.registers.slice(0, 2)).toEqual([
      { expires: '3600', authorized: false, version: '3.0' },
      { expires: '3600', authorized: true, version: '3.0' },
    ])
    expect(upper.heard[0]).toMatchObject({ name: 'keepaliveNotify', value: { deviceId: DEVICE, status: 'OK' } })
    expect(date).toBe('2026-11-20T12:00:00.000')
    await side.close()
    expect(states).toEqual(['registering', 'on', 'stopped'])
    expect(upper.registers.at(-1)).toMatchObject({ expires: '0', authorized: true })
  },
)

test('wrong credentials are tried again, later', async () => {
  side = lower({ password: 'wrong-one' })
  side.registration.start()
  await upper.until(() => upper.registers.length >= 4)
  expect(states.slice(0, 3)).toEqual(['registering', 'failed', 'registering'])
  side.registration.drop()
})

test('a platform that has forgotten us hears REGISTER again', async () => {
  side = lower({ keepaliveS: 0.02 })
  upper.refuse = (request, context) => {
    if (request.method !== 'MESSAGE' || upper.registers.length > 2) return false
    context.respond(403)
    return true
  }
  side.registration.start()
  await upper.until(() => upper.registers.length >= 4)
  expect(states).toEqual(['registering', 'on', 'off', 'registering'])
  side.registration.drop()
})

test('a redirect is followed, once', async () => {
  const other = new Upper()
  const otherPort = await other.listen()
  upper.refuse = (_, context) => {
    context.respond(302, { headers: { Contact: `<sip:${SERVER}@127.0.0.1:${otherPort}>` } })
    return true
  }
  side = lower()
  side.registration.start()
  await other.until(() => other.registers.some(({ authorized }) => authorized))
  expect(upper.registers).toHaveLength(1)
  side.registration.drop()
  await other.endpoint.close()
})

test('a catalog comes in parts with the sum of all, orders are answered where the standard says so', async () => {
  side = lower()
  side.registration.start()
  await upper.until(() => upper.registers.some(({ authorized }) => authorized))
  expect((await upper.ask(MESSAGES.catalogQuery, { sn: 7, deviceId: DEVICE })).status).toBe(200)
  await upper.until(() => upper.heard.length >= 2)
  expect(upper.heard.map(({ value }) => value)).toMatchObject([
    { sn: 7, sumNum: 3, items: [{ name: '通道 0' }, { name: '通道 1' }] },
    { sn: 7, sumNum: 3, items: [{ name: '通道 2' }] },
  ])
  await upper.ask(MESSAGES.deviceControl, { sn: 8, deviceId: CHANNEL, teleBoot: 'Boot' })
  await upper.ask(MESSAGES.deviceControl, { sn: 9, deviceId: CHANNEL, recordCmd: 'Record' })
  await upper.until(() => upper.heard.length >= 3)
  expect(upper.heard[2]).toMatchObject({ name: 'deviceControlResponse', value: { sn: 9, result: 'OK' } })
  expect(told).toEqual(['deviceControl', 'deviceControl'])
  side.registration.drop()
})

test('a call: the answer, its control, the end of the file and BYE', async () => {
  side = lower()
  side.registration.start()
  await upper.until(() => upper.registers.some(({ authorized }) => authorized))
  const invite = (channel: string) =>
    upper.endpoint.invite(upper.flow!, {
      uri: `sip:${channel}@${DOMAIN}`,
      from: `sip:${SERVER}@${DOMAIN}`,
      to: `sip:${channel}@${DOMAIN}`,
      body: writeSdp(OFFER),
      contentType: 'application/sdp',
      headers: { Subject: `${channel}:0200000001,${SERVER}:0` },
    })
  expect((await invite(DEVICE).response).status).toBe(404)
  const call = invite(CHANNEL)
  const response = await call.response
  call.ack()
  expect(parseSdp(response.body.toString())).toMatchObject({ port: 40000, direction: 'sendonly', ssrc: '0200000001' })
  const info = async (command: Parameters<typeof writeMansRtsp>[0]['command']) => {
    const body = writeMansRtsp({ command, cseq: 3 })
    const answer = await call.dialog!.request('INFO', { body, contentType: MANSRTSP_CONTENT_TYPE })
    return parseMansRtspResponse(answer.body.toString())?.status
  }
  expect([await info({ method: 'pause' }), await info({ method: 'scale', scale: 2 })]).toEqual([200, 451])
  await playing?.endOfFile()
  expect(upper.heard.at(-1)).toMatchObject({ name: 'mediaStatusNotify', value: { notifyType: '121' } })
  expect(side.calls).toBe(1)
  await call.dialog!.bye()
  expect(side.calls).toBe(0)
  expect(told).toEqual(['pause', 'scale', 'end: the peer said BYE'])
  side.registration.drop()
})

test('a call that has been here is refused, and the record says why', async () => {
  const { call } = host
  host = {
    ...host,
    call: async asked => {
      if (!asked.route.includes(DEVICE)) return call(asked)
      throw new AppError('ROUTE_LOOP', { channel: asked.channelId, peer: asked.upperId })
    },
  }
  side = lower({ attempts })
  side.registration.start()
  await upper.until(() => upper.registers.some(({ authorized }) => authorized))
  const to = `sip:${CHANNEL}@${DOMAIN}`
  const invite = { uri: to, from: `sip:${SERVER}@${DOMAIN}`, to, body: writeSdp(OFFER), contentType: 'application/sdp' }
  const headers = { 'X-RoutePath': `34020000002000000009-${DEVICE}` }
  expect((await upper.endpoint.invite(upper.flow!, { ...invite, headers }).response).status).toBe(482)
  const call2 = upper.endpoint.invite(upper.flow!, invite)
  expect((await call2.response).headers.get('x-routepath')).toBe(DEVICE)
  call2.ack()
  await side.hangUp()
  expect([side.calls, call2.dialog?.ended]).toEqual([0, 'the peer said BYE'])
  expect(records.map(({ kind, channelId, verdict }) => [kind, channelId, verdict.code])).toEqual([
    ['cascade', null, 'ok'],
    ['cascade', CHANNEL, 'cascadeLoop'],
    ['cascade', CHANNEL, 'ok'],
  ])
  expect(records[1]?.messages.map(({ firstLine }) => firstLine.slice(0, 11))).toEqual(['INVITE sip:', 'SIP/2.0 482'])
  side.registration.drop()
})

test('who subscribed is told', async () => {
  side = lower()
  side.registration.start()
  await upper.until(() => upper.registers.some(({ authorized }) => authorized))
  const alarm = { sn: 1, deviceId: CHANNEL, alarmPriority: 1, alarmMethod: 5, alarmTime: '2026-11-20T12:00:00' }
  expect(await side.notify('Alarm', MESSAGES.alarmNotify, alarm)).toBe(false)
  const notified = Promise.withResolvers<AnyMessage | null>()
  const subscription = await upper.endpoint.subscribe(upper.flow!, {
    uri: `sip:${DEVICE}@${DOMAIN}`,
    from: `sip:${SERVER}@${DOMAIN}`,
    to: `sip:${DEVICE}@${DOMAIN}`,
    event: 'presence',
    expiresS: 600,
    body: writeBody(MESSAGES.alarmQuery, { sn: 1, deviceId: DEVICE }, 'GB18030'),
    contentType: MANSCDP_CONTENT_TYPE,
    onNotify: request => notified.resolve(readMessage(parseEnvelope(request.body))),
  })
  expect(await side.notify('Alarm', MESSAGES.alarmNotify, alarm)).toBe(true)
  expect(await notified.promise).toMatchObject({ name: 'alarmNotify', value: { alarmMethod: 5 } })
  expect(await side.notify('Alarm', MESSAGES.alarmNotify, alarm, () => false)).toBe(false)
  await subscription.unsubscribe()
  expect(told[0]).toBe('Alarm subscribed')
  const body = writeBody(MESSAGES.deviceInfoQuery, { sn: 1, deviceId: DEVICE }, 'GB18030')
  const who = { uri: `sip:${DEVICE}@${DOMAIN}`, from: `sip:${SERVER}@${DOMAIN}`, to: `sip:${DEVICE}@${DOMAIN}` }
  const again = upper.endpoint.subscribe(upper.flow!, {
    ...{ ...who, body, event: 'presence', expiresS: 600, contentType: MANSCDP_CONTENT_TYPE, onNotify: () => {} },
  })
  await expect(again).rejects.toThrow('489')
  side.registration.drop()
})
