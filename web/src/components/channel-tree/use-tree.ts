import { useCallback, useEffect, useRef, useState } from 'react'
import { client } from '../../lib/api/client.ts'
import { onFeedEvent, pollMs } from '../../lib/api/live-updates.ts'
import { type Level, ROOT } from './tree-rows.ts'

/** Children asked for at a time: more than a screen shows. */
const PAGE = 200
/** Most the platform gives at a time. */
const MAX_PAGE = 500
/** What happens to devices and channels is looked at together: after a power cut thousands of them come back. */
const FRESH_PAUSE_MS = 2000
/** Without the feed the tree asks by itself. */
const POLL_MS = 15_000
/** What happens that a tree shows. */
const SHOWN = /^(device\.(state|catalog|catalog-part|channels)|reset)$/
const NOUNS: ReadonlySet<unknown> = new Set(['devices', 'channels', 'directories'])

export interface Tree {
  readonly levels: ReadonlyMap<string, Level>
  readonly opened: ReadonlySet<string>
  toggle(id: string): void
  /** Asks for the next children; nothing while they are awaited. */
  more(of: string): void
  /** Everything is asked for anew; what is open stays open. */
  reload(): void
}

/** The tree of a space, level by level as it is opened: what it costs does not depend on how much there is. */
export function useTree(space: string): Tree {
  const [levels, setLevels] = useState<ReadonlyMap<string, Level>>(new Map())
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const known = useRef(levels)
  known.current = levels
  const open = useRef(opened)
  open.current = opened
  const pending = useRef(new Map<string, AbortController>())

  const put = useCallback((of: string, level: Level) => {
    known.current = new Map(known.current).set(of, level)
    setLevels(known.current)
  }, [])

  const load = useCallback(
    async (of: string, anew: boolean) => {
      const before = anew ? undefined : known.current.get(of)
      if (pending.current.has(of) || (before?.state === 'ready' && before.nextCursor === null)) return
      const abort = new AbortController()
      pending.current.set(of, abort)
      const items = before?.items ?? []
      const had = anew ? (known.current.get(of)?.items.length ?? 0) : 0
      if (!anew) put(of, { items, nextCursor: before?.nextCursor ?? null, state: 'loading' })
      try {
        const all = [...items]
        let cursor = before?.nextCursor ?? null
        // anew: as many as there were, so that nobody loses the place he looks at
        do {
          const limit = Math.min(MAX_PAGE, Math.max(PAGE, had - all.length))
          const query = { space, of: of === ROOT ? undefined : of, limit, cursor: cursor ?? undefined }
          const page = await client.call('listTree', { query, signal: abort.signal })
          all.push(...page.items)
          cursor = page.nextCursor
        } while (cursor !== null && all.length < had)
        put(of, { items: all, nextCursor: cursor, state: 'ready' })
      } catch {
        // what is shown stays while it cannot be asked for anew
        if (!abort.signal.aborted && (!anew || had === 0)) {
          put(of, { items, nextCursor: before?.nextCursor ?? null, state: 'failed' })
        }
      } finally {
        if (pending.current.get(of) === abort) pending.current.delete(of)
      }
    },
    [space, put],
  )

  useEffect(() => {
    const asked = pending.current
    known.current = new Map()
    setLevels(known.current)
    setOpened(new Set())
    void load(ROOT, false)
    return () => {
      for (const abort of asked.values()) abort.abort()
      asked.clear()
    }
  }, [load])

  const toggle = useCallback(
    (id: string) => {
      setOpened(old => {
        const next = new Set(old)
        if (!next.delete(id)) next.add(id)
        return next
      })
      if (!known.current.has(id)) void load(id, false)
    },
    [load],
  )
  const more = useCallback((of: string) => void load(of, false), [load])
  const reload = useCallback(() => {
    // what is closed is asked for when it is opened again
    const closed = [...known.current.keys()].filter(of => of !== ROOT && !open.current.has(of))
    if (closed.length > 0) {
      const left = new Map(known.current)
      for (const of of closed) left.delete(of)
      known.current = left
      setLevels(left)
    }
    for (const of of known.current.keys()) void load(of, true)
  }, [load])
  useEffect(() => {
    let timer: number | undefined
    const soon = (pauseMs: number) => {
      timer ??= window.setTimeout(() => {
        timer = undefined
        reload()
      }, pauseMs)
    }
    const deaf = onFeedEvent(({ type, data }) => {
      if (SHOWN.test(type) || (type === 'changed' && NOUNS.has(data['noun']))) soon(FRESH_PAUSE_MS)
    })
    const poll = window.setInterval(() => pollMs(1, 0) > 0 && soon(0), POLL_MS)
    return () => {
      deaf()
      window.clearTimeout(timer)
      window.clearInterval(poll)
    }
  }, [reload])
  return { levels, opened, toggle, more, reload }
}
