import { expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { SipEndpoint } from './endpoint.ts'

test('first light', async () => {
  const a = new SipEndpoint({ clock: systemClock, timers: systemTimers })
  const b = new SipEndpoint({ clock: systemClock, timers: systemTimers })
  await a.listen({ port: 0, host: '127.0.0.1' })
  await b.listen({ port: 0, host: '127.0.0.1' })
  a.on('MESSAGE', (_r, c) => c.respond(200))
  for (const transport of ['udp', 'tcp'] as const) {
    const target = { transport, host: '127.0.0.1', port: a.address.port }
    const who = { uri: 'sip:a@x', from: 'sip:b@x', to: 'sip:a@x' }
    expect((await b.request(target, { method: 'MESSAGE', ...who, body: 'hello' })).status).toBe(200)
    expect((await b.request(target, { method: 'BYE', ...who })).status).toBe(481)
    expect((await b.request(target, { method: 'FOO', ...who })).status).toBe(501)
    expect((await b.request(target, { method: 'OPTIONS', ...who })).status).toBe(200)
    a.on('INVITE', (_r, c) => {
      c.accept({ body: 'v=0', contentType: 'application/sdp' }).on('INFO', (_r, c) => c.respond(200))
    })
    const call = b.invite(target, { ...who, body: 'v=0', contentType: 'application/sdp' })
    const response = await call.response
    expect(response.status).toBe(200)
    call.ack()
    expect((await call.dialog!.request('INFO', { body: 'x' })).status).toBe(200)
    expect((await call.dialog!.bye()).status).toBe(200)
    expect(a.counts.dialogs).toBe(0)
  }
  await a.close()
  await b.close()
})
