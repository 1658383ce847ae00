import { z } from 'zod'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { ForbiddenStream, ForbidRequest } from '../contract/forbidden.ts'
import { listOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function forbiddenRoutes(app: App, { forbidden }: Services): void {
  app.get(
    '/forbidden-streams',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'listForbiddenStreams',
        tags: ['streams'],
        summary: 'Paths nobody may publish, also of deleted streams',
        response: { 200: listOf(ForbiddenStream), ...errorResponses },
      },
    },
    async request => {
      const streams = await forbidden.list(callerOf(request))
      return {
        items: streams.map(({ untilMs, sinceMs, ...stream }) => ({
          ...stream,
          until: untilMs === null ? null : time(untilMs),
          since: time(sinceMs),
        })),
      }
    },
  )

  app.post(
    '/streams/:id/forbid',
    {
      config: { permission: 'streams.forbid' },
      schema: {
        operationId: 'forbidStream',
        tags: ['streams'],
        summary: 'Put out the publisher and refuse every next one, until a time or until it is resumed',
        params: IdParameter,
        body: ForbidRequest.nullish(),
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { until, reason } = request.body ?? { until: null, reason: '' }
      const untilMs = until === null ? null : Date.parse(until)
      await forbidden.forbid(callerOf(request), request.params.id, { untilMs, reason })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/streams/:id/resume',
    {
      config: { permission: 'streams.forbid' },
      schema: {
        operationId: 'resumeStream',
        tags: ['streams'],
        summary: 'Let a forbidden stream be published again',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await forbidden.resume(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
