import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/site.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'

export function siteRoutes(app: App, { site }: Services): void {
  app.get(
    '/site',
    {
      config: { open: true },
      schema: {
        operationId: 'getSite',
        tags: ['system'],
        summary: 'What this installation is called, and whom its users call',
        security: [],
        response: { 200: contract.Site },
      },
    },
    () => site.get(),
  )

  app.patch(
    '/site',
    {
      config: { permission: 'site.write' },
      schema: {
        operationId: 'updateSite',
        tags: ['system'],
        summary: 'Name this installation anew; nodes and open pages learn of it at once',
        body: contract.SiteChange,
        response: { 200: contract.Site, ...errorResponses },
      },
    },
    request => site.update(callerOf(request), defined(request.body)),
  )
}
