import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { tokenPreference, usePreference } from '../preferences.ts'
import { client } from './client.ts'
import { Feed, type FeedEvent, type FeedState } from './feed.ts'
import { staleWith } from './related.ts'
import type { Device, Live, Stream } from './types.ts'

/** Lists are asked for again at most this often, however much happens. */
const REFRESH_PAUSE_MS = 1000
/** Events shown as recent; older ones are in the history of their streams. */
const MAX_RECENT = 100
/** Worth telling to people; numbers that move and viewers who come and go are not. */
const TOLD: ReadonlySet<string> = new Set(['stream.on', 'stream.off', 'refused', 'node.on', 'node.lost'])
/** Kept over a reload of the page, with where to go on. Gone with the tab. */
const STORED = 'sightline.recent'

interface Told {
  readonly state: FeedState
  /** Newest first. */
  readonly recent: readonly FeedEvent[]
}

const listeners = new Set<() => void>()
let told: Told = { state: { mode: 'polling', lostAtMs: null }, recent: [] }

function tell(change: Partial<Told>): void {
  told = { ...told, ...change }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useFeedState = (): FeedState => useSyncExternalStore(subscribe, () => told.state)
export const useRecentEvents = (): readonly FeedEvent[] => useSyncExternalStore(subscribe, () => told.recent)

const heard = new Set<(event: FeedEvent) => void>()

/** For what is kept outside of queries: each event, until the returned function is called. */
export function onFeedEvent(listener: (event: FeedEvent) => void): () => void {
  heard.add(listener)
  return () => heard.delete(listener)
}

/** How long until a page asks by itself: rarely (or, false, never) while the feed tells, often without it. */
export const pollMs = <Rarely extends number | false>(withoutFeed: number, withFeed: Rarely): number | Rarely =>
  told.state.mode === 'live' ? withFeed : withoutFeed

/**
 * For queries whose numbers the feed writes: how often the rest is asked for meanwhile. Their own interval would never
 * come to its end, since each write starts it anew.
 */
export const refreshEvery = (refreshMs: number): { readonly refreshMs: number } => ({ refreshMs })

/** How far a catalog that is being read is. */
export interface CatalogProgress {
  /** Null: the device does not say. */
  readonly promised: number | null
  readonly received: number
}

/** Only written by the feed: never asked for. */
export const catalogProgressQuery = (device: string) =>
  queryOptions({
    queryKey: ['catalog-progress', device],
    queryFn: (): CatalogProgress | null => null,
    enabled: false,
  })

type Numbers = Pick<Live, 'bitrateKbps' | 'fps' | 'viewers' | 'gopMs' | 'waiting'> & { readonly path: string }

/** The streams with their new numbers; undefined (nothing to write) when none of them is in it. */
function withNumbers(streams: readonly Stream[], numbers: ReadonlyMap<string, Numbers>): readonly Stream[] | undefined {
  if (!streams.some(({ path, live }) => live !== null && numbers.has(path))) return undefined
  return streams.map(stream => withNumber(stream, numbers) ?? stream)
}

function withNumber(stream: Stream, numbers: ReadonlyMap<string, Numbers>): Stream | undefined {
  const fresh = numbers.get(stream.path)
  if (fresh === undefined || stream.live === null) return undefined
  const { bitrateKbps, fps, viewers, gopMs, waiting } = fresh
  return { ...stream, live: { ...stream.live, bitrateKbps, fps, viewers, gopMs, waiting } }
}

/** What events of devices make stale. States and how far catalogs are is written into the cache, see #onDevice and #onCatalog. */
const OF_DEVICES: Readonly<Record<string, readonly string[]>> = {
  'device.state': [],
  'device.asked': ['pending-devices'],
  'device.catalog': ['devices', 'channels', 'directories'],
  'device.catalog-part': [],
  'device.channels': ['channels'],
  'device.alarm': ['alarms'],
  'device.finished': ['devices', 'snapshots'],
  'attempt.failed': ['attempts'],
  'parent.state': ['parent-platforms'],
}

/** Keys of queries that an event makes stale. */
function staleAfter({ type, data }: FeedEvent): readonly string[] {
  if (type.startsWith('stream.') || type === 'refused') return ['streams', 'overview']
  if (type.startsWith('node.')) return ['nodes', 'overview']
  if (type === 'changed') return staleWith(String(data['noun']))
  const known = OF_DEVICES[type]
  if (known !== undefined) return known
  return [`${type.split('.')[0]}s`] // viewer.started: viewers
}

/** Follows the feed while somebody is logged in, and keeps what pages have asked for up to date. */
class LiveUpdates {
  readonly #client: QueryClient
  #feed: Feed | null = null
  #closed = false
  readonly #stale = new Set<string>()
  readonly #ticker: number
  /** When queries with refreshEvery were asked for last, Unix time by their hash. */
  #asked = new Map<string, number>()
  #timer: number | undefined

  constructor(client: QueryClient) {
    this.#client = client
    const { lastId, recent } = stored()
    tell({ recent })
    const follow = (from: string) => {
      if (this.#closed) return
      this.#feed = new Feed(
        from,
        event => this.#onEvent(event),
        state => this.#onState(state),
      )
    }
    if (lastId === '') void newest().then(follow)
    else follow(lastId)
    this.#ticker = window.setInterval(() => this.#ask(), REFRESH_PAUSE_MS)
    window.addEventListener('pagehide', this.#store)
  }

  close(): void {
    window.removeEventListener('pagehide', this.#store)
    window.clearTimeout(this.#timer)
    window.clearInterval(this.#ticker)
    this.#closed = true
    this.#feed?.close()
  }

  #store = (): void => {
    try {
      sessionStorage.setItem(STORED, JSON.stringify({ lastId: this.#feed?.lastId ?? '', recent: told.recent }))
    } catch {
      // No storage: the list begins anew.
    }
  }

  #onState(state: FeedState): void {
    const before = told.state.mode
    tell({ state })
    // From now on pages ask by themselves: an answer, or an error, makes them look at their interval again.
    if (before === 'live' && state.mode === 'polling') void this.#client.invalidateQueries({ type: 'active' })
  }

  #ask(): void {
    if (told.state.mode !== 'live') return
    const now = Date.now()
    const asked = new Map<string, number>()
    for (const { queryHash, queryKey, meta } of this.#client.getQueryCache().findAll({ type: 'active' })) {
      const every = meta?.['refreshMs']
      if (typeof every !== 'number') continue
      const last = this.#asked.get(queryHash) ?? now
      const due = now - last >= every
      asked.set(queryHash, due ? now : last)
      if (due) void this.#client.refetchQueries({ queryKey, exact: true })
    }
    this.#asked = asked // those that no page shows any more are forgotten
  }

  #onEvent(event: FeedEvent): void {
    if (event.type === 'streams.live') {
      this.#onNumbers(event.data['items'] as readonly Numbers[]) // of the platform's own feed
      return
    }
    for (const listener of heard) listener(event)
    if (event.type === 'reset') {
      void this.#client.invalidateQueries()
      return
    }
    if (event.type === 'device.state') this.#onDevice(event)
    else if (event.type.startsWith('device.catalog')) this.#onCatalog(event)
    if (TOLD.has(event.type)) tell({ recent: [event, ...told.recent].slice(0, MAX_RECENT) })
    for (const key of staleAfter(event)) this.#stale.add(key)
    if (this.#stale.size > 0) this.#timer ??= window.setTimeout(() => this.#refresh(), REFRESH_PAUSE_MS)
  }

  #refresh(): void {
    this.#timer = undefined
    const keys = [...this.#stale]
    this.#stale.clear()
    for (const key of keys) void this.#client.invalidateQueries({ queryKey: [key] })
  }

  /** Thousands of devices come back within a minute after a power cut: their lists are not asked for again each time. */
  #onDevice({ data: { device: id, state, reason }, at }: FeedEvent): void {
    const news = { state: state as Device['state'], reason: String(reason ?? ''), stateAt: at } // of the platform's own feed
    this.#client.setQueriesData<readonly Device[]>({ queryKey: ['devices', 'list'] }, old =>
      old?.some(each => each.id === id) ? old.map(each => (each.id === id ? { ...each, ...news } : each)) : undefined,
    )
    void this.#client.invalidateQueries({ queryKey: ['devices', 'one', id] })
  }

  #onCatalog({ type, data: { device, promised, received } }: FeedEvent): void {
    const sofar = type === 'device.catalog' ? null : ({ promised, received } as CatalogProgress) // of the platform's own feed
    this.#client.setQueryData(catalogProgressQuery(String(device)).queryKey, sofar)
  }

  #onNumbers(items: readonly Numbers[]): void {
    const numbers = new Map(items.map(item => [item.path, item]))
    const lists = {
      predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => /^(list|live)$/.test(String(queryKey[1])),
    }
    this.#client.setQueriesData<readonly Stream[]>({ queryKey: ['streams'], ...lists }, old =>
      old === undefined ? undefined : withNumbers(old, numbers),
    )
    this.#client.setQueriesData<Stream>({ queryKey: ['streams', 'one'] }, old =>
      old === undefined ? undefined : withNumber(old, numbers),
    )
  }
}

