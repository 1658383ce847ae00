import { z } from 'zod'
import { ForbidReason, ForbidUntil } from './forbidden.ts'
import { PageQuery, sortBy, Time } from './page.ts'

const Failure = z.object({ code: z.string(), message: z.string() })
const State = z.enum(['running', 'done', 'failed', 'cancelled'])

export const Operation = z
  .object({
    id: z.string(),
    kind: z.string().describe('noun.verb, e.g. streams.kick'),
    state: State,
    userId: z.string(),
    userName: z.string().describe('who started it'),
    createdAt: Time,
    finishedAt: Time.nullable(),
    done: z.number().describe('steps done'),
    total: z.number().nullable().describe('steps in all; null: not known'),
    rows: z
      .array(z.object({ name: z.string(), ok: z.boolean(), error: Failure.nullable() }))
      .describe('what became of each step'),
    error: Failure.nullable().describe('why the whole failed'),
    file: z.string().nullable().describe('name of the file it made: GET /operations/{id}/file'),
  })
  .meta({ id: 'Operation' })
export type Operation = z.infer<typeof Operation>

export const OperationQuery = PageQuery.extend({
  state: State.optional(),
  kind: z.string().max(64).optional(),
  sort: sortBy(['createdAt'], '-createdAt'),
})

/** Streams of one command: the rows of two pages. */
const MAX_BULK = 1000

export const BULK_ACTIONS = ['kick', 'delete', 'forbid', 'resume'] as const

export const BulkRequest = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    ids: z.array(z.string().min(1).max(64)).min(1).max(MAX_BULK),
    until: ForbidUntil.optional().describe('forbid: end; null: until it is resumed'),
    reason: ForbidReason.optional().describe('forbid: told to the publisher'),
  })
  .refine(({ action, until, reason }) => action === 'forbid' || (until === undefined && reason === undefined), {
    message: '`until` and `reason` are for forbid only',
    path: ['action'],
  })
