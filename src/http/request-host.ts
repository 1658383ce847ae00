import type { FastifyRequest } from 'fastify'

/** Host names, IPv4 and bracketed IPv6 addresses: nothing that could break out of a URL. */
const HOST = /^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])$/

/** The host the caller reached us by, without port; `fallback` when the header says nothing usable. */
export function requestHost(request: Pick<FastifyRequest, 'hostname'>, fallback: string): string {
  const host = request.hostname
  return HOST.test(host) ? host : fallback
}
