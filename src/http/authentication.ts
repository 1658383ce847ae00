import type { FastifyRequest } from 'fastify'
import { AppError } from '../base/errors.ts'
import { addressOf } from '../base/ip-address.ts'
import type { Actor, Origin } from '../platform/access/actor.ts'
import type { Authenticator } from '../platform/access/authenticator.ts'
import { permit } from '../platform/access/permission.ts'
import type { App } from './app.ts'

/** Our tokens have 43 letters; that of the link is whatever the operator configured. */
const BEARER = /^Bearer (\S.{0,511})$/i

/** The token of `Authorization: Bearer`; null when there is none. Tokens are never taken from cookies, so no other site can send one. */
export function bearerToken(header: string | undefined): string | null {
  return BEARER.exec(header ?? '')?.[1] ?? null
}

/** Every route under `/api` that is not marked open needs a token, and the permission it names. */
export function requireAuthentication(app: App, authenticator: Authenticator): void {
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async request => {
    if (request.routeOptions.config.open) return
    const caller = await authenticator.authenticate(bearerToken(request.headers.authorization) ?? '', originOf(request))
    request.caller = caller
    // the services ask again; here it comes before the input is looked at
    const { permission } = request.routeOptions.config
    if (permission !== undefined && permission !== 'any') permit(caller, permission)
  })
}

/** Where a request came from, for the audit log. */
export function originOf(request: FastifyRequest): Origin {
  return { remote: addressOf(request.ip), traceId: request.id }
}

/** Throws UNAUTHENTICATED. */
export function callerOf(request: FastifyRequest): Actor {
  if (!request.caller) throw new AppError('UNAUTHENTICATED')
  return request.caller
}
