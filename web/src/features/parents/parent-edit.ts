import type { Operations } from '@sightline/client'
import type { ParentPlatform } from '../../lib/api/types.ts'

export type ParentEdit = Operations['updateParentPlatform']['body']
export type ParentWish = Operations['createParentPlatform']['body']

/** An upper platform as a form holds it. */
export interface ParentDraft {
  readonly name: string
  readonly description: string
  readonly serverId: string
  /** Empty: the first ten digits of its code. */
  readonly domain: string
  readonly host: string
  readonly port: string
  readonly transport: 'udp' | 'tcp'
  /** Empty: the code of this server. */
  readonly localId: string
  readonly username: string
  /** Empty: none, or as it is. */
  readonly password: string
  readonly expiresS: string
  readonly keepaliveS: string
  readonly charset: 'gb18030' | 'utf-8'
}

export const NEW_PARENT: ParentDraft = {
  name: '',
  description: '',
  serverId: '',
  domain: '',
  host: '',
  port: '5060',
  transport: 'udp',
  localId: '',
  username: '',
  password: '',
  expiresS: '3600',
  keepaliveS: '60',
  charset: 'gb18030',
}

export function draftOf(parent: ParentPlatform): ParentDraft {
  const { name, description, serverId, domain, host, transport, localId, username, charset } = parent
  const numbers = {
    port: String(parent.port),
    expiresS: String(parent.expiresS),
    keepaliveS: String(parent.keepaliveS),
  }
  return { name, description, serverId, domain, host, transport, localId, username, charset, password: '', ...numbers }
}

export type ParentFault = 'name' | 'serverId' | 'localId' | 'host' | 'port' | 'expiresS' | 'keepaliveS'

const within = (text: string, least: number, most: number) =>
  /^\d{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most

export function faultsOf(draft: ParentDraft): ReadonlySet<ParentFault> {
  const faults = new Set<ParentFault>()
  if (draft.name.trim() === '') faults.add('name')
  if (!/^\d{20}$/.test(draft.serverId)) faults.add('serverId')
  if (draft.localId !== '' && !/^\d{20}$/.test(draft.localId)) faults.add('localId')
  if (!/^\S+$/.test(draft.host.trim())) faults.add('host')
  if (!within(draft.port, 1, 65_535)) faults.add('port')
  if (!within(draft.expiresS, 60, 864_000)) faults.add('expiresS')
  if (!within(draft.keepaliveS, 5, 3600)) faults.add('keepaliveS')
  return faults
}

/** The draft has no faults. */
export function wishOf(draft: ParentDraft, space: string): ParentWish {
  const { domain, localId, password, ...rest } = draft
  return {
    ...rest,
    space,
    name: rest.name.trim(),
    host: rest.host.trim(),
    port: Number(draft.port),
    expiresS: Number(draft.expiresS),
    keepaliveS: Number(draft.keepaliveS),
    password: password === '' ? null : password,
    ...(domain.trim() === '' ? {} : { domain: domain.trim() }),
    ...(localId === '' ? {} : { localId }),
  }
}

/** Only what differs. The draft has no faults. */
export function changeOf(parent: ParentPlatform, draft: ParentDraft): ParentEdit {
  const { space: _, password, ...wish } = wishOf(draft, parent.space)
  const changed = Object.entries(wish).filter(([key, value]) => value !== parent[key as keyof ParentPlatform]) // its own keys
  return { ...Object.fromEntries(changed), ...(password === null ? {} : { password }) }
}
