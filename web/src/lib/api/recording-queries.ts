import type { Schemas } from '@sightline/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'
import { all, PAGE_ROWS } from './queries.ts'

/** Nouns of recording that more than one feature shows. */
export type Recording = Schemas['Recording']
export type RecordingDetail = Schemas['RecordingDetail']
export type RecordingNow = Schemas['RecordingNow']
export type Snapshot = Schemas['Snapshot']
export type Template = Schemas['Template']
export type Plan = Schemas['Plan']
export type Binding = Schemas['Binding']
export type Export = Schemas['Export']

export const templatesQuery = () =>
  queryOptions({
    queryKey: ['templates', 'list'],
    queryFn: async ({ signal }) => (await client.call('listTemplates', { signal })).items,
  })

export const plansQuery = () =>
  queryOptions({
    queryKey: ['plans', 'list'],
    queryFn: async ({ signal }) => (await client.call('listPlans', { signal })).items,
  })

/** Whether a stream is being recorded, and why. */
export const recordingNowQuery = (id: string) =>
  queryOptions({
    queryKey: ['recordings', 'now', id],
    queryFn: ({ signal }) => client.call('getStreamRecording', { path: { id }, signal }),
    refetchInterval: 5000,
  })

/** Streams to choose from, whatever their state, by name. */
export const streamNamesQuery = (space: string | undefined) =>
  queryOptions({
    queryKey: ['streams', 'names', space],
    queryFn: ({ signal }) => all('listStreams', { query: { space, limit: PAGE_ROWS }, signal }),
    staleTime: 30_000,
  })

export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: ['exports', 'one', id],
    queryFn: ({ signal }) => client.call('getExport', { path: { id }, signal }),
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.operation.state === 'running' ? 700 : false,
  })
