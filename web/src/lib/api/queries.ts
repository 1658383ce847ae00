import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type ApiCall, query, request } from './client.ts'
import type { CreateStream, Health, Node, Page, Session, Space, Stream, System, User, Viewer } from './types.ts'

/** Rows asked for at once: the most the platform gives. */
const PAGE_ROWS = 500
/** The console lists this many streams at most; past it the search has to narrow. */
export const MAX_LISTED_STREAMS = 5000

/** How often live numbers are asked for: every second while that is cheap, slower for long lists. */
function refreshMs(rows: number): number {
  if (rows <= 100) return 1000
  return rows <= 500 ? 3000 : 10_000
}

/** Every request of the console, in one list, so that 'Show API call' and the call itself cannot differ. */
export const calls = {
  login: (username: string, password: string): ApiCall => ({
    method: 'POST',
    path: '/sessions',
    body: { username, password },
  }),
  logout: (): ApiCall => ({ method: 'DELETE', path: '/sessions/current' }),
  streams: (filter: StreamFilter, cursor?: string): ApiCall => ({
    method: 'GET',
    path: `/streams${query({ space: filter.space, state: filter.state, q: filter.q, limit: filter.limit ?? PAGE_ROWS, cursor })}`,
  }),
  stream: (id: string): ApiCall => ({ method: 'GET', path: `/streams/${encodeURIComponent(id)}` }),
  createStream: (body: CreateStream): ApiCall => ({
    method: 'POST',
    path: '/streams',
    body,
  }),
  deleteStream: (id: string): ApiCall => ({ method: 'DELETE', path: `/streams/${encodeURIComponent(id)}` }),
  kickStream: (id: string): ApiCall => ({ method: 'POST', path: `/streams/${encodeURIComponent(id)}/kick`, body: {} }),
  kickViewer: (id: string, viewerId: string): ApiCall => ({
    method: 'POST',
    path: `/streams/${encodeURIComponent(id)}/kick`,
    body: { viewerId },
  }),
  viewers: (id: string): ApiCall => ({ method: 'GET', path: `/streams/${encodeURIComponent(id)}/viewers` }),
  nodes: (): ApiCall => ({ method: 'GET', path: '/nodes' }),
  system: (): ApiCall => ({ method: 'GET', path: '/system' }),
  reload: (): ApiCall => ({ method: 'POST', path: '/system/reload' }),
}

export interface StreamFilter {
  readonly space?: string | undefined
  readonly state?: string | undefined
  readonly q?: string | undefined
  readonly limit?: number
}

async function allStreams(filter: StreamFilter, signal: AbortSignal): Promise<readonly Stream[]> {
  const rows: Stream[] = []
  let cursor: string | undefined
  do {
    const page = await request<Page<Stream>>(calls.streams(filter, cursor), signal)
    rows.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined && rows.length < MAX_LISTED_STREAMS)
  return rows
}

export const streamsQuery = (filter: StreamFilter) =>
  queryOptions({
    queryKey: ['streams', 'list', filter],
    queryFn: ({ signal }) => allStreams(filter, signal),
    refetchInterval: ({ state }) => refreshMs(state.data?.length ?? 0),
    placeholderData: keepPreviousData,
  })

/** A short answer for the search palette: the first matches, not refreshed. */
export const streamSearchQuery = (q: string, space: string | undefined, limit = 8) =>
  queryOptions({
    queryKey: ['streams', 'search', q, space, limit],
    queryFn: async ({ signal }) =>
      (await request<Page<Stream>>(calls.streams({ q, space, limit }), signal)).items.slice(0, limit),
    placeholderData: keepPreviousData,
  })

/** What is on, in the order of paths: the first page, which is more than a wall shows. */
export const liveStreamsQuery = (space: string | undefined) =>
  queryOptions({
    queryKey: ['streams', 'live', space],
    queryFn: async ({ signal }) =>
      (await request<Page<Stream>>(calls.streams({ space, state: 'on', limit: 200 }), signal)).items,
    refetchInterval: 3000,
    placeholderData: keepPreviousData,
  })

export const streamQuery = (id: string, everyMs = 1000) =>
  queryOptions({
    queryKey: ['streams', 'one', id],
    queryFn: ({ signal }) => request<Stream>(calls.stream(id), signal),
    refetchInterval: everyMs,
  })

export const viewersQuery = (id: string) =>
  queryOptions({
    queryKey: ['streams', 'viewers', id],
    queryFn: async ({ signal }) => (await request<Page<Viewer>>(calls.viewers(id), signal)).items,
    refetchInterval: ({ state }) => Math.max(2000, refreshMs(state.data?.length ?? 0)),
  })

export const spacesQuery = () =>
  queryOptions({
    queryKey: ['spaces'],
    queryFn: async ({ signal }) => (await request<Page<Space>>({ method: 'GET', path: '/spaces' }, signal)).items,
    staleTime: 60_000,
  })

export const nodesQuery = () =>
  queryOptions({
    queryKey: ['nodes'],
    queryFn: async ({ signal }) => (await request<Page<Node>>(calls.nodes(), signal)).items,
    refetchInterval: 1000,
  })

export const systemQuery = () =>
  queryOptions({
    queryKey: ['system'],
    queryFn: ({ signal }) => request<System>(calls.system(), signal),
  })

export const healthQuery = () =>
  queryOptions({
    queryKey: ['health'],
    queryFn: ({ signal }) => request<Health>({ method: 'GET', path: '/health' }, signal),
    staleTime: 60_000,
  })

export const meQuery = () =>
  queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => request<User>({ method: 'GET', path: '/me' }, signal),
    staleTime: 300_000,
  })

export const login = (username: string, password: string) => request<Session>(calls.login(username, password))
