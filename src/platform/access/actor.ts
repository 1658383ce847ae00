/** administrator: everything; operator: runs streams; viewer: looks. */
export type Role = 'administrator' | 'operator' | 'viewer'

/** What an API key may be limited to. */
export const SCOPES = [
  'read',
  'streams:write',
  'devices:write',
  'devices:control',
  'spaces:write',
  'users:write',
  'system:write',
  'metrics',
] as const
export type Scope = (typeof SCOPES)[number]

/** Where a request came from. */
export interface Origin {
  /** Address of the caller. */
  readonly remote: string
  readonly traceId: string
}

/** Who asks. Every service method that a caller can reach takes one, and checks it first. */
export interface Actor extends Origin {
  /** key: an API key, acting for the user who made it; system: the platform itself. */
  readonly kind: 'user' | 'key' | 'system'
  /** Of the user, also for a key. */
  readonly id: string
  /** Login name, or that and the name of the key. */
  readonly name: string
  readonly role: Role
  /** Null: all that the role includes. */
  readonly scopes: readonly Scope[] | null
  /** Id of the session or key; '' for the system. */
  readonly credential: string
}