/** What happened before this page was opened, and where to follow on; '' when the platform does not say. */
async function newest(): Promise<string> {
  try {
    const query = { limit: MAX_RECENT, types: [...TOLD].join() }
    const { items, lastEventId } = await client.call('followEvents', { query })
    tell({ recent: items.toReversed() })
    return lastEventId
  } catch {
    return '' // the feed, or the pages themselves, will say what is wrong
  }
}

function stored(): { lastId: string; recent: readonly FeedEvent[] } {
  try {
    const { lastId, recent } = JSON.parse(sessionStorage.getItem(STORED) ?? '{}') // written by #store
    if (typeof lastId === 'string' && Array.isArray(recent)) return { lastId, recent }
  } catch {
    // No storage, or not ours.
  }
  return { lastId: '', recent: [] }
}

/** What one user was told is not for the next one at this screen. */
function forget(): void {
  try {
    sessionStorage.removeItem(STORED)
  } catch {
    // Nothing was stored.
  }
  tell({ recent: [] })
}

/** Mounted once, by the frame around all pages. */
export function useLiveUpdates(client: QueryClient): void {
  const token = usePreference(tokenPreference)
  useEffect(() => {
    if (token === '') return forget()
    const updates = new LiveUpdates(client)
    return () => updates.close()
  }, [client, token])
}
