import type { Node } from '../../platform/nodes/node.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/node.ts'
import { listOf } from '../contract/page.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function nodeRoutes(app: App, { nodes }: Services): void {
  app.get(
    '/nodes',
    {
      config: { permission: 'nodes.read' },
      schema: {
        operationId: 'listNodes',
        tags: ['nodes'],
        summary: 'All nodes that ever connected',
        response: { 200: listOf(contract.Node), ...errorResponses },
      },
    },
    async request => ({ items: (await nodes.list(callerOf(request))).map(view) }),
  )
}

function view({ lastSeenAtMs, endpoints: _, ...node }: Node): contract.Node {
  return { ...node, lastSeenAt: time(lastSeenAtMs) }
}
