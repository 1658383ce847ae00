import { z } from 'zod'
import { Time } from './page.ts'

const Role = z.enum(['administrator', 'operator', 'viewer'])
export type Role = z.infer<typeof Role>

export const User = z.object({ id: z.string(), name: z.string(), role: Role }).meta({ id: 'User' })
export type User = z.infer<typeof User>

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
