import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parseCredentials } from './digest.ts'
import { DigestAuthority } from './digest-authority.ts'
import { SipEndpoint } from './endpoint.ts'
import type { RequestContext } from './request-context.ts'
import { EndpointRoom } from './testing/endpoint-room.ts'
import { rawRequest, rawTcpPeer, rawUdpPeer, until } from './testing/raw-peer.ts'
import { parseVia } from './via.ts'

const WHO = { uri: 'sip:b@b', from: 'sip:a@a', to: 'sip:b@b' }
const MESSAGE = { ...WHO, method: 'MESSAGE', contentType: 'Application/MANSCDP+xml' }

describe.each(['udp', 'tcp'] as const)('requests over %s', transport => {
  test('bodies arrive as they were sent, both ways', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    const body = Buffer.from([0xc9, 0xe3, 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0xff])
    const bodies: Buffer[] = []
    server.endpoint.on('MESSAGE', (request, context) => {
      bodies.push(request.body)
      expect(context.remote).toEqual({ transport, ...context.flow.remote })
      context.respond(200, { body: request.body, headers: { 'X-GB-Ver': '3.0' } })
    })
    const response = await client.endpoint.request(server.target(transport), { ...MESSAGE, body })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-gb-ver')).toBe('3.0')
    expect(bodies).toEqual([body])
    expect(response.body).toEqual(body)
    expect(client.ladder()).toEqual(['> MESSAGE', '< 200'])
    expect(server.ladder()).toEqual(['< MESSAGE', '> 200'])
    expect(server.tapped[0]?.local.port).toBe(server.port)
  })

  test('a challenge is answered with the same Call-ID and tag, and the next CSeq', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    const authority = new DigestAuthority({ clock: server.time, qop: true })
    const seen: string[] = []
    server.endpoint.on('REGISTER', (request, context) => {
      seen.push(`${request.headers.get('call-id')} ${request.headers.get('from')} ${request.headers.get('cseq')}`)
      const credentials = parseCredentials(request.headers.get('authorization') ?? '')
      const verdict =
        credentials &&
        authority.verify(credentials, { method: 'REGISTER', realm: 'r', uri: request.uri, password: { plain: 'p' } })
      if (verdict === 'ok') context.respond(200)
      else context.respond(401, { headers: { 'WWW-Authenticate': authority.challenge('r', { algorithm: 'SHA-256' }) } })
    })
    const register = { ...WHO, method: 'REGISTER', callId: 'c1', fromTag: 't1', cseq: 5 }
    const target = server.target(transport)
    const authorization = { username: 'a', password: 'p' }
    expect((await client.endpoint.request(target, { ...register, authorization })).status).toBe(200)
    expect(seen).toEqual(['c1 <sip:a@a>;tag=t1 5 REGISTER', 'c1 <sip:a@a>;tag=t1 6 REGISTER'])
    const wrong = { ...register, cseq: 7, authorization: { username: 'a', password: 'x' } }
    expect((await client.endpoint.request(target, wrong)).status).toBe(401)
    expect((await client.endpoint.request(target, { ...register, cseq: 9 })).status).toBe(401)
    expect(seen).toHaveLength(5)
  })

  test('what nobody handles', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    const target = server.target(transport)
    server.endpoint.on('MESSAGE', (_request, context) => context.respond(200))
    const table: [string, object, number][] = [
      ['OPTIONS', {}, 200],
      ['REGISTER', {}, 405],
      ['FOO', {}, 501],
      ['BYE', {}, 481],
      ['INFO', { to: '<sip:b@b>;tag=unknown' }, 481],
      ['MESSAGE', { to: '<sip:b@b>;tag=unknown' }, 200],
      ['MESSAGE', { uri: 'tel:123' }, 416],
      ['MESSAGE', { headers: { Require: 'foo, 100rel' } }, 420],
    ]
    for (const [method, more, status] of table) {
      const response = await client.endpoint.request(target, { ...MESSAGE, method, ...more })
      expect([method, response.status]).toEqual([method, status])
      if (status === 405) expect(response.headers.get('allow')).toBe('OPTIONS, MESSAGE, ACK, CANCEL, BYE')
      if (status === 420) expect(response.headers.get('unsupported')).toBe('foo, 100rel')
    }
  })

  test('a handler that fails, forgets to answer, or answers twice', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    const target = server.target(transport)
    server.endpoint.on('MESSAGE', () => {
      throw new Error('no')
    })
    expect((await client.endpoint.request(target, MESSAGE)).status).toBe(500)
    server.endpoint.on('MESSAGE', () => {})
    expect((await client.endpoint.request(target, MESSAGE)).status).toBe(500)
    server.endpoint.on('MESSAGE', async (_request, context) => {
      await Promise.resolve()
      context.respond(202)
      context.respond(500)
    })
    expect((await client.endpoint.request(target, MESSAGE)).status).toBe(202)
    let waiting: RequestContext | null = null
    server.endpoint.on('MESSAGE', (_request, context) => {
      waiting = context
      return new Promise(() => {})
    })
    const late = client.endpoint.request(target, MESSAGE)
    await until(() => expect(waiting).not.toBeNull())
    server.time.advance(32_000)
    expect((await late).status).toBe(504)
  })

  test('provisional answers, timeouts and aborts', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    const target = server.target(transport)
    const contexts: RequestContext[] = []
    server.endpoint.on('MESSAGE', (_request, context) => {
      contexts.push(context)
      context.respond(100)
      return new Promise(() => {})
    })
    const provisional: number[] = []
    const onProvisional = (response: { status: number }) => provisional.push(response.status)
    const answered = client.endpoint.request(target, { ...MESSAGE, onProvisional })
    await until(() => expect(provisional).toEqual([100]))
    contexts[0]!.respond(200)
    expect((await answered).status).toBe(200)

    const short = client.endpoint.request(target, { ...MESSAGE, timeoutMs: 3000, onProvisional })
    const shortFails = expect(short).rejects.toMatchObject({ code: 'PEER_TIMEOUT', details: { ms: 3000 } })
    await until(() => expect(provisional).toHaveLength(2))
    client.time.advance(3000)
    await shortFails

    const long = client.endpoint.request(target, { ...MESSAGE, onProvisional })
    const longFails = expect(long).rejects.toMatchObject({ code: 'PEER_TIMEOUT', details: { ms: 32_000 } })
    await until(() => expect(provisional).toHaveLength(3))
    client.time.advance(32_000)
    await longFails

    const abort = new AbortController()
    const aborted = client.endpoint.request(target, { ...MESSAGE, onProvisional, signal: abort.signal })
    const abortedFails = expect(aborted).rejects.toThrow('enough')
    await until(() => expect(provisional).toHaveLength(4))
    abort.abort(new Error('enough'))
    await abortedFails
    await expect(client.endpoint.request(target, { ...MESSAGE, signal: abort.signal })).rejects.toThrow('enough')
    expect(client.endpoint.counts.transactions.clients).toBeLessThanOrEqual(1) // timer K of the first
  })

  test('close ends what waits', async () => {
    await using server = await EndpointRoom.open()
    const client = await EndpointRoom.open()
    server.endpoint.on('MESSAGE', () => new Promise(() => {}))
    const pending = client.endpoint.request(server.target(transport), MESSAGE)
    const fails = expect(pending).rejects.toMatchObject({ code: 'NOT_READY' })
    await until(() => expect(server.ladder()).toEqual(['< MESSAGE']))
    await client.endpoint.close()
    await client.endpoint.close()
    await fails
  })
})

