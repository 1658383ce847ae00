import type { UserTable } from '../../storage/tables.ts'
import type { Role } from '../access/actor.ts'

/** An account, without its password. */
export interface User {
  readonly id: string
  /** Login name, in lower case. */
  readonly name: string
  readonly role: Role
  readonly disabled: boolean
  readonly createdAtMs: number
  readonly lastLoginAtMs: number | null
}

export type UserChange = Partial<Pick<User, 'role' | 'disabled'>>

export function toUser({
  id,
  name,
  role,
  disabled,
  created_at,
  last_login_at,
}: Omit<UserTable, 'password_hash'>): User {
  return { id, name, role, disabled: disabled === 1, createdAtMs: created_at, lastLoginAtMs: last_login_at }
}
