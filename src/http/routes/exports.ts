import type { RunningExport } from '../../platform/exports/export.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { Operation } from '../contract/operation.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import * as contract from '../contract/storage.ts'
import { errorResponses } from '../error-answers.ts'
import { pageRequest, toCursor } from '../paging.ts'
import type { Services } from '../services.ts'
import { mediaLink, time, type ViewContext } from '../stream-view.ts'
import type { UrlContexts } from '../url-contexts.ts'
import { operationView } from './operations.ts'

/** Files made of recordings. */
export function exportRoutes(app: App, { exports }: Services, urls: UrlContexts): void {
  app.post(
    '/exports',
    {
      config: { permission: 'recordings.write' },
      schema: {
        operationId: 'createExport',
        tags: ['recordings'],
        summary: 'Make one file of a time of a stream, as an operation; GET /exports/{id} has its URL',
        body: contract.ExportRequest,
        response: { 202: Operation, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { stream, start, end, format } = request.body
      const span = { startMs: Date.parse(start), endMs: Date.parse(end) }
      const operation = await exports.start(callerOf(request), stream, span, format)
      return reply.code(202).header('location', `/api/v1/exports/${operation.id}`).send(operationView(operation))
    },
  )

  app.get(
    '/exports',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'listExports',
        tags: ['recordings'],
        summary: 'Exports of the caller, for administrators all',
        description: 'Kept 30 days.',
        querystring: contract.ExportQuery,
        response: { 200: pageOf(contract.Export), ...errorResponses },
      },
    },
    async request => {
      const page = await exports.list(callerOf(request), pageRequest(request.query))
      const contextOf = urls.ofMany(request)
      const items: contract.Export[] = []
      for (const item of page.items) items.push(view(item, await contextOf(item.export.nodeId)))
      return { items, nextCursor: page.next === null ? null : toCursor(page.next, request.query.sort) }
    },
  )

  app.get(
    '/exports/:id',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'getExport',
        tags: ['recordings'],
        summary: 'How far an export is, and its URL when it is done',
        params: IdParameter,
        response: { 200: contract.Export, ...errorResponses },
      },
    },
    async request => {
      const found = await exports.get(callerOf(request), request.params.id)
      return view(found, await urls.of(request, found.export.nodeId))
    },
  )
}

function view({ export: row, operation }: RunningExport, context: ViewContext): contract.Export {
  const { id, path, nodeId, format, startMs, endMs, sizeBytes, url, exportId, createdAtMs } = row
  return {
    ...{ id, path, nodeId, format, sizeBytes },
    ...{ start: time(startMs), end: time(endMs), createdAt: time(createdAtMs) },
    url: url === null ? null : mediaLink(path, { part: `exports/${exportId}` }, context),
    operation: operationView(operation),
  }
}
