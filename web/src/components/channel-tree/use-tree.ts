import { useCallback, useEffect, useRef, useState } from 'react'
import { client } from '../../lib/api/client.ts'
import { type Level, ROOT } from './tree-rows.ts'

/** Children asked for at a time: more than a screen shows. */
const PAGE = 200

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
      if (!anew) put(of, { items, nextCursor: before?.nextCursor ?? null, state: 'loading' })
      try {
        const query = { space, of: of === ROOT ? undefined : of, limit: PAGE, cursor: before?.nextCursor ?? undefined }
        const page = await client.call('listTree', { query, signal: abort.signal })
        put(of, { items: [...items, ...page.items], nextCursor: page.nextCursor, state: 'ready' })
      } catch {
        if (!abort.signal.aborted) put(of, { items, nextCursor: before?.nextCursor ?? null, state: 'failed' })
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
    for (const of of known.current.keys()) void load(of, true)
  }, [load])
  return { levels, opened, toggle, more, reload }
}
