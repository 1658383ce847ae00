import type { ParentPlatformTable } from '../../storage/device-tables.ts'

/** What people set of an upper platform. */
export interface ParentFacts {
  readonly name: string
  readonly description: string
  /** We register with it. */
  readonly enabled: boolean
  /** Theirs, 20 digits. */
  readonly serverId: string
  readonly domain: string
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  /** Ours, as they know us. */
  readonly localId: string
  readonly username: string
  readonly password: string | null
  /** Seconds. */
  readonly expiresS: number
  readonly keepaliveS: number
  readonly charset: 'gb18030' | 'utf-8'
}

export type ParentChange = Partial<ParentFacts>

/** A platform above us that gets to see channels of a space. */
export interface ParentPlatform extends Omit<ParentFacts, 'password'> {
  readonly id: string
  readonly space: string
  readonly passwordSet: boolean
  readonly createdAtMs: number
  readonly state: ParentPlatformTable['state']
  readonly reason: string
  /** Null: never tried. */
  readonly stateAtMs: number | null
}