describe('UDP', () => {
  test('a lost request is sent again, a repeated one is answered again and handled once', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawUdpPeer(server.port)
    let handled = 0
    server.endpoint.on('MESSAGE', (_request, context) => {
      handled++
      context.respond(200)
    })
    for (let n = 1; n <= 3; n++) {
      peer.send(rawRequest('MESSAGE'))
      await peer.response(n)
    }
    expect(handled).toBe(1)
    expect(peer.responses[2]).toEqual(peer.responses[0])
    peer.send(rawRequest('MESSAGE', { cseq: 2, branch: 'z9hG4bK-MESSAGE-1' }))
    await peer.response(4)
    expect(handled).toBe(2)
  })

  test('our request is sent again until there is an answer', async () => {
    await using client = await EndpointRoom.open()
    await using peer = await rawUdpPeer(client.port)
    const target = { transport: 'udp', host: '127.0.0.1', port: peer.port } as const
    const pending = client.endpoint.request(target, MESSAGE)
    await peer.request(1)
    client.time.advance(500)
    const again = await peer.request(2)
    expect(again.headers.get('via')).toBe(peer.requests[0]?.headers.get('via'))
    peer.answer(again, 200)
    expect((await pending).status).toBe(200)
  })

  test('behind a NAT: the answer goes to where the request came from, and says so', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawUdpPeer(server.port)
    peer.send(rawRequest('OPTIONS', { via: 'SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1' }))
    const via = parseVia((await peer.response()).headers.get('via')!)
    expect(via?.parameters.get('received')).toBe('127.0.0.1')
    expect(via?.parameters.get('rport')).toBe(String(peer.port))
  })

  test('without rport the answer goes to the port of the Via', async () => {
    await using server = await EndpointRoom.open()
    await using sender = await rawUdpPeer(server.port)
    await using listener = await rawUdpPeer(server.port)
    sender.send(rawRequest('OPTIONS', { via: `SIP/2.0/UDP 127.0.0.1:${listener.port};branch=z9hG4bK1` }))
    expect((await listener.response()).status).toBe(200)
    expect(sender.received).toEqual([])
  })

  test('a request over the flow of another reaches its sender', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    client.endpoint.on('MESSAGE', (_request, context) => context.respond(200))
    const back = new Promise<number>(resolve => {
      server.endpoint.on('MESSAGE', async (_request, context) => {
        context.respond(200)
        resolve((await server.endpoint.request(context.flow, MESSAGE)).status)
      })
    })
    await client.endpoint.request(server.target(), MESSAGE)
    expect(await back).toBe(200)
  })

  test('garbage, empty lines and wrong messages', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawUdpPeer(server.port)
    const table: [string, number][] = [
      [rawRequest('OPTIONS').replace('SIP/2.0\r\n', 'SIP/7.0\r\n'), 505],
      [rawRequest('OPTIONS').replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'), 400],
      [rawRequest('OPTIONS').replace('Content-Length: 0', 'Content-Length: 9'), 400],
      [rawRequest('OPTIONS').replace('Call-ID: call-1\r\n', ''), 400],
    ]
    for (const text of ['\r\n\r\n', '\0\0\0\0', 'GET / HTTP/1.1\r\n\r\n', 'x'.repeat(60_000)]) peer.send(text)
    // No Via, no answer; an ACK never has one.
    peer.send('OPTIONS sip:us SIP/2.0\r\nTo: <sip:us>\r\n\r\n')
    peer.send(rawRequest('ACK').replace('Call-ID: call-1\r\n', ''))
    peer.send(rawRequest('ACK'))
    for (const [index, [text, status]] of table.entries()) {
      peer.send(text)
      expect((await peer.response(index + 1)).status).toBe(status)
    }
    expect(peer.responses[3]?.reason).toBe('no Call-ID')
    expect(server.endpoint.counts.garbage).toBe(2)
    expect(server.ladder().slice(0, 4)).toEqual(Array(4).fill('< garbage'))
  })

  test('an answer nobody waits for is dropped', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawUdpPeer(server.port)
    peer.send(
      'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n',
    )
    peer.send('SIP/2.0 200 OK\r\nVia: x\r\n\r\n')
    peer.send(rawRequest('OPTIONS'))
    expect((await peer.response()).status).toBe(200)
  })
})

