import { useRef } from 'react'
import type { PlayUrls } from '../../lib/api/types.ts'

/** Shown URLs may be that much closer to their end than fresh ones. */
const MAX_BEHIND_MS = 10 * 60_000

/** The URLs to go on showing: the platform signs anew at each answer, and text that changes cannot be selected. */
export function steadyUrls(shown: PlayUrls, fresh: PlayUrls): PlayUrls {
  if (shown.expiresAt === null || fresh.expiresAt === null) return fresh
  const bare = (url: string) => url.split('?')[0]
  const behindMs = Date.parse(fresh.expiresAt) - Date.parse(shown.expiresAt)
  return bare(shown.flv) === bare(fresh.flv) && behindMs >= 0 && behindMs <= MAX_BEHIND_MS ? shown : fresh
}

export function useSteadyUrls(fresh: PlayUrls): PlayUrls {
  const shown = useRef(fresh)
  shown.current = steadyUrls(shown.current, fresh)
  return shown.current
}
