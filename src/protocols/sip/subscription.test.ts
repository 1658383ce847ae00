import { expect, test } from 'vitest'
import type { Notifier } from './notifier.ts'
import type { Subscription } from './subscription.ts'
import { EndpointRoom } from './testing/endpoint-room.ts'
import { rawRequest, rawUdpPeer, until } from './testing/raw-peer.ts'

const WHO = { uri: 'sip:b@b', from: 'sip:a@a', to: 'sip:b@b' }
const CATALOG = {
  ...WHO,
  event: 'Catalog;id=1',
  expiresS: 600,
  body: '<Query/>',
  contentType: 'Application/MANSCDP+xml',
}

/** A subscriber and a notifier, both ours. */
async function room(expiresS = { min: 60, max: 3600, byDefault: 600 }) {
  const server = await EndpointRoom.open()
  const client = await EndpointRoom.open()
  const log: string[] = []
  const notifiers: Notifier[] = []
  server.endpoint.on('SUBSCRIBE', (request, context) => {
    log.push(`subscribe ${request.body} ${request.headers.get('expires')}`)
    notifiers.push(
      context.acceptSubscription({
        expiresS,
        onRenew: renewal => log.push(`renew ${renewal.headers.get('expires')}`),
        onEnd: reason => log.push(`notifier ended: ${reason}`),
      }),
    )
  })
  return {
    ...{ server, client, log, notifiers },
    subscribe: (more: object = {}): Promise<Subscription> =>
      client.endpoint.subscribe(server.target(), {
        ...CATALOG,
        onNotify: request => void log.push(`notify ${request.body} ${request.headers.get('subscription-state')}`),
        onEnd: reason => log.push(`subscription ended: ${reason}`),
        ...more,
      }),
    async [Symbol.asyncDispose]() {
      await client.endpoint.close()
      await server.endpoint.close()
    },
  }
}

test('subscribe, notify, renew, unsubscribe', async () => {
  await using r = await room()
  const subscription = await r.subscribe()
  expect([subscription.state, subscription.expiresS]).toEqual(['active', 600])
  r.server.time.advance(100_000)
  const notified = await r.notifiers[0]!.notify({ body: '<Notify/>', contentType: 'Application/MANSCDP+xml' })
  expect(notified.status).toBe(200)
  r.client.time.advance(570_000)
  await until(() => expect(r.log).toContain('renew 600'))
  await until(() => expect(r.notifiers[0]?.leftS).toBe(600))
  expect((await subscription.unsubscribe()).status).toBe(200)
  expect(r.log).toEqual(['subscribe <Query/> 600', 'notify <Notify/> active;expires=500', 'renew 600'])
  expect(r.client.endpoint.counts.dialogs).toBe(0)
  // RFC 6665 §4.2.1.4: a last NOTIFY follows; the subscriber has gone.
  r.server.time.advance(0)
  await until(() => expect(r.log.at(-1)).toMatch(/^notifier ended/))
  expect(r.server.endpoint.counts.dialogs).toBe(0)
})

test('a duration that is too short or too long is corrected', async () => {
  await using r = await room()
  expect((await r.subscribe({ expiresS: 1 })).expiresS).toBe(60)
  expect((await r.subscribe({ expiresS: 100_000 })).expiresS).toBe(3600)
})

test('not renewed in time: the notifier says so', async () => {
  await using r = await room()
  await r.subscribe()
  r.server.time.advance(600_000)
  await until(() => expect(r.log).toContain('subscription ended: the peer ended the subscription'))
  expect(r.log).toContain('notify  terminated;reason=timeout')
  await until(() => expect(r.log).toContain('notifier ended: timeout'))
})

test('ended by the notifier', async () => {
  await using r = await room()
  await r.subscribe()
  await r.notifiers[0]!.terminate('deactivated')
  expect(r.log.slice(1).toSorted()).toEqual([
    'notifier ended: deactivated',
    'notify  terminated;reason=deactivated',
    'subscription ended: the peer ended the subscription',
  ])
})

test('a subscriber that does not answer has no subscription any more', async () => {
  await using r = await room()
  await r.subscribe({ onNotify: () => new Promise(() => {}) })
  const silent = expect(r.notifiers[0]!.notify({ body: '1' })).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
  await until(() => expect(r.client.ladder()).toContain('< NOTIFY'))
  r.server.time.advance(32_000)
  await silent
  expect(r.log.at(-1)).toMatch(/^notifier ended: PEER_TIMEOUT/)
})

test('a renewal that is refused ends it', async () => {
  await using r = await room()
  const subscription = await r.subscribe()
  r.notifiers[0]!.dialog.end('lost')
  r.client.time.advance(570_000)
  await until(() => expect(r.log).toContain('subscription ended: SUBSCRIBE was answered 481'))
  expect(subscription.state).toBe('terminated')
})

test('refused, and not answered', async () => {
  await using r = await room()
  r.server.endpoint.on('SUBSCRIBE', (_request, context) => context.respond(489))
  await expect(r.subscribe()).rejects.toMatchObject({ code: 'PEER_REFUSED', details: { reason: '489 Bad Event' } })
  r.server.endpoint.on('SUBSCRIBE', () => new Promise(() => {}))
  const silent = expect(r.subscribe()).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
  await until(() => expect(r.server.ladder().filter(step => step === '< SUBSCRIBE')).toHaveLength(2))
  r.client.time.advance(32_000)
  await silent
  expect(r.client.endpoint.counts.dialogs).toBe(0)
  expect(r.log).toEqual([])
})

test('a NOTIFY that overtakes the answer to SUBSCRIBE', async () => {
  await using client = await EndpointRoom.open()
  await using peer = await rawUdpPeer(client.port)
  const bodies: string[] = []
  const target = { transport: 'udp', host: '127.0.0.1', port: peer.port } as const
  const pending = client.endpoint.subscribe(target, {
    ...CATALOG,
    onNotify: request => void bodies.push(request.body.toString()),
  })
  const subscribe = await peer.request()
  peer.send(
    rawRequest('NOTIFY', {
      callId: subscribe.headers.get('call-id')!,
      to: subscribe.headers.get('from')!,
      from: '<sip:b@b>;tag=peer',
      more: ['Subscription-State: active', 'Event: Catalog;id=1'],
      body: '<Notify/>',
    }),
  )
  expect((await peer.response()).status).toBe(200)
  peer.answer(subscribe, 200, 'peer', { Expires: '60' })
  expect((await pending).expiresS).toBe(60)
  expect(bodies).toEqual(['<Notify/>'])
})

test('a NOTIFY of no subscription goes to the endpoint', async () => {
  await using client = await EndpointRoom.open()
  await using peer = await rawUdpPeer(client.port)
  peer.send(rawRequest('NOTIFY', { to: '<sip:us@127.0.0.1>;tag=unknown' }))
  expect((await peer.response()).status).toBe(405)
  client.endpoint.on('NOTIFY', (_request, context) => context.respond(200))
  peer.send(rawRequest('NOTIFY', { cseq: 2, to: '<sip:us@127.0.0.1>;tag=unknown' }))
  expect((await peer.response(2)).status).toBe(200)
})
