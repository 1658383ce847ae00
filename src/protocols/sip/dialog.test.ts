import { describe, expect, test } from 'vitest'
import type { ClientInvite } from './client-invite.ts'
import type { Dialog } from './dialog.ts'
import { dialogFromJournal } from './dialog-state.ts'
import { DigestAuthority } from './digest-authority.ts'
import type { SipRequest } from './message.ts'
import { tagOf } from './name-address.ts'
import type { RequestContext } from './request-context.ts'
import { EndpointRoom } from './testing/endpoint-room.ts'
import { rawRequest, rawTcpPeer, rawUdpPeer, until } from './testing/raw-peer.ts'
import { writeMessage } from './writer.ts'

const WHO = { uri: 'sip:34020000001320000001@b', from: 'sip:34020000002000000001@a', to: 'sip:34020000001320000001@b' }
const OFFER = { ...WHO, body: 'v=0\r\ns=Play\r\n', contentType: 'application/sdp', headers: { Subject: 'a:0,b:0' } }

/** An endpoint that calls, and a peer of which a test writes each word. */
async function callerAndPeer() {
  const caller = await EndpointRoom.open()
  const peer = await rawUdpPeer(caller.port)
  return {
    caller,
    peer,
    call: (options: object = {}) =>
      caller.endpoint.invite({ transport: 'udp', host: '127.0.0.1', port: peer.port }, { ...OFFER, ...options }),
    async [Symbol.asyncDispose]() {
      await peer[Symbol.asyncDispose]()
      await caller.endpoint.close()
    },
  }
}

