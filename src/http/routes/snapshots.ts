import { z } from 'zod'
import type { Snapshot } from '../../platform/snapshots/snapshot.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf, pageOf } from '../contract/page.ts'
import { IdList, RowResult } from '../contract/recording.ts'
import { IdParameter } from '../contract/session.ts'
import * as contract from '../contract/snapshot.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageRequest, toCursor } from '../paging.ts'
import type { Services } from '../services.ts'
import { mediaLink, time, type ViewContext } from '../stream-view.ts'
import type { UrlContexts } from '../url-contexts.ts'

export function snapshotRoutes(app: App, { snapshots }: Services, urls: UrlContexts): void {
  app.post(
    '/streams/:id/snapshots',
    {
      config: { permission: 'recordings.write' },
      schema: {
        operationId: 'takeSnapshot',
        tags: ['snapshots'],
        summary: 'Take a picture of the stream now, or of any recorded second',
        params: IdParameter,
        body: contract.TakeSnapshot,
        response: { 201: contract.Snapshot, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { at, templateId: template, ...look } = request.body
      const wish = { atMs: at === null ? null : Date.parse(at), template, ...defined(look) }
      const snapshot = await snapshots.take(callerOf(request), request.params.id, wish)
      return reply.code(201).send(view(snapshot, await urls.of(request, snapshot.nodeId)))
    },
  )

  app.get(
    '/snapshots',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'listSnapshots',
        tags: ['snapshots'],
        summary: 'Pictures of a stream, a space or everything, by time',
        querystring: contract.SnapshotQuery,
        response: { 200: pageOf(contract.Snapshot), ...errorResponses },
      },
    },
    async request => {
      const { start: startMs, end: endMs, sort, limit, cursor, ...filter } = request.query
      const query = { ...filter, startMs, endMs, ...pageRequest({ sort, limit, cursor }) }
      const page = await snapshots.list(callerOf(request), query)
      const contextOf = urls.ofMany(request)
      const items: contract.Snapshot[] = []
      for (const snapshot of page.items) items.push(view(snapshot, await contextOf(snapshot.nodeId)))
      return { items, nextCursor: page.next === null ? null : toCursor(page.next, sort) }
    },
  )

  app.get(
    '/snapshots/:id',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'getSnapshot',
        tags: ['snapshots'],
        summary: 'One picture',
        params: IdParameter,
        response: { 200: contract.Snapshot, ...errorResponses },
      },
    },
    async request => {
      const snapshot = await snapshots.get(callerOf(request), request.params.id)
      return view(snapshot, await urls.of(request, snapshot.nodeId))
    },
  )

  app.delete(
    '/snapshots/:id',
    {
      config: { permission: 'recordings.delete' },
      schema: {
        operationId: 'deleteSnapshot',
        tags: ['snapshots'],
        summary: 'Delete a picture',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await snapshots.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/snapshots/delete',
    {
      config: { permission: 'recordings.delete' },
      schema: {
        operationId: 'deleteSnapshots',
        tags: ['snapshots'],
        summary: 'Delete many pictures; tells what became of each',
        body: IdList,
        response: { 200: listOf(RowResult), ...errorResponses },
      },
    },
    async request => ({ items: await snapshots.deleteMany(callerOf(request), request.body.ids) }),
  )
}

function view(snapshot: Snapshot, context: ViewContext): contract.Snapshot {
  const { id, path, template, takenAtMs, ...rest } = snapshot
  return {
    ...rest,
    ...{ id, path, templateId: template, takenAt: time(takenAtMs) },
    space: path.slice(0, path.indexOf('/')),
    url: mediaLink(path, { part: `objects/${id}` }, context),
  }
}
