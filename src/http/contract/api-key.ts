import { z } from 'zod'
import { SCOPES } from '../../platform/access/actor.ts'
import { Time } from './page.ts'

const Scopes = z
  .array(z.enum(SCOPES))
  .describe('what the key may, within the role of who made it: read; write streams, spaces, users, system; metrics')

export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    userId: z.string().describe('who made it'),
    userName: z.string(),
    scopes: Scopes,
    createdAt: Time,
    expiresAt: Time.nullable().describe('null: never'),
    lastUsedAt: Time.nullable().describe('to the minute; null: never'),
    lastUsedFrom: z.string().describe('address, or empty'),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const CreateApiKey = z.strictObject({
  name: z.string().trim().min(1).max(64),
  scopes: Scopes.min(1).max(SCOPES.length),
  expiresAt: Time.nullable().default(null).describe('null: until it is revoked'),
})

export const NewApiKey = ApiKey.extend({
  secret: z.string().describe('the key: send it as `Authorization: Bearer <key>`; shown only here'),
}).meta({ id: 'NewApiKey' })
