import { z } from 'zod'
import type { Node } from '../../platform/nodes/node.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/node.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
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
        querystring: contract.NodeQuery,
        response: { 200: pageOf(contract.Node), ...errorResponses },
      },
    },
    async request => {
      const { q: text, state, sort } = request.query
      const page = await nodes.page(callerOf(request), { text, state, ...pageRequest(request.query) })
      return pageAnswer(page, sort, view)
    },
  )

  app.get(
    '/nodes/:id',
    {
      config: { permission: 'nodes.read' },
      schema: {
        operationId: 'getNode',
        tags: ['nodes'],
        summary: 'One node',
        params: IdParameter,
        response: { 200: contract.Node, ...errorResponses },
      },
    },
    async request => view(await nodes.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/nodes/:id',
    {
      config: { permission: 'nodes.write' },
      schema: {
        operationId: 'updateNode',
        tags: ['nodes'],
        summary: 'Name a node, or drain it: it takes no new publishers and viewers',
        params: IdParameter,
        body: contract.NodeChange,
        response: { 200: contract.Node, ...errorResponses },
      },
    },
    async request => view(await nodes.update(callerOf(request), request.params.id, defined(request.body))),
  )

  app.delete(
    '/nodes/:id',
    {
      config: { permission: 'nodes.write' },
      schema: {
        operationId: 'deleteNode',
        tags: ['nodes'],
        summary: 'Forget a node that is lost',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await nodes.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function view({ lastSeenAtMs, endpoints: _, load, ...node }: Node): contract.Node {
  return { ...node, load: load && loadView(load), lastSeenAt: time(lastSeenAtMs) }
}

function loadView({
  networks = [],
  disks = [],
  ...load
}: NonNullable<Node['load']>): NonNullable<contract.Node['load']> {
  return {
    ...load,
    networks: networks.map(({ name, inBytesPerSecond, outBytesPerSecond }) => ({
      name,
      receivedBytesPerSecond: inBytesPerSecond,
      sentBytesPerSecond: outBytesPerSecond,
    })),
    disks: disks.map(({ name, inBytesPerSecond, outBytesPerSecond }) => ({
      name,
      readBytesPerSecond: inBytesPerSecond,
      writtenBytesPerSecond: outBytesPerSecond,
    })),
  }
}
