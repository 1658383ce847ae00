import { queryOptions } from '@tanstack/react-query'
import { client } from '../../lib/api/client.ts'
import { dayLater, dayName, dayStart } from '../../lib/days.ts'

/** Today grows; the days before may lose something, seldom. */
const TODAY_MS = 10_000

export const timelineQuery = (id: string, day: string) =>
  queryOptions({
    queryKey: ['recordings', 'timeline', id, day],
    queryFn: ({ signal }) => {
      const endMs = Math.min(dayStart(dayLater(day, 1)), Date.now())
      const query = { start: new Date(dayStart(day)).toISOString(), end: new Date(endMs).toISOString() }
      return client.call('getTimeline', { path: { id }, query, signal })
    },
    enabled: dayStart(day) < Date.now(),
    refetchInterval: () => (day === dayName(Date.now()) ? TODAY_MS : false),
    staleTime: TODAY_MS,
  })

/** `month` is YYYY-MM. */
export const daysQuery = (id: string, month: string) =>
  queryOptions({
    queryKey: ['recordings', 'days', id, month],
    queryFn: async ({ signal }) => {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
      return (await client.call('listRecordingDays', { path: { id }, query: { month, zone }, signal })).items
    },
    staleTime: 60_000,
  })

/** The newest that was recorded. */
export const newestQuery = (id: string) =>
  queryOptions({
    queryKey: ['recordings', 'newest', id],
    queryFn: async ({ signal }) =>
      (await client.call('listRecordings', { query: { stream: id, limit: 1 }, signal })).items[0] ?? null,
    staleTime: 60_000,
  })

/** Streams of channels of GB/T 28181 devices end with the channel's code. */
const CODE = /\d{20}$/

/** Alarms of the device whose picture it is; of a stream that is none, nothing is asked for. */
export const alarmsQuery = (path: string, day: string) =>
  queryOptions({
    queryKey: ['alarms', 'replay', path, day],
    queryFn: async ({ signal }) => {
      const space = path.slice(0, path.indexOf('/'))
      const query = {
        ...{ space, limit: 500 },
        start: new Date(dayStart(day)).toISOString(),
        end: new Date(dayStart(dayLater(day, 1))).toISOString(),
      }
      const { items } = await client.call('listAlarms', { query, signal })
      return items.filter(({ channelGbId }) => channelGbId !== '' && path.endsWith(channelGbId))
    },
    enabled: CODE.test(path),
    staleTime: TODAY_MS,
  })
