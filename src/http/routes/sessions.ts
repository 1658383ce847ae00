import { z } from 'zod'
import type { App } from '../app.ts'
import { bearerToken, callerOf } from '../authentication.ts'
import { LoginRequest, Session, User } from '../contract/session.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function sessionRoutes(app: App, { sessions }: Services): void {
  app.post(
    '/sessions',
    {
      config: { open: true },
      schema: {
        operationId: 'login',
        tags: ['sessions'],
        summary: 'Log in; the token is valid for 24 hours',
        security: [],
        body: LoginRequest,
        response: { 201: Session, ...errorResponses },
      },
    },
    async (request, reply) => {
      const agent = request.headers['user-agent'] ?? ''
      const { token, expiresAtMs, actor } = await sessions.login({ ...request.body, remote: request.ip, agent })
      return reply.code(201).send({ token, expiresAt: time(expiresAtMs), user: actor })
    },
  )

  app.delete(
    '/sessions/current',
    {
      schema: {
        operationId: 'logout',
        tags: ['sessions'],
        summary: 'End this session',
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await sessions.logout(bearerToken(request.headers.authorization) ?? '')
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/me',
    {
      schema: {
        operationId: 'getMe',
        tags: ['sessions'],
        summary: 'Whose token it is',
        response: { 200: User, ...errorResponses },
      },
    },
    async request => callerOf(request),
  )
}
