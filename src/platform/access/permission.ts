import { AppError } from '../../base/errors.ts'
import type { Actor, Role, Scope } from './actor.ts'

const ALL: readonly Role[] = ['administrator', 'operator', 'viewer']
const OPERATE: readonly Role[] = ['administrator', 'operator']
const ADMINISTER: readonly Role[] = ['administrator']

interface Rule {
  readonly roles: readonly Role[]
  /** Scope an API key needs for it; null: no key may, it takes a person who logged in. */
  readonly scope: Scope | null
}

/** What can be asked for, which roles may, and which scope a key of such a user needs. */
const PERMISSIONS = {
  /** One's own password, sessions. */
  account: { roles: ALL, scope: null },
  'users.read': { roles: ADMINISTER, scope: 'users:write' },
  'users.write': { roles: ADMINISTER, scope: 'users:write' },
  'sessions.all': { roles: ADMINISTER, scope: null },
  'apiKeys.own': { roles: OPERATE, scope: null },
  'apiKeys.all': { roles: ADMINISTER, scope: null },
  'audit.read': { roles: ADMINISTER, scope: 'read' },
  'spaces.read': { roles: ALL, scope: 'read' },
  'spaces.write': { roles: ADMINISTER, scope: 'spaces:write' },
  /** Push and signing keys are credentials: who only looks does not get them. */
  'spaces.keys': { roles: OPERATE, scope: 'spaces:write' },
  'streams.read': { roles: ALL, scope: 'read' },
  'streams.write': { roles: OPERATE, scope: 'streams:write' },
  'streams.kick': { roles: OPERATE, scope: 'streams:write' },
  'streams.forbid': { roles: OPERATE, scope: 'streams:write' },
  'streams.publishUrl': { roles: OPERATE, scope: 'streams:write' },
  'devices.read': { roles: ALL, scope: 'read' },
  'devices.write': { roles: OPERATE, scope: 'devices:write' },
  /** Watching, live or what the device recorded: whoever opens a play URL starts the device too. */
  'devices.play': { roles: ALL, scope: 'read' },
  /** Moving cameras, talking, what a device does at once and can be undone. */
  'devices.control': { roles: OPERATE, scope: 'devices:control' },
  /** Configuration, restart, new firmware, formatting cards. */
  'devices.admin': { roles: ADMINISTER, scope: 'devices:write' },
  /** What upper platforms get to see. */
  'parents.write': { roles: ADMINISTER, scope: 'devices:write' },
  'recordings.read': { roles: ALL, scope: 'read' },
  /** Start and stop, snapshots, exports, what is written on recordings. */
  'recordings.write': { roles: OPERATE, scope: 'streams:write' },
  'recordings.delete': { roles: OPERATE, scope: 'streams:write' },
  'templates.read': { roles: ALL, scope: 'read' },
  /** Templates, where they are in force, and plans. */
  'templates.write': { roles: OPERATE, scope: 'spaces:write' },
  'callbacks.read': { roles: ADMINISTER, scope: 'read' },
  'callbacks.write': { roles: ADMINISTER, scope: 'system:write' },
  'nodes.read': { roles: ALL, scope: 'read' },
  'nodes.write': { roles: ADMINISTER, scope: 'system:write' },
  /** Of others; one's own need nothing but being logged in. */
  'operations.all': { roles: ADMINISTER, scope: 'read' },
  /** Series of each stream by name. */
  'metrics.read': { roles: ALL, scope: 'metrics' },
  'system.read': { roles: ADMINISTER, scope: 'read' },
  /** What the installation is called. */
  'site.write': { roles: ADMINISTER, scope: 'system:write' },
  'system.reload': { roles: ADMINISTER, scope: 'system:write' },
} as const satisfies Record<string, Rule>

export type Permission = keyof typeof PERMISSIONS

/** Which roles may, and the scope a key needs; for the description of the API. */
export function ruleOf(permission: Permission): Rule {
  return PERMISSIONS[permission]
}

export function may(actor: Actor, permission: Permission): boolean {
  return refusal(actor, PERMISSIONS[permission]) === null
}

/** Throws FORBIDDEN. */
export function permit(actor: Actor, permission: Permission): void {
  const reason = refusal(actor, PERMISSIONS[permission])
  if (reason !== null) throw new AppError('FORBIDDEN', { action: permission, reason })
}

/** All that the actor may, in the order of the table. */
export function permissionsOf(actor: Actor): Permission[] {
  return Object.keys(PERMISSIONS).filter((name): name is Permission => may(actor, name as Permission)) // its own keys
}

function refusal({ role, scopes }: Actor, { roles, scope }: Rule): string | null {
  if (!roles.includes(role)) return `the role ${role} does not include it`
  if (scopes === null) return null
  if (scope === null) return 'it takes a login, not an API key'
  return scopes.includes(scope) ? null : `the API key does not have the scope ${scope}`
}
