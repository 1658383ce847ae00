import { z } from 'zod'
import { Time } from './page.ts'

const Role = z.enum(['administrator', 'operator', 'viewer'])
export type Role = z.infer<typeof Role>

/** Who logged in. */
const User = z.object({ id: z.string(), name: z.string(), role: Role }).meta({ id: 'User' })
export type User = z.infer<typeof User>

export const Me = z
  .object({
    id: z.string().describe('of the account; for an API key of the one who made it'),
    name: z.string(),
    role: Role,
    kind: z.enum(['user', 'key', 'system']).describe('user: logged in; key: an API key'),
    permissions: z.array(z.string()).describe('what may be asked for with this token, e.g. streams.write'),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const LoginRequest = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(256),
})
export type LoginRequest = z.infer<typeof LoginRequest>

export const Session = z
  .object({
    token: z.string().describe('send it as `Authorization: Bearer <token>`; shown only here'),
    expiresAt: Time,
    user: User,
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const SessionEntry = z
  .object({
    id: z.string(),
    userId: z.string(),
    userName: z.string(),
    createdAt: Time,
    expiresAt: Time,
    lastUsedAt: Time.describe('to the minute; UTC, RFC 3339'),
    remote: z.string().describe('address of the login'),
    agent: z.string().describe('User-Agent of the login'),
    current: z.boolean().describe('the session of this request'),
  })
  .meta({ id: 'SessionEntry' })
export type SessionEntry = z.infer<typeof SessionEntry>

const Id = z.string().min(1).max(64)

/** Whose sessions or keys. */
export const OwnerQuery = z.strictObject({
  user: Id.optional().describe("id of a user, or `all`; both for administrators. Without it, one's own"),
})

export const IdParameter = z.strictObject({ id: Id })

export const PasswordChange = z.strictObject({
  oldPassword: z.string().min(1).max(256),
  password: z.string().min(1).max(256).describe('at least 8 letters, not the user name'),
})
