import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Stream } from '../../lib/api/types.ts'
import { alarmsQuery, timelineQuery } from './queries.ts'
import { daysOf, growing, type Span, type Track, trackOf, UNKNOWN_TRACK } from './track.ts'

export interface Tracks {
  /** One for each stream, in their order. */
  readonly tracks: readonly Track[]
  readonly pending: boolean
  readonly error: Error | null
}

const present = <T>(value: T | undefined): value is T => value !== undefined

/** What is known of the streams in the days of a view, and of the time that is played. */
export function useTracks(streams: readonly Stream[], view: Span, positionMs: number): Tracks {
  const days = [...new Set([...daysOf(view), ...daysOf({ fromMs: positionMs, toMs: positionMs + 1 })])].sort()
  const wanted = streams.flatMap(({ id, path }) => days.map(day => ({ id, path, day })))
  const timelines = useQueries({ queries: wanted.map(({ id, day }) => timelineQuery(id, day)) })
  const alarms = useQueries({ queries: wanted.map(({ path, day }) => alarmsQuery(path, day)) })
  // The answers stay the same objects until one of them changes; the list of them does not.
  const state = [...timelines, ...alarms].map(({ dataUpdatedAt }) => dataUpdatedAt).join()
  const key = wanted.map(({ id, day }) => `${id} ${day}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: state and key say when the answers are others
  const tracks = useMemo(
    () =>
      streams.map((_, i) => {
        const ofStream = <T>(all: readonly T[]) => all.slice(i * days.length, (i + 1) * days.length)
        const parts = ofStream(timelines).map(({ data }) => data)
        const told = ofStream(alarms).flatMap(({ data }) => data ?? [])
        const known = parts.filter(present)
        return known.length === 0 ? UNKNOWN_TRACK : growing(trackOf(known, told), Date.now())
      }),
    [state, key],
  )
  const failed = timelines.find(({ isError, data }) => isError && data === undefined)
  return {
    tracks,
    pending: timelines.some(({ isPending, fetchStatus }) => isPending && fetchStatus !== 'idle'),
    error: failed?.error ?? null,
  }
}
