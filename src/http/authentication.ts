import type { FastifyRequest } from 'fastify'
import { AppError } from '../base/errors.ts'
import type { Actor } from '../platform/access/actor.ts'
import type { SessionService } from '../platform/users/session-service.ts'
import type { App } from './app.ts'

/** Our tokens have 43 letters; that of the link is whatever the operator configured. */
const BEARER = /^Bearer (\S.{0,511})$/i

/** The token of `Authorization: Bearer`; null when there is none. Tokens are never taken from cookies, so no other site can send one. */
export function bearerToken(header: string | undefined): string | null {
  return BEARER.exec(header ?? '')?.[1] ?? null
}

/** Every route under `/api` that is not marked open needs a token. */
export function requireAuthentication(app: App, sessions: SessionService): void {
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async request => {
    if (request.routeOptions.config.open) return
    request.caller = await sessions.authenticate(bearerToken(request.headers.authorization) ?? '')
  })
}

/** Throws UNAUTHENTICATED. */
export function callerOf(request: FastifyRequest): Actor {
  if (!request.caller) throw new AppError('UNAUTHENTICATED')
  return request.caller
}
