import type { Item, ListName, Request } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'
import { pollMs, refreshEvery } from './live-updates.ts'
import type { AuditFilter, StreamFilter } from './types.ts'

/** The console lists this many rows at most; past it the search has to narrow. */
export const MAX_LISTED = 5000

/** Rows asked for at once: the most the platform gives. */
export const PAGE_ROWS = 500

/** How often live numbers are asked for without the feed: every second while that is cheap, slower for long lists. */
function refreshMs(rows: number): number {
  if (rows <= 100) return 1000
  return rows <= 500 ? 3000 : 10_000
}

const MINUTE_MS = 60_000

/** A whole list, as long as the console shows one. */
export async function all<O extends ListName>(operation: O, ...request: Request<O>): Promise<readonly Item<O>[]> {
  const rows: Item<O>[] = []
  for await (const row of client.all(operation, ...request)) {
    rows.push(row)
    if (rows.length === MAX_LISTED) break
  }
  return rows
}

export const streamsQuery = (filter: StreamFilter) =>
  queryOptions({
    queryKey: ['streams', 'list', filter],
    queryFn: ({ signal }) => all('listStreams', { query: { ...filter, limit: PAGE_ROWS }, signal }),
    refetchInterval: ({ state }) => pollMs(refreshMs(state.data?.length ?? 0), false),
    meta: refreshEvery(MINUTE_MS),
    placeholderData: keepPreviousData,
    // Comparing thousands of rows field by field takes longer than drawing the few that are seen.
    structuralSharing: false,
  })

/** A short answer for the search palette: the first matches, not refreshed. */
export const streamSearchQuery = (q: string, space: string | undefined, limit = 8) =>
  queryOptions({
    queryKey: ['streams', 'search', q, space, limit],
    queryFn: async ({ signal }) =>
      (await client.call('listStreams', { query: { q: q || undefined, space, limit }, signal })).items,
    placeholderData: keepPreviousData,
  })

/** The same for devices and their channels. */
export const deviceSearchQuery = (q: string, space: string | undefined, limit = 5) =>
  queryOptions({
    queryKey: ['devices', 'search', q, space, limit],
    queryFn: async ({ signal }) => {
      const query = { q: q || undefined, space, limit }
      const [devices, channels] = await Promise.all([
        client.call('listDevices', { query, signal }),
        client.call('listChannels', { query, signal }),
      ])
      return { devices: devices.items, channels: channels.items }
    },
    placeholderData: keepPreviousData,
  })

/** What is on, in the order of paths: the first page, which is more than a wall or a summary shows. */
export const liveStreamsQuery = (space: string | undefined) =>
  queryOptions({
    queryKey: ['streams', 'live', space],
    queryFn: async ({ signal }) =>
      (await client.call('listStreams', { query: { space, state: 'on', limit: 200 }, signal })).items,
    refetchInterval: () => pollMs(2000, false),
    meta: refreshEvery(20_000),
    placeholderData: keepPreviousData,
  })

export const streamQuery = (id: string, everyMs = 1000) =>
  queryOptions({
    queryKey: ['streams', 'one', id],
    queryFn: ({ signal }) => client.call('getStream', { path: { id }, signal }),
    refetchInterval: () => pollMs(everyMs, false),
    meta: refreshEvery(2 * everyMs),
  })

export const viewersQuery = (id: string) =>
  queryOptions({
    queryKey: ['viewers', id],
    queryFn: ({ signal }) => all('listViewers', { path: { id }, query: { limit: PAGE_ROWS }, signal }),
    refetchInterval: ({ state }) => Math.max(2000, refreshMs(state.data?.length ?? 0)),
  })

/** The last `minutes`; charts move with each minute that is complete. */
export const streamMetricsQuery = (id: string, minutes: number) =>
  queryOptions({
    queryKey: ['metrics', id, minutes],
    queryFn: ({ signal }) => client.call('getStreamMetrics', { path: { id }, query: { from: since(minutes) }, signal }),
    refetchInterval: MINUTE_MS / 2,
    placeholderData: keepPreviousData,
  })

export const since = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString()