describe.each(['udp', 'tcp'] as const)('a session over %s', transport => {
  async function session() {
    const server = await EndpointRoom.open()
    const client = await EndpointRoom.open()
    const accepted = new Promise<Dialog>(resolve => {
      server.endpoint.on('INVITE', (request, context) => {
        expect(request.body.toString()).toBe(OFFER.body)
        context.respond(180)
        resolve(context.accept({ body: 'v=0\r\n', contentType: 'application/sdp' }))
      })
    })
    const provisional: number[] = []
    const call = client.endpoint.invite(server.target(transport), {
      ...OFFER,
      onProvisional: response => provisional.push(response.status),
    })
    const response = await call.response
    expect([response.status, provisional]).toEqual([200, [180]])
    call.ack()
    const theirs = await accepted
    return {
      ...{ server, client, call, ours: call.dialog!, theirs },
      async [Symbol.asyncDispose]() {
        await client.endpoint.close()
        await server.endpoint.close()
      },
    }
  }

  test('the called side learns when its answer was acknowledged', async () => {
    await using room = await session()
    for (const _ of ['the first', 'one who asks later']) await new Promise<void>(done => room.theirs.onConfirmed(done))
  })

  test('both sides have the same dialog, and either ends it', async () => {
    for (const who of ['ours', 'theirs'] as const) {
      await using room = await session()
      const { ours, theirs, client, server } = room
      expect(ours.callId).toBe(theirs.callId)
      expect([ours.state.localTag, ours.state.remoteTag]).toEqual([theirs.state.remoteTag, theirs.state.localTag])
      const ends: string[] = []
      ours.onEnd(reason => ends.push(reason))
      theirs.onEnd(reason => ends.push(reason))
      expect((await room[who].bye()).status).toBe(200)
      await until(() => expect(ends.toSorted()).toEqual(['the peer said BYE', 'we said BYE']))
      expect([client.endpoint.counts.dialogs, server.endpoint.counts.dialogs]).toEqual([0, 0])
      await expect(ours.request('INFO')).rejects.toMatchObject({ code: 'PEER_REFUSED' })
    }
  })

  test('the ACK ends the repetition of the 2xx', async () => {
    await using room = await session()
    await until(() => expect(room.server.ladder()).toContain('< ACK'))
    room.server.time.advance(40_000)
    expect(room.server.ladder().filter(step => step === '> 200')).toHaveLength(1)
    expect(room.theirs.ended).toBeNull()
  })

  test('requests within go to the handler of the dialog, then to that of the endpoint', async () => {
    await using room = await session()
    const { ours, theirs, server } = room
    const seen: string[] = []
    const handler = (name: string) => (request: SipRequest, context: RequestContext) => {
      seen.push(`${name} ${request.body} ${context.dialog === theirs}`)
      context.respond(200)
    }
    theirs.on('INFO', handler('dialog'))
    server.endpoint.on('INFO', handler('endpoint')).on('MESSAGE', handler('endpoint'))
    expect((await ours.request('INFO', { body: 'PAUSE' })).status).toBe(200)
    expect((await ours.request('MESSAGE', { body: '121' })).status).toBe(200)
    expect(seen).toEqual(['dialog PAUSE true', 'endpoint 121 true'])
    expect((await ours.request('FOO')).status).toBe(501)
    expect((await ours.request('INVITE', { body: 'v=1' })).status).toBe(488)
    expect(ours.ended).toBeNull()
  })

  test('a re-INVITE is answered and acknowledged within the dialog', async () => {
    await using room = await session()
    const { ours, theirs, client, server } = room
    theirs.on('INVITE', (request, context) => context.respond(200, { body: request.body }))
    await until(() => expect(server.ladder()).toContain('< ACK'))
    const response = await ours.request('INVITE', { body: 'v=1', contentType: 'application/sdp' })
    expect([response.status, response.body.toString()]).toEqual([200, 'v=1'])
    await until(() => expect(server.ladder().filter(step => step === '< ACK')).toHaveLength(2))
    expect([client.endpoint.counts.dialogs, server.endpoint.counts.dialogs]).toEqual([1, 1])
    server.time.advance(40_000)
    expect(theirs.ended).toBeNull()
  })

  test('a peer that knows nothing of the dialog ends it', async () => {
    await using room = await session()
    room.theirs.end('lost')
    const ends: string[] = []
    room.ours.onEnd(reason => ends.push(reason))
    expect((await room.ours.request('INFO')).status).toBe(481)
    expect(ends).toEqual(['INFO was answered 481'])
  })

  test('a refusal and silence leave the dialog, and its BYE is said', async () => {
    await using room = await session()
    const { ours, theirs, client, server } = room
    theirs.on('INFO', (_request, context) => context.respond(404))
    expect((await ours.request('INFO')).status).toBe(404)
    theirs.on('INFO', () => new Promise(() => {}))
    const silent = expect(ours.request('INFO', { timeoutMs: 1000 })).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
    await until(() => expect(server.ladder().filter(step => step === '< INFO')).toHaveLength(2))
    client.time.advance(1000)
    await silent
    expect((await ours.bye()).status).toBe(200)
  })

  test('after a restart of the caller the journal still ends it', async () => {
    await using room = await session()
    const journal = JSON.parse(JSON.stringify(room.ours.toJournal()))
    await room.ours.request('OPTIONS') // after the journal was written
    await room.client.endpoint.close()
    await using restarted = await EndpointRoom.open()
    const dialog = restarted.endpoint.restoreDialog(journal)
    expect((await dialog.bye()).status).toBe(200)
    expect(room.theirs.ended).toBe('the peer said BYE')
  })
})

