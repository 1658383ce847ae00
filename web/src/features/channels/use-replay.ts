import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useCallback, useEffect, useState } from 'react'
import { useNowMs } from '../../components/ago.tsx'
import { api, deviceApi } from '../../lib/api/client.ts'
import type { Playback } from '../../lib/api/types.ts'
import { playbackQuery } from './queries.ts'

/** From fastest backwards to fastest forwards, so that a step slower than the slowest goes back. */
export const SPEEDS: readonly number[] = [-16, -8, -4, -2, -1, 0.25, 0.5, 1, 2, 4, 8, 16]

export interface Replay {
  /** Null: the picture is live. */
  readonly session: Playback | null
  readonly starting: boolean
  readonly error: unknown
  /** Moment of the recording that is shown now, as far as it is known. */
  readonly atMs: number | null
  readonly speed: number
  playFrom(ms: number, endMs: number): void
  retry(): void
  togglePause(): void
  setSpeed(speed: number): void
  stop(): void
}

/** One playback of a channel at a time; it ends with the page. */
export function useReplay(channel: string): Replay {
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const now = useNowMs()
  const [id, setId] = useState<string | null>(null)
  const [aim, setAim] = useState<number | null>(null)
  const known = useQuery({ ...playbackQuery(id ?? ''), enabled: id !== null })
  const start = useMutation({
    mutationFn: ({ ms, endMs }: { ms: number; endMs: number }) => {
      const body = { start: new Date(ms).toISOString(), end: new Date(endMs).toISOString(), speed: 1 }
      return deviceApi('startPlayback', { path: { id: channel }, body }).send()
    },
    onSuccess: session => {
      queryClient.setQueryData(playbackQuery(session.id).queryKey, { ...session, atMs: Date.now() })
      setId(session.id)
    },
  })
  const fail = (error: Error) => void message.error({ content: error.message, key: 'replay' })
  const keep = (session: Playback) =>
    queryClient.setQueryData(playbackQuery(session.id).queryKey, { ...session, atMs: Date.now() })
  const order = useMutation({ mutationFn: (send: () => Promise<Playback>) => send(), onSuccess: keep, onError: fail })

  const end = useCallback((id: string | null) => {
    if (id !== null)
      void api('stopPlayback', { path: { id } })
        .send()
        .catch(() => {}) // it may be over already
  }, [])
  useEffect(() => () => end(id), [id, end])

  const session = id === null ? null : (known.data ?? null)
  const over = session?.state === 'ended'
  const speed = session?.speed ?? 1
  const position = session?.position == null ? null : Date.parse(session.position)
  const since = session?.state === 'on' && known.data !== undefined ? now - known.data.atMs : 0
  const reported = position === null ? null : position + Math.max(0, since) * speed

  return {
    session: over ? null : session,
    starting: start.isPending,
    error: start.error,
    atMs: start.isPending || reported === null ? aim : reported,
    speed,
    playFrom(ms, endMs) {
      setAim(ms)
      const span = start.data === undefined ? undefined : start.variables
      // Within what the device was asked for it goes there by itself; anything else is another call.
      if (session !== null && !over && span !== undefined && ms >= span.ms && ms < span.endMs) {
        order.mutate(
          deviceApi('seekPlayback', { path: { id: session.id }, body: { at: new Date(ms).toISOString() } }).send,
        )
        return
      }
      end(id)
      setId(null)
      start.mutate({ ms, endMs })
    },
    retry() {
      if (start.variables !== undefined) start.mutate(start.variables)
    },
    togglePause() {
      if (session === null || over) return
      const operation = session.state === 'paused' ? 'resumePlayback' : 'pausePlayback'
      order.mutate(deviceApi(operation, { path: { id: session.id } }).send)
    },
    setSpeed(speed) {
      if (session === null || over) return
      order.mutate(deviceApi('setPlaybackSpeed', { path: { id: session.id }, body: { speed } }).send)
    },
    stop() {
      end(id)
      setId(null)
      setAim(null)
      start.reset()
    },
  }
}
