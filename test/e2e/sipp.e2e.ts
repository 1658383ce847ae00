import { describe, expect, test, vi } from 'vitest'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { parseCredentials } from '../../src/protocols/sip/digest.ts'
import { DigestAuthority } from '../../src/protocols/sip/digest-authority.ts'
import { type OutgoingInvite, SipEndpoint, type SipEndpointOptions } from '../../src/protocols/sip/endpoint.ts'
import type { SipRequest } from '../../src/protocols/sip/message.ts'
import { expectRequest, expectStatus, REMEMBERED, respond, respondToInvite, send, sipp } from './sipp-scenario.ts'

const REALM = '3402000000'
const PASSWORD = 'secret'
const LOGIN = '[authentication username=34020000001320000001 password=secret]'
const WHO: OutgoingInvite = {
  uri: 'sip:34020000001320000001@3402000000',
  from: 'sip:34020000002000000001@3402000000',
  to: 'sip:34020000001320000001@3402000000',
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 })

async function open(options: Partial<SipEndpointOptions> = {}) {
  const endpoint = new SipEndpoint({ clock: systemClock, timers: systemTimers, ...options })
  const { port } = await endpoint.listen({ port: 0, host: '127.0.0.1' })
  return { endpoint, port, [Symbol.asyncDispose]: () => endpoint.close() }
}

/** A registrar that counts what it accepted, by method. */
async function registrar() {
  const authority = new DigestAuthority({ clock: systemClock })
  const accepted: Record<string, number> = {}
  const handled: SipRequest[] = []
  const room = await open()
  const count = (request: SipRequest) => {
    accepted[request.method] = (accepted[request.method] ?? 0) + 1
    handled.push(request)
  }
  room.endpoint.on('REGISTER', (request, context) => {
    const credentials = parseCredentials(request.headers.get('authorization') ?? '')
    const check = { method: 'REGISTER', realm: REALM, password: { plain: PASSWORD } }
    if (credentials && authority.verify(credentials, check) === 'ok') {
      count(request)
      context.respond(200, { headers: { Expires: 3600 } })
    } else context.respond(401, { headers: { 'WWW-Authenticate': authority.challenge(REALM) } })
  })
  room.endpoint.on('MESSAGE', (request, context) => {
    count(request)
    context.respond(200)
  })
  return { ...room, accepted, handled }
}

const KEEPALIVE = '<?xml version="1.0"?>\n<Notify><CmdType>Keepalive</CmdType><SN>1</SN><Status>OK</Status></Notify>\n'
const keepalive = (cseq: number) =>
  send('MESSAGE', cseq, { head: 'Content-Type: Application/MANSCDP+xml', body: KEEPALIVE })

/** A device: registers with digest, then keeps alive twice. */
const DEVICE = [
  send('REGISTER', 1, { head: 'Expires: 3600' }),
  expectStatus(401, 'auth="true"'),
  send('REGISTER', 2, { head: `Expires: 3600\n${LOGIN}` }),
  expectStatus(200),
  keepalive(3),
  expectStatus(200),
  keepalive(4),
  expectStatus(200),
]

