import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { client } from '../../lib/api/client.ts'
import type { ImportRow } from './import-rows.ts'

export interface RowResult {
  readonly ok: boolean
  readonly why: string
}

/** Requests under way at a time: enough to be quick, few enough for everybody else. */
const AT_ONCE = 4
/** Rows that are shown as done at a time: a table of thousands is not drawn for each. */
const SHOW_EVERY_MS = 250

/** Adds row after row, whatever becomes of each; what was added stays when it is cancelled. */
export function useImport(rows: readonly ImportRow[]) {
  const queryClient = useQueryClient()
  const [results, setResults] = useState<ReadonlyMap<number, RowResult>>(new Map())
  const [running, setRunning] = useState(false)
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])

  const start = async () => {
    const mine = new AbortController()
    abort.current = mine
    setRunning(true)
    const done = new Map(results)
    const left = rows.filter(({ line }) => done.get(line)?.ok !== true)
    const timer = window.setInterval(() => setResults(new Map(done)), SHOW_EVERY_MS)
    const worker = async () => {
      for (let row = left.shift(); row !== undefined && !mine.signal.aborted; row = left.shift()) {
        const result = await add(row, mine.signal)
        if (!mine.signal.aborted) done.set(row.line, result)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    window.clearInterval(timer)
    setResults(done)
    setRunning(false)
    await queryClient.invalidateQueries({ queryKey: ['devices'] })
  }
  const done = !running && results.size === rows.length && rows.length > 0
  return { start: () => void start(), cancel: () => abort.current?.abort(), results, running, done }
}

async function add({ wish }: ImportRow, signal: AbortSignal): Promise<RowResult> {
  if (wish === null) return { ok: false, why: '' }
  try {
    await client.call('createDevice', { body: wish, signal })
    return { ok: true, why: '' }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}
