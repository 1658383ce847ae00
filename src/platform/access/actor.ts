/** administrator: everything; operator: runs streams; viewer: looks. */
export type Role = 'administrator' | 'operator' | 'viewer'

/** Who asks. Every service method that a caller can reach takes one, and checks it first. */
export interface Actor {
  readonly kind: 'user'
  readonly id: string
  readonly name: string
  readonly role: Role
}
