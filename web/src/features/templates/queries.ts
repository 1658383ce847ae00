import type { Schemas } from '@sightline/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'
import { all, PAGE_ROWS } from '../../lib/api/queries.ts'

export type Kind = Schemas['Template']['type']

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', 'one', id],
    queryFn: ({ signal }) => client.call('getTemplate', { path: { id }, signal }),
  })

/** All places something is bound at, of a space or of all. */
export const bindingsQuery = (space: string | undefined) =>
  queryOptions({
    queryKey: ['bindings', 'list', space],
    queryFn: ({ signal }) => all('listBindings', { query: { space, limit: PAGE_ROWS }, signal }),
  })

export const templateUseQuery = (id: string) =>
  queryOptions({
    queryKey: ['bindings', 'template', id],
    queryFn: ({ signal }) => all('listTemplateBindings', { path: { id }, query: { limit: PAGE_ROWS }, signal }),
  })
