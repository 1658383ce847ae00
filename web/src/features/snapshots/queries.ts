import type { Operations } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

export const snapshotsQuery = (filter: NonNullable<Operations['listSnapshots']['query']>) =>
  infiniteQueryOptions({
    queryKey: ['snapshots', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listSnapshots', { query: { ...filter, limit: 60, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
