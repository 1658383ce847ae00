import { z } from 'zod'
import type { ViewerStatus } from '../../link/status.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf, pageOf } from '../contract/page.ts'
import * as contract from '../contract/stream.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest, toCursor } from '../paging.ts'
import type { Services } from '../services.ts'
import { streamView, time, urlsView } from '../stream-view.ts'
import type { UrlContexts } from '../url-contexts.ts'

const Id = z.strictObject({ id: z.string().min(1).max(64) })
export function streamRoutes(app: App, services: Services, urls: UrlContexts): void {
  const { streams } = services

  app.post(
    '/streams',
    {
      config: { permission: 'streams.write' },
      schema: {
        operationId: 'createStream',
        tags: ['streams'],
        summary: 'Create a stream and get its publish and play URLs',
        body: contract.CreateStream,
        response: { 201: contract.Stream, ...errorResponses },
      },
    },
    async (request, reply) => {
      const stream = await streams.create(callerOf(request), request.body)
      return reply.code(201).send(streamView(stream, await urls.of(request, null)))
    },
  )

  app.get(
    '/streams',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'listStreams',
        tags: ['streams'],
        summary: 'Streams with their live state',
        querystring: contract.StreamQuery,
        response: { 200: pageOf(contract.Stream), ...errorResponses },
      },
    },
    async request => {
      const { q, space, state, label, nodeId, sort } = request.query
      const filter = { space, state, label, nodeId, text: q }
      const page = await streams.list(callerOf(request), { ...filter, ...pageRequest(request.query) })
      const contextOf = urls.ofMany(request)
      const items: contract.Stream[] = []
      for (const stream of page.items) {
        items.push(streamView(stream, await contextOf(stream.live?.nodeId ?? null)))
      }
      return { items, nextCursor: page.next === null ? null : toCursor(page.next, sort) }
    },
  )

  app.get(
    '/streams/:id',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'getStream',
        tags: ['streams'],
        summary: 'One stream',
        params: Id,
        response: { 200: contract.Stream, ...errorResponses },
      },
    },
    async request => {
      const stream = await streams.get(callerOf(request), request.params.id)
      return streamView(stream, await urls.of(request, stream.live?.nodeId ?? null))
    },
  )

  app.patch(
    '/streams/:id',
    {
      config: { permission: 'streams.write' },
      schema: {
        operationId: 'updateStream',
        tags: ['streams'],
        summary: 'Change title, notes or labels; the address of a stream stays',
        params: Id,
        body: contract.StreamChange,
        response: { 200: contract.Stream, ...errorResponses },
      },
    },
    async request => {
      const stream = await streams.update(callerOf(request), request.params.id, defined(request.body))
      return streamView(stream, await urls.of(request, stream.live?.nodeId ?? null))
    },
  )

  app.delete(
    '/streams/:id',
    {
      config: { permission: 'streams.write' },
      schema: {
        operationId: 'deleteStream',
        tags: ['streams'],
        summary: 'Delete a stream and put its publisher out',
        params: Id,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await streams.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/streams/:id/kick',
    {
      config: { permission: 'streams.kick' },
      schema: {
        operationId: 'kickStream',
        tags: ['streams'],
        summary: 'Put out the publisher, or one viewer',
        params: Id,
        body: contract.KickRequest.nullish(),
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await streams.kick(callerOf(request), request.params.id, request.body?.viewerId)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/streams/:id/viewers',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'listViewers',
        tags: ['streams'],
        summary: 'Who is watching now',
        params: Id,
        querystring: contract.LiveViewerQuery,
        response: { 200: pageOf(contract.Viewer), ...errorResponses },
      },
    },
    async request => {
      const { q: text, protocol, sort } = request.query
      const query = { text, protocol, ...pageRequest(request.query) }
      return pageAnswer(await streams.viewers(callerOf(request), request.params.id, query), sort, viewerView)
    },
  )

  app.get(
    '/streams/:id/trace',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'traceStream',
        tags: ['streams'],
        summary: 'What happened to the stream lately, step by step: who asked, who was refused and why, first frames',
        params: Id,
        response: { 200: listOf(contract.TraceEntry), ...errorResponses },
      },
    },
    async request => {
      const entries = await streams.trace(callerOf(request), request.params.id)
      return { items: entries.map(({ atMs, ...entry }) => ({ ...entry, at: time(atMs) })) }
    },
  )

  app.get(
    '/streams/:id/urls',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'getStreamUrls',
        tags: ['streams'],
        summary: 'Publish URLs, and play URLs signed for a time of your choice',
        params: Id,
        querystring: contract.UrlQuery,
        response: { 200: contract.StreamUrls, ...errorResponses },
      },
    },
    async request => {
      const { ttlSeconds, delay, start } = request.query
      const stream = await streams.get(callerOf(request), request.params.id)
      const context = await urls.for(request, stream.live?.nodeId ?? null, ttlSeconds)
      return urlsView(stream, context, delay !== undefined ? { delay } : start !== undefined ? { start } : undefined)
    },
  )
}

function viewerView({ startedAtMs, path: _, ...viewer }: ViewerStatus): contract.Viewer {
  return { ...viewer, startedAt: time(startedAtMs) }
}
