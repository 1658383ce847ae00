import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

/** As many as one looks through; the search narrows the rest. */
const MOST = 200

export const treeSearchQuery = (space: string, q: string) =>
  queryOptions({
    queryKey: ['directories', 'search', space, q],
    queryFn: async ({ signal }) =>
      (await client.call('searchTree', { query: { space, q, limit: MOST }, signal })).items,
    placeholderData: keepPreviousData,
  })
