import { z } from 'zod'
import type { Operation } from '../../platform/operations/operation.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/operation.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function operationRoutes(app: App, { bulk, operations }: Services): void {
  app.get(
    '/operations',
    {
      config: { permission: 'any' },
      schema: {
        operationId: 'listOperations',
        tags: ['operations'],
        summary: 'Commands that take longer than a request: those of the caller, for administrators all',
        description: 'Kept 30 days.',
        querystring: contract.OperationQuery,
        response: { 200: pageOf(contract.Operation), ...errorResponses },
      },
    },
    async request => {
      const { kind, state, sort } = request.query
      const page = await operations.list(callerOf(request), { kind, state }, pageRequest(request.query))
      return pageAnswer(page, sort, operationView)
    },
  )

  app.get(
    '/operations/:id',
    {
      config: { permission: 'any' },
      schema: {
        operationId: 'getOperation',
        tags: ['operations'],
        summary: 'How far an operation is, and what became of each step',
        params: IdParameter,
        response: { 200: contract.Operation, ...errorResponses },
      },
    },
    async request => operationView(await operations.get(callerOf(request), request.params.id)),
  )

  app.post(
    '/operations/:id/cancel',
    {
      config: { permission: 'any' },
      schema: {
        operationId: 'cancelOperation',
        tags: ['operations'],
        summary: 'End an operation after the step it is at; what is done stays done',
        params: IdParameter,
        body: z.strictObject({}).nullish(),
        response: { 200: contract.Operation, ...errorResponses },
      },
    },
    async request => operationView(await operations.cancel(callerOf(request), request.params.id)),
  )

  app.post(
    '/streams/bulk',
    {
      config: { permission: 'streams.write' },
      schema: {
        operationId: 'bulkStreams',
        tags: ['streams'],
        summary: 'Kick, delete, forbid or resume many streams, as an operation that tells what became of each',
        body: contract.BulkRequest,
        response: { 202: contract.Operation, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { action, ids, until = null, reason = '' } = request.body
      const how = { untilMs: until === null ? null : Date.parse(until), reason }
      const operation = await bulk.start(callerOf(request), action, ids, how)
      return reply.code(202).header('location', `/api/v1/operations/${operation.id}`).send(operationView(operation))
    },
  )
}

export function operationView({ createdAtMs, finishedAtMs, rows, ...operation }: Operation): contract.Operation {
  return {
    ...operation,
    rows: [...rows],
    createdAt: time(createdAtMs),
    finishedAt: finishedAtMs === null ? null : time(finishedAtMs),
  }
}
