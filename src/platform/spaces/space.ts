/** A tenant's project: first segment of every stream path, with its own keys and rules. */
export interface Space {
  readonly name: string
  readonly publish: 'key' | 'open'
  readonly play: 'signed' | 'open'
  readonly latency: 'low' | 'normal'
  readonly gopCache: boolean
  readonly createdAtMs: number
}

export type SpaceChange = Partial<Pick<Space, 'publish' | 'play' | 'latency' | 'gopCache'>>

/** The space of URLs that name none. */
export const DEFAULT_SPACE = 'default'
