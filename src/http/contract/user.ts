import { z } from 'zod'
import { PageQuery, sortBy, Time } from './page.ts'

const Role = z
  .enum(['administrator', 'operator', 'viewer'])
  .describe('administrator: everything; operator: runs streams; viewer: looks')

export const Account = z
  .object({
    id: z.string(),
    name: z.string().describe('login name, in lower case'),
    role: Role,
    disabled: z.boolean().describe('may not log in; its API keys are refused'),
    createdAt: Time,
    lastLoginAt: Time.nullable(),
  })
  .meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

const Password = z.string().min(1).max(256).describe('at least 8 letters, not the user name')

export const CreateUser = z.strictObject({
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.@+-]{0,63}$/u, 'letters, digits and _ . @ + -, beginning with a letter or digit')
    .describe('case does not matter'),
  password: Password,
  role: Role,
})

export const UserChange = z
  .strictObject({ role: Role.optional(), disabled: z.boolean().optional() })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const PasswordReset = z.strictObject({ password: Password })

export const UserQuery = PageQuery.extend({
  sort: sortBy(['name', 'createdAt'], 'name'),
  role: Role.optional(),
  q: z.string().max(64).optional().describe('part of the name, case does not matter'),
})