describe('calling', () => {
  test('a 2xx that comes again gets its ACK again', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    const invite = await room.peer.request()
    room.peer.answer(invite, 200)
    expect((await call.response).status).toBe(200)
    call.ack({ body: 'v=2', contentType: 'application/sdp' })
    const ack = await room.peer.request(2)
    expect(ack.method).toBe('ACK')
    expect(ack.uri).toBe(`sip:peer@127.0.0.1:${room.peer.port}`)
    expect(ack.headers.get('cseq')).toBe('1 ACK')
    expect(ack.body.toString()).toBe('v=2')
    room.peer.answer(invite, 200)
    const again = await room.peer.request(3)
    expect([again.method, again.body.toString()]).toEqual(['ACK', 'v=2'])
  })

  test('refused', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    room.peer.answer(await room.peer.request(), 486)
    expect((await call.response).status).toBe(486)
    expect(call.dialog).toBeNull()
    expect(() => call.ack()).toThrow('not ready')
    expect((await room.peer.request(2)).method).toBe('ACK')
  })

  test('a challenge is acknowledged and answered', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    const authority = new DigestAuthority({ clock: server.time })
    server.endpoint.on('INVITE', (request, context) => {
      if (request.headers.has('proxy-authorization')) context.respond(200)
      else context.respond(407, { headers: { 'Proxy-Authenticate': authority.challenge('r') } })
    })
    const call = client.endpoint.invite(server.target(), { ...OFFER, authorization: { username: 'a', password: 'p' } })
    expect((await call.response).status).toBe(200)
    call.ack()
    await until(() => expect(server.ladder().filter(step => step === '< ACK')).toHaveLength(2))
    expect((await call.dialog?.bye())?.status).toBe(200)
  })

  test('nobody answers', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    const fails = expect(call.response).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
    await room.peer.request()
    room.caller.time.advance(32_000)
    await fails
    expect(room.peer.methods.every(method => method === 'INVITE')).toBe(true)
  })

  test('the peer rings for ever: it is cancelled', async () => {
    await using room = await callerAndPeer()
    const provisional: number[] = []
    const call = room.call({ onProvisional: () => provisional.push(1), timeoutMs: 20_000 })
    const fails = expect(call.response).rejects.toMatchObject({ code: 'PEER_TIMEOUT', details: { ms: 20_000 } })
    const invite = await room.peer.request()
    room.peer.answer(invite, 100)
    await until(() => expect(provisional).toHaveLength(1))
    room.caller.time.advance(20_000)
    await fails
    const cancel = await room.peer.request(2)
    expect(cancel.method).toBe('CANCEL')
    expect(cancel.headers.get('via')).toBe(invite.headers.get('via'))
    room.peer.answer(cancel, 200)
    room.peer.answer(invite, 487)
    expect((await room.peer.request(3)).method).toBe('ACK')
  })

  test('no answer in the time of the caller: what comes later is cancelled, or ended', async () => {
    for (const late of [180, 200]) {
      await using room = await callerAndPeer()
      const call = room.call({ timeoutMs: 5000 })
      const fails = expect(call.response).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
      const invite = await room.peer.request()
      room.caller.time.advance(5000)
      await fails
      room.peer.answer(invite, late)
      const expected = late === 180 ? ['CANCEL'] : ['ACK', 'BYE']
      await until(() => expect(room.peer.methods.filter(method => method !== 'INVITE')).toEqual(expected))
    }
  })

  test('cancelled while it rings', async () => {
    await using server = await EndpointRoom.open()
    await using client = await EndpointRoom.open()
    let cancelled = false
    server.endpoint.on('INVITE', (_request, context) => {
      context.respond(180)
      context.cancelled.addEventListener('abort', () => {
        cancelled = true
      })
    })
    const call: ClientInvite = client.endpoint.invite(server.target(), { ...OFFER, onProvisional: () => call.cancel() })
    expect((await call.response).status).toBe(487)
    expect(cancelled).toBe(true)
    await until(() => expect(server.ladder()).toEqual(['< INVITE', '> 180', '< CANCEL', '> 200', '> 487', '< ACK']))
  })

  test('cancelled before the peer said anything: CANCEL waits for it', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    const invite = await room.peer.request()
    call.cancel()
    room.caller.time.advance(500)
    await room.peer.request(2)
    expect(room.peer.methods).toEqual(['INVITE', 'INVITE'])
    room.peer.answer(invite, 100)
    expect((await room.peer.request(3)).method).toBe('CANCEL')
    room.peer.answer(invite, 487)
    expect((await call.response).status).toBe(487)
  })

  test('cancelled before it was sent', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    call.cancel()
    expect((await call.response).status).toBe(487)
    const signal = AbortSignal.abort()
    expect((await room.call({ signal }).response).status).toBe(487)
    expect(room.peer.received).toEqual([])
  })

  test('cancelled too late: the session is acknowledged and ended', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    const invite = await room.peer.request()
    room.peer.answer(invite, 100)
    await until(() => expect(room.caller.ladder()).toContain('< 100'))
    call.cancel()
    room.peer.answer(await room.peer.request(2), 200)
    room.peer.answer(invite, 200)
    expect((await call.response).status).toBe(487)
    await until(() => expect(room.peer.methods).toEqual(['INVITE', 'CANCEL', 'ACK', 'BYE']))
    expect(call.dialog).toBeNull()
    room.peer.answer(await room.peer.request(4), 200)
  })

  test('cancelled, and the peer says nothing more', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    const fails = expect(call.response).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
    room.peer.answer(await room.peer.request(), 100)
    await until(() => expect(room.caller.ladder()).toContain('< 100'))
    call.cancel()
    room.caller.time.advance(32_000)
    await fails
  })

  test('forked: the second 2xx is acknowledged and ended, also when it comes again', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    const invite = await room.peer.request()
    room.peer.answer(invite, 200, 'first')
    await call.response
    call.ack()
    await room.peer.request(2)
    room.peer.answer(invite, 200, 'second')
    await until(() => expect(room.peer.methods).toEqual(['INVITE', 'ACK', 'ACK', 'BYE']))
    expect(room.peer.requests.map(request => tagOf(request.headers.get('to')!))).toEqual([
      '',
      'first',
      'second',
      'second',
    ])
    room.peer.answer(room.peer.requests[3]!, 200)
    room.peer.answer(invite, 200, 'second')
    await until(() => expect(room.peer.methods.slice(4)).toEqual(['ACK']))
    expect(call.dialog?.ended).toBeNull()
  })

  test('Record-Route: requests within carry the route, in reverse order', async () => {
    await using room = await callerAndPeer()
    const call = room.call()
    const route = { 'Record-Route': '<sip:p2;lr>, <sip:p1;lr>' }
    room.peer.answer(await room.peer.request(), 200, 'tag', route)
    await call.response
    call.ack()
    expect((await room.peer.request(2)).headers.list('route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>'])
  })
})

