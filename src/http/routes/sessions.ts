import { z } from 'zod'
import type { Actor } from '../../platform/access/actor.ts'
import { permissionsOf } from '../../platform/access/permission.ts'
import type { SessionRow } from '../../platform/users/session-store.ts'
import type { App } from '../app.ts'
import { callerOf, originOf } from '../authentication.ts'
import { listOf } from '../contract/page.ts'
import * as contract from '../contract/session.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function sessionRoutes(app: App, { sessions, users }: Services): void {
  app.post(
    '/sessions',
    {
      config: { open: true },
      schema: {
        operationId: 'login',
        tags: ['sessions'],
        summary: 'Log in; the token is valid for 24 hours',
        security: [],
        body: contract.LoginRequest,
        response: { 201: contract.Session, ...errorResponses },
      },
    },
    async (request, reply) => {
      const agent = request.headers['user-agent'] ?? ''
      const login = { ...request.body, ...originOf(request), agent }
      const { token, expiresAtMs, actor } = await sessions.login(login)
      return reply.code(201).send({ token, expiresAt: time(expiresAtMs), user: actor })
    },
  )

  app.get(
    '/sessions',
    {
      config: { permission: 'account' },
      schema: {
        operationId: 'listSessions',
        tags: ['sessions'],
        summary: 'Logins that are valid now, the newest first',
        querystring: contract.OwnerQuery,
        response: { 200: listOf(contract.SessionEntry), ...errorResponses },
      },
    },
    async request => {
      const caller = callerOf(request)
      const rows = await sessions.list(caller, ownerOf(caller, request.query))
      return { items: rows.map(row => view(row, caller)) }
    },
  )

  app.delete(
    '/sessions',
    {
      config: { permission: 'account' },
      schema: {
        operationId: 'revokeSessions',
        tags: ['sessions'],
        summary: 'End all sessions of a user, this one too',
        querystring: z.strictObject({ user: contract.IdParameter.shape.id.optional() }),
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      await sessions.revokeAll(caller, request.query.user ?? caller.id)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/sessions/current',
    {
      config: { permission: 'any' },
      schema: {
        operationId: 'logout',
        tags: ['sessions'],
        summary: 'End this session',
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await sessions.logout(callerOf(request))
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/sessions/:id',
    {
      config: { permission: 'account' },
      schema: {
        operationId: 'revokeSession',
        tags: ['sessions'],
        summary: 'End one session',
        params: contract.IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await sessions.revoke(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/me',
    {
      config: { permission: 'any' },
      schema: {
        operationId: 'getMe',
        tags: ['sessions'],
        summary: 'Whose token it is, and what it may',
        response: { 200: contract.Me, ...errorResponses },
      },
    },
    async request => {
      const caller = callerOf(request)
      return { ...caller, permissions: permissionsOf(caller) }
    },
  )

  app.put(
    '/me/password',
    {
      config: { permission: 'account' },
      schema: {
        operationId: 'changePassword',
        tags: ['sessions'],
        summary: 'Change your own password; all your sessions end, this one too',
        body: contract.PasswordChange,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await users.changePassword(callerOf(request), request.body.oldPassword, request.body.password)
      return reply.code(204).send(null)
    },
  )
}

/** Id of the user whose things are asked for; null: of everybody. */
export function ownerOf(caller: Actor, { user }: { user?: string | undefined }): string | null {
  return user === 'all' ? null : (user ?? caller.id)
}

function view(row: SessionRow, caller: Actor): contract.SessionEntry {
  const { id, remote, agent } = row
  return {
    id,
    userId: row.user_id,
    userName: row.user_name,
    createdAt: time(row.created_at),
    expiresAt: time(row.expires_at),
    lastUsedAt: time(row.last_used_at),
    remote,
    agent,
    current: id === caller.credential,
  }
}
