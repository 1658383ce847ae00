import type { Clock } from '../../base/clock.ts'
import type { Alert } from '../../platform/alerts/alert.ts'
import type { CoverageWithGaps } from '../../platform/coverage/coverage-service.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { pageOf } from '../contract/page.ts'
import * as contract from '../contract/storage.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'
import { spanOf, spanView } from './recordings.ts'

/** What is kept, what is missing, what is wrong. */
export function storageRoutes(app: App, { alerts, coverage, storages }: Services, clock: Clock): void {
  app.get(
    '/storage',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'getStorage',
        tags: ['storage'],
        summary: 'Stores of all nodes, what is in them, what each day adds, and days left',
        querystring: contract.StorageQuery,
        response: { 200: contract.Storage, ...errorResponses },
      },
    },
    async request => {
      const { days, ...overview } = await storages.overview(callerOf(request), request.query.space)
      const { stores, silent, spaces, streams } = overview
      return {
        ...overview,
        ...{ stores: [...stores], silent: [...silent], spaces: [...spaces], streams: [...streams] },
        days: days.map(({ atMs, ...day }) => ({ day: time(atMs), ...day })),
      }
    },
  )

  app.get(
    '/coverage',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'listCoverage',
        tags: ['storage'],
        summary: 'What should have been recorded of each stream, what was, and why not the rest',
        querystring: contract.CoverageQuery,
        response: { 200: pageOf(contract.Coverage), ...errorResponses },
      },
    },
    async request => {
      const { stream, space, sort } = request.query
      const query = { stream, space, ...spanOf(request.query, clock.nowMs()), ...pageRequest(request.query) }
      return pageAnswer(await coverage.list(callerOf(request), query), sort, coverageView)
    },
  )

  app.get(
    '/alerts',
    {
      config: { permission: 'recordings.read' },
      schema: {
        operationId: 'listAlerts',
        tags: ['storage'],
        summary: 'What is wrong with recordings, stores and callbacks, and what was',
        description: 'Kept 90 days.',
        querystring: contract.AlertQuery,
        response: { 200: pageOf(contract.Alert), ...errorResponses },
      },
    },
    async request => {
      const { state, kind, path, sort } = request.query
      const filter = { open: state && state === 'open', kind, path }
      return pageAnswer(await alerts.list(callerOf(request), filter, pageRequest(request.query)), sort, alertView)
    },
  )
}

function coverageView({ path, plannedS, recordedS, gaps }: CoverageWithGaps): contract.Coverage {
  return {
    ...{ path, plannedS, recordedS },
    percent: plannedS === 0 ? 100 : Math.min(100, (recordedS / plannedS) * 100),
    gaps: gaps.map(gap => ({ ...spanView(gap), reason: gap.reason })),
  }
}

function alertView({ raisedAtMs, clearedAtMs, ...alert }: Alert): contract.Alert {
  return { ...alert, raisedAt: time(raisedAtMs), clearedAt: clearedAtMs === null ? null : time(clearedAtMs) }
}