describe('called', () => {
  const invite = (more: object = {}) => rawRequest('INVITE', { branch: 'z9hG4bKi', ...more })
  const within = (method: string, dialog: Dialog, cseq: number, more: object = {}) =>
    rawRequest(method, { to: `<sip:us@127.0.0.1>;tag=${dialog.state.localTag}`, cseq, ...more })

  async function called(accept: (context: RequestContext) => void = () => {}) {
    const room = await EndpointRoom.open()
    const peer = await rawUdpPeer(room.port)
    let dialog: Dialog | null = null
    room.endpoint.on('INVITE', (_request, context) => {
      dialog = context.accept({ body: 'v=0' })
      accept(context)
    })
    peer.send(invite())
    await peer.response()
    return {
      ...{ room, peer, dialog: dialog as unknown as Dialog },
      async [Symbol.asyncDispose]() {
        await peer[Symbol.asyncDispose]()
        await room.endpoint.close()
      },
    }
  }

  test('the 2xx is sent again until its ACK comes', async () => {
    await using call = await called()
    for (const [count, ms] of [500, 1000, 2000, 4000, 4000].entries()) {
      call.room.time.advance(ms)
      await call.peer.response(count + 2)
    }
    call.peer.send(within('ACK', call.dialog, 1))
    await until(() => expect(call.room.ladder()).toContain('< ACK'))
    call.room.time.advance(40_000)
    expect(call.peer.statuses).toEqual([200, 200, 200, 200, 200, 200])
    expect(call.dialog.ended).toBeNull()
  })

  test('an ACK with the branch of its INVITE and without our tag is taken', async () => {
    await using call = await called()
    call.peer.send(rawRequest('ACK', { branch: 'z9hG4bKi' }))
    await until(() => expect(call.room.ladder()).toContain('< ACK'))
    call.room.time.advance(40_000)
    expect(call.peer.statuses).toEqual([200])
    expect(call.dialog.ended).toBeNull()
  })

  test('without an ACK the session is ended by BYE', async () => {
    await using call = await called()
    call.room.time.advance(32_000)
    const bye = await call.peer.request()
    expect([bye.method, bye.uri, bye.headers.get('cseq')]).toEqual(['BYE', 'sip:peer@127.0.0.1:9', '1 BYE'])
    call.peer.answer(bye, 200)
    await until(() => expect(call.dialog.ended).toBe('we said BYE'))
  })

  test('a request older than the last one, and one of another tag, are refused', async () => {
    await using call = await called()
    call.dialog.on('INFO', (_request, context) => context.respond(200))
    call.peer.send(within('INFO', call.dialog, 5))
    await call.peer.response(2)
    call.peer.send(within('INFO', call.dialog, 4))
    await call.peer.response(3)
    call.peer.send(within('BYE', call.dialog, 6, { from: '<sip:peer@p>;tag=other' }))
    await call.peer.response(4)
    expect(call.peer.statuses).toEqual([200, 200, 500, 481])
    expect(call.dialog.ended).toBeNull()
  })

  test('the peer is followed to where its requests come from', async () => {
    await using call = await called()
    await using moved = await rawUdpPeer(call.room.port)
    call.dialog.on('INFO', (_request, context) => context.respond(200))
    moved.send(within('INFO', call.dialog, 2))
    await moved.response()
    const bye = call.dialog.bye()
    moved.answer(await moved.request(), 200)
    expect((await bye).status).toBe(200)
  })

  test('a BYE whose handler answers, and one whose handler does not', async () => {
    for (const answers of [true, false]) {
      await using call = await called()
      call.dialog.on('BYE', (_request, context) => {
        if (answers) context.respond(200, { headers: { 'X-Reason': 'done' } })
      })
      call.peer.send(within('BYE', call.dialog, 2))
      const response = await call.peer.response(2)
      expect([response.status, response.headers.get('x-reason')]).toEqual([200, answers ? 'done' : undefined])
      expect(call.dialog.ended).toBe('the peer said BYE')
    }
  })

  test('100 after 200 ms, unless something was said', async () => {
    await using room = await EndpointRoom.open()
    await using peer = await rawUdpPeer(room.port)
    const contexts: RequestContext[] = []
    room.endpoint.on('INVITE', (_request, context) => void contexts.push(context))
    peer.send(invite())
    await until(() => expect(contexts).toHaveLength(1))
    room.time.advance(200)
    const trying = await peer.response()
    expect([trying.status, tagOf(trying.headers.get('to')!)]).toEqual([100, ''])
    contexts[0]!.respond(180)
    contexts[0]!.respond(486)
    expect(tagOf((await peer.response(3)).headers.get('to')!)).toBe(tagOf((await peer.response(2)).headers.get('to')!))
    peer.send(rawRequest('ACK', { branch: 'z9hG4bKi' }))
    room.time.advance(60_000)
    expect(peer.statuses.slice(0, 3)).toEqual([100, 180, 486])
  })

  test('CANCEL of nothing, and of what was answered', async () => {
    await using call = await called()
    call.peer.send(rawRequest('CANCEL', { branch: 'z9hG4bKx' }))
    await call.peer.response(2)
    call.peer.send(rawRequest('CANCEL', { branch: 'z9hG4bKi' }))
    await call.peer.response(3)
    expect(call.peer.statuses).toEqual([200, 481, 200])
    expect(call.dialog.ended).toBeNull()
  })

  test('accepted twice', async () => {
    let error: unknown
    await using call = await called(context => {
      try {
        context.accept()
      } catch (caught) {
        error = caught
      }
    })
    expect(error).toMatchObject({ code: 'CONFLICT' })
    expect(call.peer.statuses).toEqual([200])
  })
})

