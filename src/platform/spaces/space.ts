import type { AddressRules, RefererRules } from '../../link/messages.ts'

/** What a space asks of GB/T 28181 devices. */
export interface SpaceDevices {
  /** Of devices that have none of their own; null: each needs its own. */
  readonly password: string | null
  /** listed: only known devices. password: unknown ones with the password are taken. approve: they wait. */
  readonly admission: 'listed' | 'password' | 'approve'
  /** The answer to REGISTER has the time. */
  readonly sendDate: boolean
  /** IANA zone of times without one. */
  readonly zone: string
  /** Seconds after the last viewer until a device may stop sending. */
  readonly stopAfterS: number
}

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
  /** Bytes of the chunks RTMP players are sent; null: the node's own size. */
  readonly chunkSize: number | null
  readonly gb28181: SpaceDevices
  readonly createdAtMs: number
}

export interface SpaceChange extends Partial<Omit<Space, 'name' | 'createdAtMs' | 'gb28181'>> {
  readonly gb28181?: Partial<SpaceDevices>
}

/** The space of URLs that name none. */
export const DEFAULT_SPACE = 'default'

/** What a new space is without a word. */
export const NEW_SPACE: Omit<Space, 'name' | 'createdAtMs'> = {
  publish: 'key',
  play: 'signed',
  latency: 'normal',
  gopCache: true,
  enabled: true,
  addressRules: null,
  refererRules: null,
  maxViewers: null,
  maxViewersPerStream: null,
  chunkSize: null,
  gb28181: { password: null, admission: 'listed', sendDate: true, zone: 'Asia/Shanghai', stopAfterS: 30 },
}

/** The space with what is changed of it. */
export function changed<S extends Pick<Space, 'gb28181'>>(space: S, { gb28181, ...change }: SpaceChange): S {
  return { ...space, ...change, gb28181: { ...space.gb28181, ...gb28181 } }
}
