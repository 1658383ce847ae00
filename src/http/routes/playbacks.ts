import type { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { DeviceRecording } from '../../link/gb28181.ts'
import type { PlaybackSession } from '../../platform/channels/playback-service.ts'
import { addressOf } from '../../platform/streams/stream.ts'
import { socketUrl } from '../../platform/streams/urls.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { Operation } from '../contract/operation.ts'
import * as contract from '../contract/playback.ts'
import { IdParameter } from '../contract/session.ts'
import { timeOrNull } from '../device-view.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { mediaFile, playView, time, type ViewContext } from '../stream-view.ts'
import type { UrlContexts } from '../url-contexts.ts'
import { operationView } from './operations.ts'

const tags = ['playback']
const DAY_MS = 86_400_000
const played = { 200: contract.Playback, ...errorResponses }

export function playbackRoutes(app: App, { gb28181: { playback } }: Services, clock: Clock, urls: UrlContexts): void {
  app.get(
    '/channels/:id/device-recordings',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'listDeviceRecordings',
        tags,
        summary: 'Ask the device what it has recorded, by default within the last day',
        params: IdParameter,
        querystring: contract.RecordingsQuery,
        response: { 200: contract.DeviceRecordings, ...errorResponses },
      },
    },
    async request => {
      const { end: endMs = clock.nowMs(), start: startMs = endMs - DAY_MS, kind } = request.query
      const { id } = request.params
      const { recordings, complete } = await playback.recordings(callerOf(request), id, { startMs, endMs }, kind)
      return { items: recordings.map(recordingView), complete }
    },
  )

  app.post(
    '/channels/:id/playback',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'startPlayback',
        tags,
        summary: 'Play what the device has recorded, from any second',
        params: IdParameter,
        body: contract.PlaybackWish,
        response: { 201: contract.Playback, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { start, end, speed } = request.body
      const span = { startMs: Date.parse(start), endMs: Date.parse(end) }
      const session = await playback.play(callerOf(request), request.params.id, span, speed)
      return reply.code(201).send(view(session, await urls.of(request, session.nodeId), session.attempt))
    },
  )

  app.get(
    '/playbacks/:id',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'getPlayback',
        tags,
        summary: 'How far a playback is, its speed, and what the device ignored',
        params: IdParameter,
        response: played,
      },
    },
    async request => {
      const session = await playback.get(callerOf(request), request.params.id)
      return view(session, await urls.of(request, session.nodeId))
    },
  )

  for (const [action, summary] of [
    ['pause', 'Hold the picture'],
    ['resume', 'Go on at normal speed'],
    ['stop', 'End a playback, download or talk'],
  ] as const) {
    app.post(
      `/playbacks/:id/${action}`,
      {
        config: { permission: 'devices.play' },
        schema: { operationId: `${action}Playback`, tags, summary, params: IdParameter, response: played },
      },
      async request => {
        const session = await playback.control(callerOf(request), request.params.id, action)
        return view(session, await urls.of(request, session.nodeId))
      },
    )
  }

  app.post(
    '/playbacks/:id/seek',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'seekPlayback',
        tags,
        summary: 'Go to a moment of the recording',
        params: IdParameter,
        body: contract.Seek,
        response: played,
      },
    },
    async request => {
      const at = Date.parse(request.body.at)
      const session = await playback.control(callerOf(request), request.params.id, 'seek', at)
      return view(session, await urls.of(request, session.nodeId))
    },
  )

  app.post(
    '/playbacks/:id/speed',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'setPlaybackSpeed',
        tags,
        summary: 'Play faster, slower or backwards',
        params: IdParameter,
        body: contract.Speed,
        response: played,
      },
    },
    async request => {
      const session = await playback.control(callerOf(request), request.params.id, 'speed', request.body.speed)
      return view(session, await urls.of(request, session.nodeId))
    },
  )

  app.post(
    '/channels/:id/downloads',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'startDownload',
        tags,
        summary: 'Fetch what the device has recorded as a file, as an operation with progress',
        params: IdParameter,
        body: contract.DownloadWish,
        response: { 202: Operation, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { start, end } = request.body
      const span = { startMs: Date.parse(start), endMs: Date.parse(end) }
      const operation = await playback.download(callerOf(request), request.params.id, span)
      return reply.code(202).header('location', `/api/v1/downloads/${operation.id}`).send(operationView(operation))
    },
  )

  app.get(
    '/downloads/:id',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'getDownload',
        tags,
        summary: 'How far a download is, and where its file is; the id is that of its operation',
        params: IdParameter,
        response: { 200: contract.Download, ...errorResponses },
      },
    },
    async request => {
      const { operation, session } = await playback.downloaded(callerOf(request), request.params.id)
      const file = session?.session.file
      return {
        operation: operationView(operation),
        progress: session?.session.progress ?? null,
        url: session && file ? mediaFile(session.session.path, file, await urls.of(request, session.nodeId)) : null,
      }
    },
  )

  app.post(
    '/channels/:id/talk',
    {
      config: { permission: 'devices.control', secretAnswer: true },
      schema: {
        operationId: 'talkToChannel',
        tags,
        summary: 'Open the way for a microphone to the loudspeaker of the device',
        params: IdParameter,
        body: contract.TalkWish.nullish(),
        response: { 201: contract.Talk, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { nodeId, session, path, token } = await playback.talk(callerOf(request), id, request.body?.mode ?? 'auto')
      return reply.code(201).send({ session, url: socketUrl(await urls.of(request, nodeId), path), token })
    },
  )
}

function recordingView({ startMs, endMs, ...recording }: DeviceRecording) {
  return { ...recording, start: time(startMs), end: time(endMs) }
}

function view(
  { session, channelId }: PlaybackSession,
  context: ViewContext,
  attempt: string | null = null,
): z.infer<typeof contract.Playback> {
  const { id, kind, state, path, transport, speed, progress, ignored, counters, reason = '' } = session
  return {
    ...{ id, kind, state, path, transport, speed, progress, ignored, counters, reason, channelId, attempt },
    deviceId: session.device,
    startedAt: time(session.startedAtMs),
    position: timeOrNull(session.atMs),
    play: playView(addressOf(path), context),
  }
}
