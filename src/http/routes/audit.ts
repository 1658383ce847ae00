import { AppError } from '../../base/errors.ts'
import type { AuditEntry } from '../../platform/audit/audit-store.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/audit.ts'
import { pageOf } from '../contract/page.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function auditRoutes(app: App, { audit }: Services): void {
  app.get(
    '/audit',
    {
      config: { permission: 'audit.read' },
      schema: {
        operationId: 'listAudit',
        tags: ['audit'],
        summary: 'Who changed what, and refused logins; the newest first',
        querystring: contract.AuditQuery,
        response: { 200: pageOf(contract.AuditEntry), ...errorResponses },
      },
    },
    async request => {
      const { actor, action, object, q, from, to, limit, cursor } = request.query
      const { items, next } = await audit.list(callerOf(request), {
        actor,
        action,
        object,
        text: q,
        fromMs: from === undefined ? undefined : Date.parse(from),
        toMs: to === undefined ? undefined : Date.parse(to),
        before: cursor === undefined ? undefined : fromCursor(cursor),
        limit,
      })
      return { items: items.map(view), nextCursor: next === null ? null : String(next) }
    },
  )
}

function fromCursor(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new AppError('INVALID', { field: 'querystring.cursor', reason: 'not a cursor' })
  return Number(cursor)
}

function view({
  number,
  at,
  action,
  object,
  before,
  after,
  remote,
  trace_id,
  ...row
}: AuditEntry): contract.AuditEntry {
  return {
    number,
    at: time(at),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action,
    object,
    before: before === null ? null : JSON.parse(before),
    after: after === null ? null : JSON.parse(after),
    remote,
    traceId: trace_id,
  }
}
