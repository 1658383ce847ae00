import type { RecordingNow } from '../../platform/recordings/recording-control.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/recording.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

/** Recording of one stream by hand. */
export function recordingControlRoutes(app: App, { recordingControl }: Services): void {
  app.get(
    '/streams/:id/recording',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'getStreamRecording',
        tags: ['recordings'],
        summary: 'Whether the stream is being recorded, why, and what is in force',
        params: IdParameter,
        response: { 200: contract.RecordingNow, ...errorResponses },
      },
    },
    async request => view(await recordingControl.get(callerOf(request), request.params.id)),
  )

  app.post(
    '/streams/:id/recording',
    {
      config: { permission: 'recordings.write' },
      schema: {
        operationId: 'controlRecording',
        tags: ['recordings'],
        summary: 'Start or stop recording by hand, or leave it to the template in force again',
        params: IdParameter,
        body: contract.ControlRequest,
        response: { 200: contract.RecordingNow, ...errorResponses },
      },
    },
    async request => {
      const { action, templateId } = request.body
      return view(await recordingControl.set(callerOf(request), request.params.id, action, templateId))
    },
  )

  app.post(
    '/streams/:id/recording/events',
    {
      config: { permission: 'recordings.write' },
      schema: {
        operationId: 'recordEvent',
        tags: ['recordings'],
        summary: 'Something happened: keep what was before and what comes after',
        params: IdParameter,
        body: contract.EventRequest,
        response: { 201: contract.EventAnswer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { reason, ...times } = request.body
      const event = { reason, ...defined(times) }
      const recordingId = await recordingControl.event(callerOf(request), request.params.id, event)
      return reply.code(201).send({ recordingId })
    },
  )
}

function view({ state, reason, nodeId, status, manual, binding }: RecordingNow): contract.RecordingNow {
  return {
    ...{ state, reason, nodeId },
    cause: status?.cause ?? null,
    recordingId: status?.recording ?? null,
    since: status ? time(status.sinceMs) : null,
    bytes: status?.bytes ?? null,
    droppedFragments: status?.droppedFragments ?? null,
    manual: manual && {
      action: manual.running ? 'start' : 'stop',
      ...{ templateId: manual.template, since: time(manual.sinceMs), by: manual.by },
    },
    binding: binding && { scope: binding.scope, templateId: binding.template, planId: binding.plan },
  }
}
