import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { wallTime } from '../../base/zoned-time.ts'
import type { Recording, Span } from '../../platform/recordings/recording.ts'
import type { Timeline } from '../../platform/recordings/recording-service.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { Operation } from '../contract/operation.ts'
import { listOf, pageOf } from '../contract/page.ts'
import * as contract from '../contract/recording.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageRequest, toCursor } from '../paging.ts'
import { recordingView, replayUrls } from '../recording-view.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'
import type { UrlContexts } from '../url-contexts.ts'
import { operationView } from './operations.ts'

const DAY_MS = 86_400_000

/** Recorded files: found, described, deleted. */
export function recordingRoutes(app: App, services: Services, clock: Clock, urls: UrlContexts): void {
  const { recordings, rebuilding } = services

  app.get(
    '/recordings',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'listRecordings',
        tags: ['recordings'],
        summary: 'Recorded files of a stream, a space or everything, by time',
        querystring: contract.RecordingQuery,
        response: { 200: pageOf(contract.Recording), ...errorResponses },
      },
    },
    async request => {
      const { start: startMs, end: endMs, sort, limit, cursor, ...filter } = request.query
      const query = { ...filter, startMs, endMs, ...pageRequest({ sort, limit, cursor }) }
      const page = await recordings.list(callerOf(request), query)
      const contextOf = urls.ofMany(request)
      const items: contract.Recording[] = []
      for (const recording of page.items) items.push(recordingView(recording, await contextOf(recording.nodeId)))
      return { items, nextCursor: page.next === null ? null : toCursor(page.next, sort) }
    },
  )

  app.get(
    '/recordings/:id',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'getRecording',
        tags: ['recordings'],
        summary: 'One recorded file, with URLs to play it',
        params: IdParameter,
        response: { 200: contract.RecordingDetail, ...errorResponses },
      },
    },
    async request => {
      const recording = await recordings.get(callerOf(request), request.params.id)
      return detailView(recording, await urls.of(request, recording.nodeId))
    },
  )

  app.patch(
    '/recordings/:id',
    {
      config: { permission: 'recordings.write' },
      schema: {
        operationId: 'updateRecording',
        tags: ['recordings'],
        summary: 'Write subject, teacher and note on a recording, or hold it: it is never deleted',
        params: IdParameter,
        body: contract.RecordingChange,
        response: { 200: contract.RecordingDetail, ...errorResponses },
      },
    },
    async request => {
      const recording = await recordings.update(callerOf(request), request.params.id, defined(request.body))
      return detailView(recording, await urls.of(request, recording.nodeId))
    },
  )

  app.delete(
    '/recordings/:id',
    {
      config: { permission: 'recordings.delete' },
      schema: {
        operationId: 'deleteRecording',
        tags: ['recordings'],
        summary: 'Delete a recording: record, file and its pictures go together',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await recordings.deleteOne(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/recordings/delete',
    {
      config: { permission: 'recordings.delete' },
      schema: {
        operationId: 'deleteRecordings',
        tags: ['recordings'],
        summary: 'Delete many; those that are held or being played stay, and each says why',
        body: contract.IdList,
        response: { 200: listOf(contract.RowResult), ...errorResponses },
      },
    },
    async request => ({ items: await recordings.delete(callerOf(request), request.body.ids) }),
  )

  app.post(
    '/recordings/rebuild',
    {
      config: { permission: 'system.reload' },
      schema: {
        operationId: 'rebuildRecordings',
        tags: ['recordings'],
        summary: 'Make the index anew from what the nodes have, as an operation',
        body: z.strictObject({}).nullish(),
        response: { 202: Operation, ...errorResponses },
      },
    },
    async (request, reply) => {
      const operation = await rebuilding.start(callerOf(request))
      return reply.code(202).header('location', `/api/v1/operations/${operation.id}`).send(operationView(operation))
    },
  )

  app.get(
    '/streams/:id/recording-days',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'listRecordingDays',
        tags: ['recordings'],
        summary: 'Days of a month on which the stream was recorded',
        params: IdParameter,
        querystring: contract.DaysQuery,
        response: { 200: listOf(contract.RecordedDay), ...errorResponses },
      },
    },
    async request => {
      const { month = monthNow(clock.nowMs()), zone } = request.query
      const days = await recordings.days(callerOf(request), request.params.id, month, zone)
      return {
        items: days.map(({ firstMs, lastMs, ...day }) => ({ ...day, first: time(firstMs), last: time(lastMs) })),
      }
    },
  )

  app.get(
    '/streams/:id/timeline',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'getTimeline',
        tags: ['recordings'],
        summary: 'What of the stream was recorded, what is missing and why, and what happened; up to a month at once',
        params: IdParameter,
        querystring: contract.SpanQuery,
        response: { 200: contract.Timeline, ...errorResponses },
      },
    },
    async request => {
      const span = spanOf(request.query, clock.nowMs())
      return timelineView(await recordings.timeline(callerOf(request), request.params.id, span))
    },
  )

  app.get(
    '/streams/:id/replay',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'getReplay',
        tags: ['recordings'],
        summary: 'Signed URLs that play a time of the stream',
        params: IdParameter,
        querystring: contract.ReplayQuery,
        response: { 200: contract.Replay, ...errorResponses },
      },
    },
    async request => {
      const span = spanOf(request.query, clock.nowMs())
      const { path, nodeId, startMs, endMs } = await recordings.replay(callerOf(request), request.params.id, span)
      const context = await urls.for(request, nodeId, request.query.ttlSeconds)
      const play = replayUrls(path, span, context)
      // a stream has a space
      return { start: time(startMs), end: time(endMs), nodeId, play: play as contract.ReplayUrls }
    },
  )
}

function detailView(recording: Recording, context: Parameters<typeof recordingView>[1]): contract.RecordingDetail {
  return { ...recordingView(recording, context), play: replayUrls(recording.path, recording, context) }
}

/** The day up to now when left out. */
export function spanOf({ start, end }: z.output<typeof contract.SpanQuery>, nowMs: number): Span {
  const endMs = end ?? nowMs
  return { startMs: start ?? endMs - DAY_MS, endMs }
}

function monthNow(nowMs: number): string {
  const { year, month } = wallTime('UTC', nowMs)
  return `${year}-${String(month).padStart(2, '0')}`
}

function timelineView({ path, startMs, endMs, spans, gaps, changes, alerts, alarms }: Timeline): contract.Timeline {
  const events = [
    ...changes.map(({ at, state, reason }) => ({ at, kind: 'recording' as const, name: state, reason, until: null })),
    ...alerts.map(({ raisedAtMs, clearedAtMs, kind, reason }) => ({
      ...{ at: raisedAtMs, kind: 'alert' as const, name: kind, reason },
      until: clearedAtMs === null ? null : time(clearedAtMs),
    })),
    ...alarms.map(({ atMs, method, alarmType, description }) => ({
      ...{ at: atMs, kind: 'alarm' as const, name: alarmType === null ? `${method}` : `${method}.${alarmType}` },
      ...{ reason: description, until: null },
    })),
  ]
  return {
    ...{ path, start: time(startMs), end: time(endMs) },
    spans: spans.map(spanView),
    gaps: gaps.map(gap => ({ ...spanView(gap), reason: gap.reason })),
    events: events.toSorted((a, b) => a.at - b.at).map(event => ({ ...event, at: time(event.at) })),
  }
}

export function spanView({ startMs, endMs }: Span) {
  return { start: time(startMs), end: time(endMs) }
}
