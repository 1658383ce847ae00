import { z } from 'zod'
import type { ApiKey } from '../../platform/api-keys/api-key-store.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/api-key.ts'
import { listOf } from '../contract/page.ts'
import { IdParameter, OwnerQuery } from '../contract/session.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'
import { ownerOf } from './sessions.ts'

export function apiKeyRoutes(app: App, { apiKeys }: Services): void {
  app.get(
    '/api-keys',
    {
      config: { permission: 'apiKeys.own' },
      schema: {
        operationId: 'listApiKeys',
        tags: ['api-keys'],
        summary: 'API keys, the newest first',
        querystring: OwnerQuery,
        response: { 200: listOf(contract.ApiKey), ...errorResponses },
      },
    },
    async request => {
      const caller = callerOf(request)
      return { items: (await apiKeys.list(caller, ownerOf(caller, request.query))).map(view) }
    },
  )

  app.post(
    '/api-keys',
    {
      config: { permission: 'apiKeys.own', secretAnswer: true },
      schema: {
        operationId: 'createApiKey',
        tags: ['api-keys'],
        summary: 'Make an API key that acts for you within its scopes',
        body: contract.CreateApiKey,
        response: { 201: contract.NewApiKey, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { name, scopes, expiresAt } = request.body
      const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt)
      const { key, secret } = await apiKeys.create(callerOf(request), { name, scopes, expiresAtMs })
      return reply.code(201).send({ ...view(key), secret })
    },
  )

  app.delete(
    '/api-keys/:id',
    {
      config: { permission: 'apiKeys.own' },
      schema: {
        operationId: 'revokeApiKey',
        tags: ['api-keys'],
        summary: 'Revoke an API key; it is refused from now on',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await apiKeys.revoke(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function view({ createdAtMs, expiresAtMs, lastUsedAtMs, scopes, ...key }: ApiKey): contract.ApiKey {
  return {
    ...key,
    scopes: [...scopes],
    createdAt: time(createdAtMs),
    expiresAt: expiresAtMs === null ? null : time(expiresAtMs),
    lastUsedAt: lastUsedAtMs === null ? null : time(lastUsedAtMs),
  }
}