export const runsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['streams', 'runs', id],
    queryFn: ({ signal, pageParam }) =>
      client.call('listStreamEvents', { path: { id }, query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })

export const traceQuery = (id: string) =>
  queryOptions({
    queryKey: ['streams', 'trace', id],
    queryFn: async ({ signal }) => (await client.call('traceStream', { path: { id }, signal })).items,
    refetchInterval: () => pollMs(5000, MINUTE_MS),
  })

export const overviewQuery = () =>
  queryOptions({
    queryKey: ['overview'],
    queryFn: ({ signal }) => client.call('getOverview', { signal }),
    refetchInterval: 2000,
  })

export const overviewMetricsQuery = (minutes: number) =>
  queryOptions({
    queryKey: ['metrics', 'platform', minutes],
    queryFn: ({ signal }) => client.call('getOverviewMetrics', { query: { from: since(minutes) }, signal }),
    refetchInterval: MINUTE_MS / 2,
    placeholderData: keepPreviousData,
  })

export const spacesQuery = () =>
  queryOptions({
    queryKey: ['spaces'],
    queryFn: async ({ signal }) => (await client.call('listSpaces', { signal })).items,
    staleTime: MINUTE_MS,
  })

export const spaceKeysQuery = (name: string) =>
  queryOptions({
    queryKey: ['spaces', 'keys', name],
    queryFn: ({ signal }) => client.call('getSpaceKeys', { path: { name }, signal }),
  })

export const usersQuery = (q: string) =>
  queryOptions({
    queryKey: ['users', q],
    queryFn: async ({ signal }) =>
      (await client.call('listUsers', { query: { q: q || undefined, limit: PAGE_ROWS }, signal })).items,
    placeholderData: keepPreviousData,
  })

export const sessionsQuery = (user: string | undefined) =>
  queryOptions({
    queryKey: ['sessions', user],
    queryFn: async ({ signal }) => (await client.call('listSessions', { query: { user }, signal })).items,
    refetchInterval: MINUTE_MS,
  })

export const apiKeysQuery = (user: string | undefined) =>
  queryOptions({
    queryKey: ['api-keys', user],
    queryFn: async ({ signal }) => (await client.call('listApiKeys', { query: { user }, signal })).items,
    refetchInterval: MINUTE_MS,
  })

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listAudit', { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const operationsQuery = () =>
  queryOptions({
    queryKey: ['operations', 'list'],
    queryFn: async ({ signal }) => (await client.call('listOperations', { query: { limit: 20 }, signal })).items,
    refetchInterval: ({ state }) =>
      state.data?.some(each => each.state === 'running') ? 2000 : pollMs(15_000, 2 * MINUTE_MS),
  })

export const operationQuery = (id: string) =>
  queryOptions({
    queryKey: ['operations', 'one', id],
    queryFn: ({ signal }) => client.call('getOperation', { path: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 500 : false),
  })

export const nodesQuery = () =>
  queryOptions({
    queryKey: ['nodes'],
    queryFn: ({ signal }) => all('listNodes', { query: { limit: PAGE_ROWS }, signal }),
    refetchInterval: 2000,
  })

export const systemQuery = () =>
  queryOptions({
    queryKey: ['system'],
    queryFn: ({ signal }) => client.call('getSystem', { signal }),
  })

export const logsQuery = (tail: number, nodeId: string | undefined) =>
  queryOptions({
    queryKey: ['system', 'logs', tail, nodeId],
    queryFn: async ({ signal }) => (await client.call('getSystemLogs', { query: { tail, nodeId }, signal })).items,
    refetchInterval: 3000,
  })

/** Open to everybody, so the login page has it too. */
export const siteQuery = () =>
  queryOptions({
    queryKey: ['site'],
    queryFn: ({ signal }) => client.call('getSite', { signal }),
    staleTime: MINUTE_MS,
  })

export const healthQuery = () =>
  queryOptions({
    queryKey: ['health'],
    queryFn: ({ signal }) => client.call('getHealth', { signal }),
    staleTime: MINUTE_MS,
  })

export const meQuery = () =>
  queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => client.call('getMe', { signal }),
    staleTime: 300_000,
  })
