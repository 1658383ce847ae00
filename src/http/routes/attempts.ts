import { z } from 'zod'
import type { AttemptSummary } from '../../platform/attempts/attempt-store.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/attempt.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

const tags = ['attempts']
const PCAP = 'application/vnd.tcpdump.pcap'

export function attemptRoutes(app: App, { gb28181: { attempts } }: Services): void {
  app.get(
    '/attempts',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listAttempts',
        tags,
        summary: 'What was tried with devices and what became of it: failures of 30 days, the rest of 3',
        querystring: contract.AttemptQuery,
        response: { 200: pageOf(contract.AttemptSummary), ...errorResponses },
      },
    },
    async request => {
      const { space, device: deviceId, gbId, channel, kind, verdict, ok, start, end, sort } = request.query
      const filter = {
        ...{ space, deviceId, gbId, channel, kind, verdict, fromMs: start, toMs: end },
        ok: ok === undefined ? undefined : ok === 'true',
      }
      return pageAnswer(await attempts.list(callerOf(request), filter, pageRequest(request.query)), sort, view)
    },
  )

  app.get(
    '/attempts/:id',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getAttempt',
        tags,
        summary: 'One attempt with its messages',
        params: IdParameter,
        response: { 200: contract.Attempt, ...errorResponses },
      },
    },
    async request => {
      const { messages, ...summary } = await attempts.get(callerOf(request), request.params.id)
      return { ...view(summary), messages }
    },
  )

  app.get(
    '/attempts/:id/text',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getAttemptText',
        tags,
        summary: 'The exchange as a ladder of text, to read or to send to somebody',
        params: IdParameter,
        response: {
          200: { content: { 'text/plain': { schema: z.string().describe('the ladder') } } },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const text = await attempts.text(callerOf(request), request.params.id)
      return reply.type('text/plain; charset=utf-8').send(text)
    },
  )

  app.get(
    '/attempts/:id/pcap',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getAttemptPcap',
        tags,
        summary: 'The messages for Wireshark, in packets made for them',
        params: IdParameter,
        response: { 200: { content: { [PCAP]: { schema: z.string().describe('the capture') } } }, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const content = await attempts.pcap(callerOf(request), id)
      void reply.type(PCAP).header('content-disposition', `attachment; filename="${id}.pcap"`)
      return reply.send(Buffer.from(content) as unknown as string) // a body is described by its text
    },
  )
}

function view({ device, startedAtMs, endedAtMs, ...attempt }: AttemptSummary): contract.AttemptSummary {
  return { ...attempt, deviceId: device, startedAt: time(startedAtMs), endedAt: time(endedAtMs) }
}