describe('TCP', () => {
  test('a request to a peer that has connected goes over its connection, by flow and by the address it gives', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawTcpPeer(server.port)
    const flow = new Promise<RequestContext['flow']>(resolve => {
      server.endpoint.on('REGISTER', (_request, context) => {
        context.respond(200)
        resolve(context.flow)
      })
    })
    peer.send(rawRequest('REGISTER', { via: 'SIP/2.0/TCP 127.0.0.1:5099;branch=z9hG4bK1' }))
    const addresses = [await flow, { transport: 'tcp', host: '127.0.0.1', port: 5099 } as const]
    for (const [index, target] of [...addresses, { ...addresses[1]!, port: peer.port } as const].entries()) {
      const pending = server.endpoint.request(target, MESSAGE)
      const request = await peer.request(index + 1)
      expect(parseVia(request.headers.get('via')!)?.transport).toBe('TCP')
      peer.answer(request, 200)
      expect((await pending).status).toBe(200)
    }
    expect(server.endpoint.counts.connections).toBe(1)
  })

  test('behind a NAT the address a peer gives is not believed', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawTcpPeer(server.port)
    peer.send(rawRequest('OPTIONS', { via: 'SIP/2.0/TCP 127.0.0.2:5099;branch=z9hG4bK1' }))
    await peer.response()
    const target = { transport: 'tcp', host: '127.0.0.2', port: 5099 } as const
    await expect(server.endpoint.request(target, MESSAGE)).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  })

  test('several requests share one connection; connect opens another', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    server.endpoint.on('MESSAGE', (_request, context) => context.respond(200))
    await Promise.all(Array.from({ length: 20 }, () => client.endpoint.request(server.target('tcp'), MESSAGE)))
    expect(server.endpoint.counts.connections).toBe(1)
    const own = await client.endpoint.connect(server.target('tcp'))
    expect((await client.endpoint.request(own, MESSAGE)).status).toBe(200)
    expect(server.endpoint.counts.connections).toBe(2)
  })

  test('a large request takes the TCP connection when there is one, and UDP when there is none', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await EndpointRoom.open()
    peer.endpoint.on('MESSAGE', (_request, context) => context.respond(200))
    const used = async (size: number) => {
      server.tapped.length = 0
      await server.endpoint.request(peer.target(), { ...MESSAGE, body: 'x'.repeat(size) })
      return server.tapped[0]?.transport
    }
    expect(await used(2000)).toBe('udp')
    await server.endpoint.request(peer.target('tcp'), MESSAGE)
    expect(await used(2000)).toBe('tcp')
    expect(await used(100)).toBe('udp')
  })

  test('keepalives are answered, and cost nothing else', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawTcpPeer(server.port)
    peer.send('\r\n\r\n')
    await until(() => expect(peer.pongs).toBe(1))
    expect(server.tapped).toEqual([])
  })

  test('a connection that ends takes what waits for it along', async () => {
    await using server = await EndpointRoom.open()
    const peer = await rawTcpPeer(server.port)
    const flow = new Promise<RequestContext['flow']>(resolve => {
      server.endpoint.on('OPTIONS', (_request, context) => resolve(context.flow))
    })
    peer.send(rawRequest('OPTIONS'))
    const pending = server.endpoint.request(await flow, MESSAGE)
    const fails = expect(pending).rejects.toMatchObject({ code: 'PEER_REFUSED' })
    await peer.request()
    await peer[Symbol.asyncDispose]()
    await fails
    await expect(server.endpoint.request(await flow, MESSAGE)).rejects.toMatchObject({ code: 'PEER_REFUSED' })
    expect(server.endpoint.counts.connections).toBe(0)
  })

  test('nobody listens, or nobody is there', async () => {
    await using client = await EndpointRoom.open()
    const free = await EndpointRoom.open()
    const target = free.target('tcp')
    await free.endpoint.close()
    await expect(client.endpoint.request(target, MESSAGE)).rejects.toMatchObject({ code: 'PEER_REFUSED' })
    const nowhere = { transport: 'udp', host: 'nowhere.invalid', port: 5060 } as const
    await expect(client.endpoint.request(nowhere, MESSAGE)).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  })

  test.each([
    ['silent', ''],
    ['only keepalives', '\r\n\r\n'],
    ['an unfinished head', 'OPTIONS sip:us SIP/2.0\r\n'],
    ['an unfinished body', rawRequest('OPTIONS').replace('Content-Length: 0', 'Content-Length: 10')],
  ])('a peer that sends no whole message is closed after 10 s: %s', async (_name, text) => {
    await using server = await EndpointRoom.open()
    await using peer = await rawTcpPeer(server.port)
    await until(() => expect(server.endpoint.counts.connections).toBe(1))
    if (text !== '') peer.send(text)
    server.time.advance(9000)
    expect(server.endpoint.counts.connections).toBe(1)
    server.time.advance(1000)
    await until(() => expect(peer.closed).toBe(true))
  })

  test('an idle connection is closed, one with keepalives is not', async () => {
    await using server = await EndpointRoom.open({ limits: { idleTimeoutMs: 60_000 } })
    await using idle = await rawTcpPeer(server.port)
    await using alive = await rawTcpPeer(server.port)
    for (const peer of [idle, alive]) {
      peer.send(rawRequest('OPTIONS'))
      await peer.response()
    }
    server.time.advance(50_000)
    alive.send('\r\n\r\n')
    await until(() => expect(alive.pongs).toBe(1))
    server.time.advance(20_000)
    await until(() => expect(idle.closed).toBe(true))
    expect(server.endpoint.counts.connections).toBe(1)
  })

  test.each([
    ['no SIP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', []],
    ['a length that is none', rawRequest('OPTIONS').replace('Content-Length: 0', 'Content-Length: -1'), [400]],
    ['a head without an end', `OPTIONS sip:us SIP/2.0\r\nX: ${'x'.repeat(40_000)}`, []],
  ])('a stream that cannot be read on is closed: %s', async (_name, text, statuses) => {
    await using server = await EndpointRoom.open()
    await using peer = await rawTcpPeer(server.port)
    peer.send(text)
    await until(() => expect(peer.closed).toBe(true))
    expect(peer.statuses).toEqual(statuses)
    expect(server.endpoint.counts.garbage).toBe(1)
  })

  test('a wrong request in a sound stream is refused, and the next one answered', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawTcpPeer(server.port)
    peer.send(rawRequest('OPTIONS').replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE') + rawRequest('OPTIONS', { cseq: 2 }))
    await peer.response(2)
    expect(peer.statuses).toEqual([400, 200])
  })

  test('a peer that does not read is closed', async () => {
    await using server = await EndpointRoom.open()
    await using peer = await rawTcpPeer(server.port)
    peer.socket.pause()
    const body = 'x'.repeat(1_000_000)
    server.endpoint.on('MESSAGE', (_request, context) => context.respond(200, { body }))
    let cseq = 0
    await until(() => {
      for (let n = 0; n < 10; n++) peer.send(rawRequest('MESSAGE', { cseq: ++cseq }))
      expect(server.endpoint.counts.connections).toBe(0)
      expect(cseq).toBeGreaterThan(1)
    })
  })

  test('more connections than allowed are not taken', async () => {
    await using server = await EndpointRoom.open({ limits: { maxConnections: 1 } })
    await using first = await rawTcpPeer(server.port)
    first.send(rawRequest('OPTIONS'))
    await first.response()
    await using second = await rawTcpPeer(server.port)
    await until(() => expect(second.closed).toBe(true))
    await expect(server.endpoint.request(server.target('tcp'), MESSAGE)).rejects.toMatchObject({
      code: 'LIMIT_REACHED',
    })
  })
})

