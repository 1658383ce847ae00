import type { Operations } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'
import { pollMs } from '../../lib/api/live-updates.ts'

export type AttemptFilter = Omit<Operations['listAttempts']['query'], 'limit' | 'cursor' | 'sort'>

const MINUTE_MS = 60_000

export const attemptsQuery = (filter: AttemptFilter) =>
  infiniteQueryOptions({
    queryKey: ['attempts', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listAttempts', { query: { ...filter, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // those that fail are told, those that work are not
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 3 ? false : pollMs(5000, MINUTE_MS / 4)),
    placeholderData: keepPreviousData,
  })

/** What was done does not change. */
export const attemptQuery = (id: string) =>
  queryOptions({
    queryKey: ['attempts', 'one', id],
    queryFn: ({ signal }) => client.call('getAttempt', { path: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
