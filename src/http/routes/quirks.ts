import { z } from 'zod'
import type { QuirkEntry } from '../../platform/quirks/quirk.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf } from '../contract/page.ts'
import * as contract from '../contract/parent-platform.ts'
import { IdParameter } from '../contract/session.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function quirkRoutes(app: App, { gb28181: { quirks } }: Services): void {
  app.get(
    '/quirks',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listQuirks',
        tags: ['devices'],
        summary: 'The book of how devices differ from the standard; PUT takes its items again, here or elsewhere',
        response: { 200: listOf(contract.Quirk), ...errorResponses },
      },
    },
    async request => ({ items: (await quirks.list(callerOf(request))).map(view) }),
  )

  app.put(
    '/quirks',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'putQuirks',
        tags: ['devices'],
        summary: 'Write entries into the book; they go over what was learnt, and reach the nodes at once',
        body: contract.PutQuirks,
        response: { 200: listOf(contract.Quirk), ...errorResponses },
      },
    },
    async request => ({ items: (await quirks.put(callerOf(request), request.body.entries)).map(view) }),
  )

  app.delete(
    '/quirks/:id',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'deleteQuirk',
        tags: ['devices'],
        summary: 'Remove an entry of the book; what was learnt may be learnt again',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await quirks.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function view({ updatedAtMs, quirks, ...entry }: QuirkEntry) {
  return { ...entry, quirks: { ...quirks }, updatedAt: time(updatedAtMs) }
}
