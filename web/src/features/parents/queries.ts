import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'
import { pollMs } from '../../lib/api/live-updates.ts'

export const parentsQuery = (space: string | undefined) =>
  queryOptions({
    queryKey: ['parent-platforms', 'list', space],
    queryFn: async ({ signal }) => (await client.call('listParentPlatforms', { query: { space }, signal })).items,
    refetchInterval: () => pollMs(5000, 30_000),
  })

export const parentQuery = (id: string) =>
  queryOptions({
    queryKey: ['parent-platforms', 'one', id],
    queryFn: ({ signal }) => client.call('getParentPlatform', { path: { id }, signal }),
    refetchInterval: () => pollMs(5000, 30_000),
  })

export const sharesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['parent-platforms', 'shares', id],
    queryFn: ({ signal, pageParam }) =>
      client.call('listShares', { path: { id }, query: { limit: 200, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const streamSharesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['parent-platforms', 'streams', id],
    queryFn: ({ signal, pageParam }) =>
      client.call('listStreamShares', { path: { id }, query: { limit: 200, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const groupsQuery = (id: string) =>
  queryOptions({
    queryKey: ['parent-platforms', 'groups', id],
    queryFn: async ({ signal }) => (await client.call('listGroups', { path: { id }, signal })).items,
  })
