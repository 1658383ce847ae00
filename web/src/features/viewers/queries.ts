import type { Operations } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

export type ViewerFilter = Operations['listAllViewers']['query']

/** Viewers come and go in crowds, and the list is of the history too: it is not asked for with each of them. */
const LIST_MS = 10_000
const LIVE_MS = 2000

export const viewersQuery = (filter: ViewerFilter) =>
  infiniteQueryOptions({
    queryKey: ['viewer-history', filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listAllViewers', { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: LIST_MS,
    placeholderData: keepPreviousData,
  })

/** Asked again as long as he is there. */
export const viewerQuery = (id: string) =>
  queryOptions({
    queryKey: ['viewer', id],
    queryFn: ({ signal }) => client.call('getViewer', { path: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'off' ? false : LIVE_MS),
  })

export const publisherQuery = (id: string) =>
  queryOptions({
    queryKey: ['publisher', id],
    queryFn: ({ signal }) => client.call('getPublisher', { path: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'off' ? false : LIVE_MS),
  })
