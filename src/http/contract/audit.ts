import { z } from 'zod'
import { AUDIT_ACTIONS } from '../../platform/audit/audit-action.ts'
import { PageQuery, Time } from './page.ts'

const State = z.record(z.string(), z.unknown()).nullable()

export const AuditEntry = z
  .object({
    number: z.number().describe('grows with each entry'),
    at: Time,
    actor: z.object({
      kind: z.enum(['user', 'key', 'system', 'nobody']).describe('nobody: a login that was refused'),
      id: z.string().describe('of the user; empty for system and nobody'),
      name: z.string().describe('name then'),
    }),
    action: z.string().describe(`one of ${AUDIT_ACTIONS.join(', ')}`),
    object: z.string().describe('id of what was changed, of a space its name'),
    before: State.describe('changed fields before, secrets masked; null: it did not exist, or nothing to say'),
    after: State.describe('changed fields after; null: it does not exist any more, or nothing to say'),
    remote: z.string().describe('address the request came from'),
    traceId: z.string(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditQuery = PageQuery.extend({
  actor: z.string().max(64).optional().describe('id of a user'),
  action: z
    .string()
    .regex(/^[a-zA-Z]{1,32}(\.[a-zA-Z]{1,32})?$/, 'noun, or noun.verb')
    .optional()
    .describe('e.g. space.update, or space for all about spaces'),
  object: z.string().max(1300).optional(),
  q: z.string().max(128).optional().describe('part of a name, object, address, trace id or of what changed'),
  from: Time.optional().describe('not older; UTC, RFC 3339'),
  to: Time.optional().describe('older; UTC, RFC 3339'),
})
