import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { NodeMetrics } from './metrics.ts'
import { MetricsRoute } from './metrics-route.ts'

const metrics = { text: async () => 'up 1\n' } as NodeMetrics

async function ask(token: string | null, remoteAddress: string, headers: Record<string, string> = {}) {
  let answer = ''
  const response = { writeHead: () => response, end: (text: string) => (answer = text) } as unknown as ServerResponse
  const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage
  await new MetricsRoute(metrics, () => token).handle(request, response)
  return answer
}

test.each([
  ['this machine', null, '127.0.0.1', {}, 'ok'],
  ['this machine over IPv6', null, '::1', {}, 'ok'],
  ['this machine, IPv4 in IPv6', null, '::ffff:127.0.0.1', {}, 'ok'],
  ['another machine', null, '10.0.0.9', {}, 'FORBIDDEN'],
  ['another machine through a proxy here', null, '127.0.0.1', { 'x-forwarded-for': '10.0.0.9' }, 'FORBIDDEN'],
  ['with the token from anywhere', 'a-metrics-token', '10.0.0.9', { authorization: 'Bearer a-metrics-token' }, 'ok'],
  ['with a wrong token', 'a-metrics-token', '127.0.0.1', { authorization: 'Bearer other' }, 'UNAUTHENTICATED'],
  ['without the token', 'a-metrics-token', '127.0.0.1', {}, 'UNAUTHENTICATED'],
])('%s', async (_, token, address, headers, expected) => {
  const asked = ask(token, address, headers)
  if (expected === 'ok') expect(await asked).toBe('up 1\n')
  else await expect(asked).rejects.toMatchObject({ code: expected })
})
