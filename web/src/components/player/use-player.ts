import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Live, PlayUrls, Stream } from '../../lib/api/types.ts'
import { browserCapabilities } from './capabilities.ts'
import { planPlayback } from './plan.ts'
import { PlayerSession, type PlayerSnapshot } from './session.ts'
import { tilePlan } from './tile-plan.ts'

/** A tab out of sight for this long stops receiving; nobody watches it, and its buffer would only grow. */
const HIDDEN_STOP_MS = 10_000

/** What can be played: a stream, or something that has URLs like one. */
export interface Playable extends Pick<Stream, 'id' | 'name' | 'state'> {
  readonly play: Pick<PlayUrls, 'flv' | 'wsFlv' | 'hls'>
  /** Null: its tracks are not known. */
  readonly live: Pick<Live, 'video' | 'audio' | 'waiting'> | null
}

export interface Player {
  readonly session: PlayerSession
  readonly attach: (video: HTMLVideoElement | null) => void
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden)
  useEffect(() => {
    let timer: number | undefined
    const onChange = () => {
      window.clearTimeout(timer)
      if (document.hidden) timer = window.setTimeout(() => setVisible(false), HIDDEN_STOP_MS)
      else setVisible(true)
    }
    document.addEventListener('visibilitychange', onChange)
    return () => {
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', onChange)
    }
  }, [])
  return visible
}

export interface PlayerOptions {
  /** One of many on the page: see tilePlan. */
  readonly tile?: boolean
  /** False: nothing is received. */
  readonly active?: boolean
}

/** Plays `stream` while it is on and the page is seen. Starts anew when its codecs change, not when URLs are re-signed. */
export function usePlayer(stream: Playable, { tile = false, active = true }: PlayerOptions = {}): Player {
  const latest = useRef(stream)
  latest.current = stream
  const [video, attach] = useState<HTMLVideoElement | null>(null)
  const visible = useVisible()
  const session = useMemo(
    () =>
      new PlayerSession(() => {
        const { play, live } = latest.current
        const plan = planPlayback(
          { urls: play, video: live?.video ?? null, audio: live?.audio ?? null },
          browserCapabilities(),
        )
        return tile ? tilePlan(plan) : plan
      }),
    [tile],
  )
  const codecs = [stream.live?.video, stream.live?.audio].map(track => track?.codecString ?? '').join()
  const on = stream.state === 'on' && active
  // biome-ignore lint/correctness/useExhaustiveDependencies: another stream or other codecs need a new start
  useEffect(() => {
    if (video === null || !on || !visible) return
    session.start(video)
    return () => session.stop()
  }, [session, video, on, visible, stream.id, codecs])
  return { session, attach }
}

export const usePlayerSnapshot = ({ session }: Player): PlayerSnapshot =>
  useSyncExternalStore(session.subscribe, session.getSnapshot)

/** Without the numbers, which change twice a second. */
export const usePlayerPhase = ({ session }: Player): PlayerSnapshot['playback']['phase'] =>
  useSyncExternalStore(session.subscribe, () => session.getSnapshot().playback.phase)