test('a BYE written from the journal alone', () => {
  const bye = dialogFromJournal({
    version: 1,
    callId: 'c',
    localTag: 'l',
    remoteTag: 'r',
    localAddress: 'sip:34020000002000000001@3402000000',
    remoteAddress: '"Door" <sip:34020000001320000001@3402000000>',
    remoteTarget: 'sip:34020000001320000001@192.168.1.64:5060',
    routeSet: ['<sip:p;lr>'],
    localCseq: 20,
    remoteCseq: null,
    peer: { transport: 'udp', address: '203.0.113.7', port: 40123 },
  }).request('BYE')
  expect(writeMessage(bye).toString().split('\r\n')).toEqual([
    'BYE sip:34020000001320000001@192.168.1.64:5060 SIP/2.0',
    'Route: <sip:p;lr>',
    'From: <sip:34020000002000000001@3402000000>;tag=l',
    'To: "Door" <sip:34020000001320000001@3402000000>;tag=r',
    'Call-ID: c',
    'CSeq: 1021 BYE',
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ])
})

test('a dialog over a connection that was opened again', async () => {
  await using room = await EndpointRoom.open()
  const first = await rawTcpPeer(room.port)
  let dialog: Dialog | null = null
  room.endpoint.on('INVITE', (_request, context) => {
    dialog = context.accept()
  })
  first.send(rawRequest('INVITE'))
  await first.response()
  await first[Symbol.asyncDispose]()
  await until(() => expect(room.endpoint.counts.connections).toBe(0))
  await using second = await rawTcpPeer(room.port)
  room.endpoint.on('REGISTER', (_request, context) => {
    dialog?.moveTo(context.flow)
    context.respond(200)
  })
  second.send(rawRequest('REGISTER'))
  await second.response()
  const bye = (dialog as unknown as Dialog).bye()
  second.answer(await second.request(), 200)
  expect((await bye).status).toBe(200)
})
