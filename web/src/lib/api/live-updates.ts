import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { tokenPreference, usePreference } from '../preferences.ts'
import { Feed, type FeedEvent, type FeedState } from './feed.ts'
import type { Live, Stream } from './types.ts'

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

/** How long until a page asks by itself: rarely while the feed tells, as often as it would without it otherwise. */
export const pollMs = (withoutFeed: number, withFeed: number): number =>
  told.state.mode === 'live' ? withFeed : withoutFeed

type Numbers = Pick<Live, 'bitrateKbps' | 'fps' | 'viewers' | 'gopMs' | 'waiting'> & { readonly path: string }

/** The streams with their new numbers; the same array when none of them is in it. */
function withNumbers(streams: readonly Stream[], numbers: ReadonlyMap<string, Numbers>): readonly Stream[] {
  if (!streams.some(({ path, live }) => live !== null && numbers.has(path))) return streams
  return streams.map(stream => withNumber(stream, numbers))
}

function withNumber(stream: Stream, numbers: ReadonlyMap<string, Numbers>): Stream {
  const fresh = numbers.get(stream.path)
  if (fresh === undefined || stream.live === null) return stream
  const { bitrateKbps, fps, viewers, gopMs, waiting } = fresh
  return { ...stream, live: { ...stream.live, bitrateKbps, fps, viewers, gopMs, waiting } }
}

/** Keys of queries that an event makes stale. */
function staleAfter({ type, data }: FeedEvent): readonly string[] {
  if (type.startsWith('stream.') || type === 'refused') return ['streams', 'overview']
  if (type.startsWith('viewer.')) return ['viewers']
  if (type.startsWith('node.')) return ['nodes', 'overview']
  if (type === 'operation') return ['operations']
  if (type === 'changed') {
    const noun = String(data['noun'])
    return noun === 'streams' ? ['streams', 'viewers', 'forbidden-streams'] : [noun]
  }
  return []
}

/** Follows the feed while somebody is logged in, and keeps what pages have asked for up to date. */
class LiveUpdates {
  readonly #client: QueryClient
  readonly #feed: Feed
  readonly #stale = new Set<string>()
  #timer: number | undefined

  constructor(client: QueryClient) {
    this.#client = client
    const { lastId, recent } = stored()
    tell({ recent })
    this.#feed = new Feed(
      lastId,
      event => this.#onEvent(event),
      state => tell({ state }),
    )
    window.addEventListener('pagehide', this.#store)
  }

  close(): void {
    window.removeEventListener('pagehide', this.#store)
    window.clearTimeout(this.#timer)
    this.#feed.close()
  }

  #store = (): void => {
    try {
      sessionStorage.setItem(STORED, JSON.stringify({ lastId: this.#feed.lastId, recent: told.recent }))
    } catch {
      // No storage: the list begins anew.
    }
  }

  #onEvent(event: FeedEvent): void {
    if (event.type === 'streams.live') {
      this.#onNumbers(event.data['items'] as readonly Numbers[]) // of the platform's own feed
      return
    }
    if (event.type === 'reset') {
      void this.#client.invalidateQueries()
      return
    }
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
