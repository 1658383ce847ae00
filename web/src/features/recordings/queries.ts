import type { Operations } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

export type RecordingFilter = NonNullable<Operations['listRecordings']['query']>

export const recordingsQuery = (filter: RecordingFilter) =>
  infiniteQueryOptions({
    queryKey: ['recordings', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listRecordings', { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recordings', 'one', id],
    queryFn: ({ signal }) => client.call('getRecording', { path: { id }, signal }),
  })

export const exportsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['exports', 'list'],
    queryFn: ({ signal, pageParam }) => client.call('listExports', { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(({ operation }) => operation.state === 'running'))
        ? 1000
        : 30_000,
  })
