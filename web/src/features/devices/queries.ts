import type { Operations } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'
import { pollMs, refreshEvery } from '../../lib/api/live-updates.ts'
import { all, PAGE_ROWS } from '../../lib/api/queries.ts'

export type DeviceFilter = Omit<Operations['listDevices']['query'], 'limit' | 'cursor' | 'sort'>
export type ChannelFilter = Omit<Operations['listDeviceChannels']['query'], 'limit' | 'cursor' | 'sort'>

/** States are written in as they change; the rest is asked for now and then. */
const REST_MS = 20_000

export const devicesQuery = (filter: DeviceFilter) =>
  queryOptions({
    queryKey: ['devices', 'list', filter],
    queryFn: ({ signal }) => all('listDevices', { query: { ...filter, limit: PAGE_ROWS }, signal }),
    refetchInterval: () => pollMs(5000, false),
    meta: refreshEvery(REST_MS),
    placeholderData: keepPreviousData,
    structuralSharing: false, // as for streams: thousands of rows
  })

export const deviceQuery = (id: string, everyMs = REST_MS) =>
  queryOptions({
    queryKey: ['devices', 'one', id],
    queryFn: ({ signal }) => client.call('getDevice', { path: { id }, signal }),
    refetchInterval: () => pollMs(Math.min(everyMs, 3000), everyMs),
  })

export const deviceChannelsQuery = (id: string, filter: ChannelFilter) =>
  infiniteQueryOptions({
    queryKey: ['channels', 'of', id, filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listDeviceChannels', { path: { id }, query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 3 ? false : pollMs(5000, 10_000)),
    placeholderData: keepPreviousData,
  })

export const pendingQuery = (space: string | undefined, rejected: boolean) =>
  queryOptions({
    queryKey: ['pending-devices', space, rejected],
    queryFn: ({ signal }) =>
      all('listPendingDevices', { query: { space, rejected: rejected ? 'true' : 'false', limit: PAGE_ROWS }, signal }),
    refetchInterval: () => pollMs(5000, 60_000),
  })

export const gbServerQuery = (space: string) =>
  queryOptions({
    queryKey: ['gb28181', 'server', space],
    queryFn: ({ signal }) => client.call('getGbServer', { query: { space }, signal }),
  })

/** What the device itself says when it is asked: not asked again by itself. */
const askedOnce = {
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 60_000,
  retry: false,
  refetchOnWindowFocus: false,
}

export const deviceInfoQuery = (id: string) =>
  queryOptions({
    queryKey: ['device-answers', id, 'info'],
    queryFn: async ({ signal }) => (await client.call('getDeviceInfo', { path: { id }, signal })).answer,
    ...askedOnce,
  })

export const deviceStatusQuery = (id: string) =>
  queryOptions({
    queryKey: ['device-answers', id, 'status'],
    queryFn: async ({ signal }) => (await client.call('getDeviceStatus', { path: { id }, signal })).answer,
    ...askedOnce,
  })

export const nextIdQuery = (type: 'ipc' | 'nvr' | 'platform') =>
  queryOptions({
    queryKey: ['gb28181', 'next', type],
    queryFn: async ({ signal }) =>
      (await client.call('nextGbIds', { query: { type, count: 1 }, signal })).gbIds[0] ?? '',
    // each form wants a code that is free now
    gcTime: 0,
  })

const HOUR_MS = 3_600_000

export const trackQuery = (id: string, hours: number) =>
  queryOptions({
    queryKey: ['positions', id, hours],
    queryFn: ({ signal }) =>
      client.call('getTrack', {
        path: { id },
        query: { start: new Date(Date.now() - hours * HOUR_MS).toISOString() },
        signal,
      }),
    refetchInterval: 5000,
    placeholderData: keepPreviousData,
  })
