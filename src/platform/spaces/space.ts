import type { AddressRules, RefererRules } from '../../link/messages.ts'

/** A tenant's project: first segment of every stream path, with its own keys and rules. */
export interface Space {
  readonly name: string
  readonly publish: 'key' | 'open'
  readonly play: 'signed' | 'open'
  readonly latency: 'low' | 'normal'
  readonly gopCache: boolean
  /** False: nobody is let in, and who is there is put out. */
  readonly enabled: boolean
  /** Null: off. */
  readonly addressRules: AddressRules | null
  /** Null: off. */
  readonly refererRules: RefererRules | null
  /** On one node, of all streams together; null: no limit. */
  readonly maxViewers: number | null
  /** On one node; null: the node's own limit. */
  readonly maxViewersPerStream: number | null
  readonly createdAtMs: number
}

export type SpaceChange = Partial<Omit<Space, 'name' | 'createdAtMs'>>

/** The space of URLs that name none. */
export const DEFAULT_SPACE = 'default'

/** What a new space is without a word. */
export const NEW_SPACE = {
  publish: 'key',
  play: 'signed',
  latency: 'normal',
  gopCache: true,
  enabled: true,
  addressRules: null,
  refererRules: null,
  maxViewers: null,
  maxViewersPerStream: null,
} as const satisfies SpaceChange
