import { queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'

/** Those that people made; mirrored ones are told by their platforms. */
export const directoriesQuery = (space: string) =>
  queryOptions({
    queryKey: ['directories', 'own', space],
    queryFn: async ({ signal }) => (await client.call('listDirectories', { query: { space }, signal })).items,
  })
