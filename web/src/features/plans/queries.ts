import { queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

export const planQuery = (id: string) =>
  queryOptions({
    queryKey: ['plans', 'one', id],
    queryFn: ({ signal }) => client.call('getPlan', { path: { id }, signal }),
  })

/** Where a plan is in force. */
export const planUseQuery = (id: string) =>
  queryOptions({
    queryKey: ['bindings', 'plan', id],
    queryFn: async ({ signal }) =>
      (await client.call('listBindings', { query: { plan: id, limit: 100 }, signal })).items,
  })
