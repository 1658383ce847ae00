import { AppError } from '../../base/errors.ts'
import type { Actor, Role } from './actor.ts'

const ALL: readonly Role[] = ['administrator', 'operator', 'viewer']
const OPERATE: readonly Role[] = ['administrator', 'operator']
const ADMINISTER: readonly Role[] = ['administrator']

/** What can be asked for, and which roles may. */
const PERMISSIONS = {
  'spaces.read': ALL,
  'spaces.write': ADMINISTER,
  'streams.read': ALL,
  'streams.write': OPERATE,
  'streams.kick': OPERATE,
  /** The push key is a credential: who only looks does not get it. */
  'streams.publishUrl': OPERATE,
  'nodes.read': ALL,
  'system.read': ADMINISTER,
  'system.reload': ADMINISTER,
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof PERMISSIONS

export function may(actor: Actor, permission: Permission): boolean {
  return PERMISSIONS[permission].some(role => role === actor.role)
}

/** Throws FORBIDDEN. */
export function permit(actor: Actor, permission: Permission): void {
  if (!may(actor, permission)) {
    throw new AppError('FORBIDDEN', { action: permission, reason: `the role ${actor.role} does not include it` })
  }
}
