import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, patientClient } from '../../lib/api/client.ts'
import { pollMs } from '../../lib/api/live-updates.ts'
import { dayOf } from './timeline-scale.ts'

export const channelQuery = (id: string) =>
  queryOptions({
    queryKey: ['channels', 'one', id],
    queryFn: ({ signal }) => client.call('getChannel', { path: { id }, signal }),
    refetchInterval: () => pollMs(3000, 10_000),
  })

/** What the device itself says when it is asked: asked again only when somebody wants it. */
const ASKED = { staleTime: Number.POSITIVE_INFINITY, gcTime: 60_000, retry: false, refetchOnWindowFocus: false }

export const presetsQuery = (id: string) =>
  queryOptions({
    queryKey: ['presets', id],
    queryFn: async ({ signal }) => (await patientClient.call('listPresets', { path: { id }, signal })).items,
    ...ASKED,
  })

export const cruisesQuery = (id: string) =>
  queryOptions({
    queryKey: ['cruises', id],
    queryFn: async ({ signal }) => (await patientClient.call('listCruises', { path: { id }, signal })).items,
    ...ASKED,
  })

export const dayRecordingsQuery = (id: string, date: string) => {
  const { fromMs, toMs } = dayOf(date)
  return queryOptions({
    queryKey: ['device-recordings', id, date],
    queryFn: ({ signal }) =>
      patientClient.call('listDeviceRecordings', {
        path: { id },
        query: { start: new Date(fromMs).toISOString(), end: new Date(toMs).toISOString() },
        signal,
      }),
    ...ASKED,
    placeholderData: keepPreviousData,
  })
}

export const playbackQuery = (id: string) =>
  queryOptions({
    queryKey: ['playbacks', id],
    queryFn: async ({ signal }) => ({
      ...(await client.call('getPlayback', { path: { id }, signal })),
      /** When it was so, by the browser's clock. */
      atMs: Date.now(),
    }),
    refetchInterval: ({ state }) => (state.data?.state === 'ended' || state.status === 'error' ? false : 1000),
  })

export const downloadQuery = (id: string) =>
  queryOptions({
    queryKey: ['downloads', id],
    queryFn: ({ signal }) => client.call('getDownload', { path: { id }, signal }),
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.operation.state === 'running' ? 1000 : false,
  })

/** Of the edition of 2022; asked for only when somebody wants to know. */
export const homeQuery = (id: string) =>
  queryOptions({
    queryKey: ['home', id],
    queryFn: async ({ signal }) => (await patientClient.call('getHomePosition', { path: { id }, signal })).answer,
    ...ASKED,
    enabled: false,
  })

/** How long a device may take to send its pictures until nobody looks any more. */
export const SNAPSHOT_MS = 60_000

export const deviceSnapshotQuery = (id: string) =>
  queryOptions({
    queryKey: ['device-snapshots', id],
    queryFn: ({ signal }) => client.call('getDeviceSnapshot', { path: { id }, signal }),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && (data.finishedAt !== null || Date.now() - Date.parse(data.createdAt) > SNAPSHOT_MS)
        ? false
        : 1000,
  })
