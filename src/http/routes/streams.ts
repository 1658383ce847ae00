import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { Endpoints } from '../../link/messages.ts'
import type { ViewerStatus } from '../../link/status.ts'
import { PlaySignatures } from '../../platform/streams/play-signatures.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf, pageOf } from '../contract/page.ts'
import * as contract from '../contract/stream.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest, toCursor } from '../paging.ts'
import { requestHost } from '../request-host.ts'
import type { Services } from '../services.ts'
import { streamView, time, urlsView, type ViewContext } from '../stream-view.ts'

export interface AddressSettings {
  /** Host of every URL; null: the one the caller reached us by. */
  readonly publicHost: string | null
  /** Used while no node has ever said where it listens. */
  readonly endpoints: Endpoints
  /** Used when neither of the hosts above is usable. */
  readonly fallbackHost: string
}

const Id = z.strictObject({ id: z.string().min(1).max(64) })
/** Life of the play URLs that come with a stream, at least. */
const DEFAULT_TTL_MS = 86_400_000
const SAME_END_MS = 600_000

export function streamRoutes(app: App, services: Services, clock: Clock, addresses: () => AddressSettings): void {
  const { nodes, spaces, streams } = services

  const signatures = new PlaySignatures()

  async function context(request: FastifyRequest, liveAt: string | null, untilMs: number): Promise<ViewContext> {
    const settings = addresses()
    const expiresAtMs = Math.floor(untilMs / 1000) * 1000
    return {
      caller: callerOf(request),
      spaces,
      endpoints: (await nodes.endpoints(liveAt)) ?? settings.endpoints,
      host: settings.publicHost ?? requestHost(request, settings.fallbackHost),
      secure: request.protocol === 'https',
      signatures,
      expiresAtMs,
      expiresAt: time(expiresAtMs),
    }
  }

  /** The same for all who ask within ten minutes, so that URLs stay as they are and are signed once. */
  const later = () => Math.ceil((clock.nowMs() + DEFAULT_TTL_MS) / SAME_END_MS) * SAME_END_MS

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
      return reply.code(201).send(streamView(stream, await context(request, null, later())))
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
      const contexts = new Map<string | null, ViewContext>()
      const items: contract.Stream[] = []
      for (const stream of page.items) {
        const at = stream.live?.nodeId ?? null
        const known = contexts.get(at) ?? (await context(request, at, later()))
        contexts.set(at, known)
        items.push(streamView(stream, known))
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
      return streamView(stream, await context(request, stream.live?.nodeId ?? null, later()))
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
      return streamView(stream, await context(request, stream.live?.nodeId ?? null, later()))
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
      const stream = await streams.get(callerOf(request), request.params.id)
      return urlsView(
        stream,
        await context(request, stream.live?.nodeId ?? null, clock.nowMs() + request.query.ttlSeconds * 1000),
      )
    },
  )
}

function viewerView({ startedAtMs, path: _, ...viewer }: ViewerStatus): contract.Viewer {
  return { ...viewer, startedAt: time(startedAtMs) }
}
