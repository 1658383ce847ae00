import type { Order } from '../components/data-table.tsx'

/** What pages keep in the URL. Anything else in it is dropped, so that a shared link always opens. */

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

export interface SpaceSearch {
  /** Absent: all spaces. */
  readonly space?: string | undefined
}

export const spaceSearch = (search: Readonly<Record<string, unknown>>): SpaceSearch => {
  const space = word(search['space'])
  return space === undefined ? {} : { space }
}

export interface LoginSearch {
  /** Where to go afterwards: a path of this console. */
  readonly next?: string | undefined
}

export const loginSearch = (search: Readonly<Record<string, unknown>>): LoginSearch => {
  const next = word(search['next'])
  // '//host' and '/\host' would leave the console.
  return next !== undefined && /^\/(?![/\\])/.test(next) ? { next } : {}
}

export interface StreamsSearch {
  readonly q?: string | undefined
  readonly state?: 'on' | 'off' | undefined
  readonly sort?: string | undefined
  readonly order?: Order | undefined
  /** The create dialog is open. */
  readonly create?: boolean | undefined
}

export const streamsSearch = (search: Readonly<Record<string, unknown>>): StreamsSearch => {
  const { state, order, create } = search
  const q = word(search['q'])
  const sort = word(search['sort'])
  return {
    ...(q === undefined ? {} : { q }),
    ...(state === 'on' || state === 'off' ? { state } : {}),
    ...(sort === undefined ? {} : { sort }),
    ...(order === 'asc' || order === 'desc' ? { order } : {}),
    ...(create === true ? { create } : {}),
  }
}

export interface StreamSearch {
  readonly tab?: 'viewers' | 'numbers' | 'history' | 'trace' | undefined
}

export const streamSearch = ({ tab }: Readonly<Record<string, unknown>>): StreamSearch =>
  tab === 'viewers' || tab === 'numbers' || tab === 'history' || tab === 'trace' ? { tab } : {}

export interface ConnectSearch {
  /** Id of the stream to send to. */
  readonly stream?: string | undefined
  /** What sends: obs, ffmpeg ... */
  readonly with?: string | undefined
}

export const connectSearch = (search: Readonly<Record<string, unknown>>): ConnectSearch => {
  const stream = word(search['stream'])
  const tool = word(search['with'])
  return { ...(stream === undefined ? {} : { stream }), ...(tool === undefined ? {} : { with: tool }) }
}

export interface AccessSearch {
  readonly tab?: 'users' | 'keys' | 'sessions' | undefined
}

export const accessSearch = ({ tab }: Readonly<Record<string, unknown>>): AccessSearch =>
  tab === 'users' || tab === 'keys' || tab === 'sessions' ? { tab } : {}

export interface AuditSearch {
  readonly q?: string | undefined
  /** What it is about: stream, space ... */
  readonly noun?: string | undefined
  readonly span?: 'day' | 'week' | 'month' | undefined
}

export const auditSearch = (search: Readonly<Record<string, unknown>>): AuditSearch => {
  const { span } = search
  const q = word(search['q'])
  const noun = word(search['noun'])
  return {
    ...(q === undefined ? {} : { q }),
    ...(noun === undefined ? {} : { noun }),
    ...(span === 'day' || span === 'week' || span === 'month' ? { span } : {}),
  }
}

export interface SystemSearch {
  readonly tab?: 'settings' | 'log' | 'backup' | undefined
}

export const systemSearch = ({ tab }: Readonly<Record<string, unknown>>): SystemSearch =>
  tab === 'settings' || tab === 'log' || tab === 'backup' ? { tab } : {}
