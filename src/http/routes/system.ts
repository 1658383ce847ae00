import { z } from 'zod'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { Operation } from '../contract/operation.ts'
import { listOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { LogLine, LogQuery, ReloadResult, System } from '../contract/system.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'
import { operationView } from './operations.ts'

export function systemRoutes(app: App, { support, system }: Services): void {
  app.get(
    '/system',
    {
      config: { permission: 'system.read' },
      schema: {
        operationId: 'getSystem',
        tags: ['system'],
        summary: 'Version and configuration in force, without secrets',
        response: { 200: System, ...errorResponses },
      },
    },
    async request => ({
      configuration: [...system.configuration(callerOf(request))],
      ...system.health(),
      runtime: process.version,
    }),
  )

  app.post(
    '/system/reload',
    {
      config: { permission: 'system.reload' },
      schema: {
        operationId: 'reloadSystem',
        tags: ['system'],
        summary: 'Read the configuration again, on the platform and all nodes',
        response: { 200: ReloadResult, ...errorResponses },
      },
    },
    async request => {
      const { changed, needRestart } = await system.reload(callerOf(request))
      return { changed: [...changed], needRestart: [...needRestart] }
    },
  )

  app.get(
    '/system/logs',
    {
      config: { permission: 'system.read' },
      schema: {
        operationId: 'getSystemLogs',
        tags: ['system'],
        summary: 'The newest lines of the log of the platform or of a node, the oldest of them first',
        querystring: LogQuery,
        response: { 200: listOf(LogLine), ...errorResponses },
      },
    },
    async request => {
      const { nodeId, tail } = request.query
      const lines = await support.logs(callerOf(request), tail, nodeId)
      return { items: lines.map(({ atMs, ...line }) => ({ ...line, at: time(atMs) })) }
    },
  )

  app.post(
    '/system/support-bundle',
    {
      config: { permission: 'system.read' },
      schema: {
        operationId: 'createSupportBundle',
        tags: ['system'],
        summary: 'Gather configuration, versions, nodes, log and findings in one file, without secrets',
        response: { 202: Operation, ...errorResponses },
      },
    },
    async (request, reply) => {
      const operation = await support.bundle(callerOf(request))
      return reply.code(202).header('location', `/api/v1/operations/${operation.id}`).send(operationView(operation))
    },
  )

  app.get(
    '/operations/:id/file',
    {
      config: { permission: 'system.read' },
      schema: {
        operationId: 'getOperationFile',
        tags: ['operations'],
        summary: 'The file an operation made, to download',
        params: IdParameter,
        response: {
          200: { content: { 'application/gzip': { schema: z.string().describe('the file') } } },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { name, content } = await support.file(callerOf(request), request.params.id)
      void reply.type('application/gzip').header('content-disposition', `attachment; filename="${name}"`)
      return reply.send(content as unknown as string) // a body is described by its text
    },
  )
}
