import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { ReloadResult, System } from '../contract/system.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'

export function systemRoutes(app: App, { system }: Services): void {
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
}
