import type { Schemas } from '@sightline/client'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

export type Callback = Schemas['Callback']
export type Delivery = Schemas['Delivery']
export type CallbackEvent = Delivery['event']

/** As the platform tells them: of recording first. */
export const EVENTS = [
  'record_started',
  'record_paused',
  'record_resumed',
  'record_stopped',
  'record_error',
  'record_file',
  'snapshot_created',
  'stream_status',
  'device_status',
  'device_alarm',
] as const satisfies readonly CallbackEvent[]

export const callbacksQuery = () =>
  queryOptions({
    queryKey: ['callbacks', 'list'],
    queryFn: async ({ signal }) => (await client.call('listCallbacks', { signal })).items,
    refetchInterval: 10_000,
  })

export const callbackQuery = (id: string) =>
  queryOptions({
    queryKey: ['callbacks', 'one', id],
    queryFn: ({ signal }) => client.call('getCallback', { path: { id }, signal }),
    refetchInterval: 5000,
  })

export const deliveriesQuery = (id: string, state: Delivery['state'] | undefined) =>
  infiniteQueryOptions({
    queryKey: ['callbacks', 'deliveries', id, state],
    queryFn: ({ signal, pageParam }) =>
      client.call('listDeliveries', { path: { id }, query: { state, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: 5000,
  })