describe.each(['udp', 'tcp'] as const)('SIPp over %s', transport => {
  test('300 devices register with digest and keep alive', async () => {
    await using room = await registrar()
    await using devices = await sipp(DEVICE, { transport, to: room.port, calls: 300, rate: 150 })
    await devices.finished()
    expect(room.accepted).toEqual({ REGISTER: 300, MESSAGE: 600 })
    expect(room.handled.at(-1)?.body.toString()).toContain('<CmdType>Keepalive</CmdType>')
    expect(room.endpoint.counts.garbage).toBe(0)
  })

  const wrong: [string, Parameters<typeof send>, number][] = [
    ['another version', ['MESSAGE', 1, { version: 'SIP/7.0' }], 505],
    ['no SIP URI', ['MESSAGE', 1, { uri: 'http://example.org' }], 416],
    ['an unknown method', ['FOO', 1], 501],
    ['a method without a handler', ['SUBSCRIBE', 1], 405],
    ['an unknown extension', ['MESSAGE', 1, { head: 'Require: teleport' }], 420],
    ['BYE of no dialog', ['BYE', 1], 481],
    ['two From', ['MESSAGE', 1, { head: 'From: <sip:x@y>;tag=2' }], 400],
    ['a length that is none', ['MESSAGE', 1, { length: '-5' }], 400],
  ]
  test.each(wrong)('refused: %s', async (_name, request, status) => {
    await using room = await registrar()
    await using peer = await sipp([send(...request), expectStatus(status)], { transport, to: room.port, calls: 1 })
    await peer.finished()
    expect(room.accepted).toEqual({})
  })

  test('it calls us: INVITE, ACK, BYE', async () => {
    await using room = await open()
    const ends: string[] = []
    room.endpoint.on('INVITE', (_request, context) => {
      context.respond(180)
      context.accept({ body: 'v=0\r\n', contentType: 'application/sdp' }).onEnd(reason => ends.push(reason))
    })
    await using caller = await sipp('uac', { transport, to: room.port, calls: 20, rate: 100 })
    await caller.finished()
    expect(ends).toEqual(Array(20).fill('the peer said BYE'))
    expect(room.endpoint.counts.dialogs).toBe(0)
  })

  async function callee(steps: Parameters<typeof sipp>[0], options: Partial<SipEndpointOptions> = {}, calls = 1) {
    const peer = await sipp(steps, { transport, calls })
    const { port } = peer
    const room = await open(options)
    // SIPp takes a moment to listen; over TCP nobody repeats what it missed.
    const target = { transport, host: '127.0.0.1', port }
    if (transport === 'tcp') await until(async () => void (await room.endpoint.connect(target)))
    return {
      ...{ peer, endpoint: room.endpoint, target },
      async [Symbol.asyncDispose]() {
        await room.endpoint.close()
        await peer[Symbol.asyncDispose]()
      },
    }
  }

  test('we call it: 180, 200, ACK, BYE', async () => {
    await using room = await callee('uas', {}, 10)
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const provisional: number[] = []
        const onProvisional = (response: { status: number }) => provisional.push(response.status)
        const call = room.endpoint.invite(room.target, { ...WHO, body: 'v=0\r\n', onProvisional })
        expect((await call.response).status).toBe(200)
        expect(provisional).toContain(180)
        call.ack()
        expect((await call.dialog?.bye())?.status).toBe(200)
      }),
    )
    await room.peer.finished()
  })

  test('we cancel a call that rings', async () => {
    await using room = await callee([
      expectRequest('INVITE', REMEMBERED),
      respond(180, 'sipp'),
      expectRequest('CANCEL'),
      respond(200, 'sipp'),
      respondToInvite(487, 'sipp'),
      expectRequest('ACK'),
    ])
    const call = room.endpoint.invite(room.target, { ...WHO, onProvisional: () => call.cancel() })
    expect((await call.response).status).toBe(487)
    await room.peer.finished()
  })

  test('a forked call: the second session is acknowledged and ended', async () => {
    await using room = await callee([
      expectRequest('INVITE', REMEMBERED),
      respond(200, 'first'),
      expectRequest('ACK'),
      respondToInvite(200, 'second'),
      expectRequest('ACK'),
      expectRequest('BYE'),
      respond(200, ''),
    ])
    const call = room.endpoint.invite(room.target, WHO)
    expect((await call.response).status).toBe(200)
    call.ack()
    await room.peer.finished()
    expect(call.dialog?.ended).toBeNull()
  })

  test('SIPp checks our digest', async () => {
    const check = '<action><verifyauth assign_to="1" username="34020000002000000001" password="secret"/></action>'
    await using room = await callee([
      expectRequest('REGISTER'),
      respond(
        401,
        'sipp',
        `WWW-Authenticate: Digest realm="${REALM}", nonce="47ebe028cda119c35d4877b383027d28da013815", qop="auth", algorithm=MD5`,
      ),
      expectRequest('REGISTER', check),
      // Not verified: the scenario takes the other way and fails.
      { xml: '<nop next="1" test="1"/><recv request="BYE"/><label id="1"/>' },
      respond(200, 'sipp'),
    ])
    const authorization = { username: '34020000002000000001', password: PASSWORD }
    const response = await room.endpoint.request(room.target, { ...WHO, method: 'REGISTER', authorization })
    expect(response.status).toBe(200)
    await room.peer.finished()
  })
})

test('a fifth of all packets is lost: each request is handled once', async () => {
  await using room = await registrar()
  const lossy = { transport: 'udp', to: room.port, calls: 10, rate: 100, lostPercent: 20 } as const
  await using devices = await sipp(DEVICE, lossy)
  await devices.finished()
  expect(room.accepted).toEqual({ REGISTER: 10, MESSAGE: 20 })
})
