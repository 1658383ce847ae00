import { useSyncExternalStore } from 'react'
import { ago, duration, exactTime } from '../lib/format.ts'
import { languageTag } from '../lib/i18n.ts'
import { languagePreference, usePreference } from '../lib/preferences.ts'

const listeners = new Set<() => void>()
let timer: number | undefined
let nowMs = Date.now()

/** One tick a second for all clocks of the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (listeners.size === 1) {
    nowMs = Date.now()
    timer = window.setInterval(() => {
      nowMs = Date.now()
      for (const each of listeners) each()
    }, 1000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) window.clearInterval(timer)
  }
}

export const useNowMs = (): number => useSyncExternalStore(subscribe, () => nowMs)

/** '3 minutes ago', the exact time on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNowMs()
  const language = languageTag(usePreference(languagePreference))
  const atMs = Date.parse(at)
  return (
    <time dateTime={at} title={exactTime(atMs, language)} className="tabular">
      {ago(atMs, now, language)}
    </time>
  )
}

/** A running clock since then, the exact time on hover. */
export function Since({ at }: { at: string }) {
  const now = useNowMs()
  const language = languageTag(usePreference(languagePreference))
  const atMs = Date.parse(at)
  return (
    <time dateTime={at} title={exactTime(atMs, language)} className="tabular">
      {duration(now - atMs)}
    </time>
  )
}
