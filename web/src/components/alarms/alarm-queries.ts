import type { Operations } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'
import { pollMs } from '../../lib/api/live-updates.ts'

export type AlarmFilter = Omit<Operations['listAlarms']['query'], 'limit' | 'cursor' | 'sort'>

const MINUTE_MS = 60_000

export const alarmsQuery = (filter: AlarmFilter) =>
  infiniteQueryOptions({
    queryKey: ['alarms', filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listAlarms', { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 3 ? false : pollMs(5000, MINUTE_MS)),
    placeholderData: keepPreviousData,
  })
