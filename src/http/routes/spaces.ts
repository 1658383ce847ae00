import { z } from 'zod'
import type { Space } from '../../platform/spaces/space.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf } from '../contract/page.ts'
import * as contract from '../contract/space.ts'
import { PathSegment } from '../contract/stream.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function spaceRoutes(app: App, { spaces }: Services): void {
  app.get(
    '/spaces',
    {
      schema: {
        operationId: 'listSpaces',
        tags: ['spaces'],
        summary: 'All spaces',
        response: { 200: listOf(contract.Space), ...errorResponses },
      },
    },
    async request => ({ items: (await spaces.list(callerOf(request))).map(view) }),
  )

  app.patch(
    '/spaces/:name',
    {
      schema: {
        operationId: 'updateSpace',
        tags: ['spaces'],
        summary: 'Change the rules of a space; the nodes apply them at once',
        params: z.strictObject({ name: PathSegment }),
        body: contract.SpaceChange,
        response: { 200: contract.Space, ...errorResponses },
      },
    },
    async request => view(await spaces.update(callerOf(request), request.params.name, defined(request.body))),
  )
}

function view({ createdAtMs, ...space }: Space): contract.Space {
  return { ...space, createdAt: time(createdAtMs) }
}
