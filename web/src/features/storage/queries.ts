import type { Operations, Schemas } from '@sightline/client'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

export type Storage = Schemas['Storage']
export type Store = Storage['stores'][number]
export type Coverage = Schemas['Coverage']
export type Alert = Schemas['Alert']

const MINUTE_MS = 60_000

export const storageQuery = (space: string | undefined) =>
  queryOptions({
    queryKey: ['storage', space],
    queryFn: ({ signal }) => client.call('getStorage', { query: { space }, signal }),
    refetchInterval: MINUTE_MS / 2,
    placeholderData: keepPreviousData,
  })

export const coverageQuery = (filter: NonNullable<Operations['listCoverage']['query']>) =>
  infiniteQueryOptions({
    queryKey: ['coverage', filter],
    queryFn: ({ signal, pageParam }) =>
      client.call('listCoverage', { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: MINUTE_MS,
    placeholderData: keepPreviousData,
  })

export const alertsQuery = (state: 'open' | 'cleared' | undefined) =>
  infiniteQueryOptions({
    queryKey: ['alerts', state],
    queryFn: ({ signal, pageParam }) =>
      client.call('listAlerts', { query: { state, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: MINUTE_MS / 4,
  })
