import type { App } from '../app.ts'
import { Health } from '../contract/system.ts'
import type { Services } from '../services.ts'

export function healthRoutes(app: App, { system }: Services): void {
  app.get(
    '/health',
    {
      config: { open: true },
      schema: {
        operationId: 'getHealth',
        tags: ['system'],
        summary: 'Whether the platform is up',
        security: [],
        response: { 200: Health },
      },
    },
    async () => ({ status: 'ok' as const, ...system.health() }),
  )
}