describe('the port', () => {
  test('in use', async () => {
    await using other = await EndpointRoom.open()
    const late = new SipEndpoint({ clock: other.time, timers: other.time })
    await expect(late.listen({ port: other.port, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await late.close()
  })

  test('in use by another for UDP only: it is not left open for TCP', async () => {
    await using udp = await EndpointRoom.open({}, { udp: true, tcp: false })
    const late = new SipEndpoint({ clock: udp.time, timers: udp.time })
    await expect(late.listen({ port: udp.port, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    const probe = createServer().listen(udp.port, '127.0.0.1')
    await once(probe, 'listening')
    probe.close()
    await late.close()
  })

  test('without UDP a UDP target is refused', async () => {
    await using client = await EndpointRoom.open({}, { udp: false, tcp: true })
    await expect(client.endpoint.request(client.target(), MESSAGE)).rejects.toMatchObject({ code: 'NOT_READY' })
  })

  test('Via and Contact say what is advertised', async () => {
    await using client = await EndpointRoom.open({ advertised: { address: '203.0.113.9', port: 5060 } })
    await using peer = await rawUdpPeer(client.port)
    const target = { transport: 'udp', host: '127.0.0.1', port: peer.port } as const
    const pending = client.endpoint.request(target, { ...WHO, method: 'REGISTER' })
    const request = await peer.request()
    expect(request.headers.get('via')).toContain('SIP/2.0/UDP 203.0.113.9:5060;rport;branch=z9hG4bK')
    expect(request.headers.get('contact')).toBe('<sip:a@203.0.113.9:5060>')
    peer.answer(request, 200)
    await pending
  })
})
