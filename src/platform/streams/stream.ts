import { AppError } from '../../base/errors.ts'
import type { StreamStatus } from '../../link/status.ts'

/** One live channel by its address; `live` is what a node says about it right now. */
export interface Stream {
  readonly id: string
  readonly path: string
  readonly space: string
  readonly app: string
  readonly name: string
  /** For people; '' when the path says enough. */
  readonly title: string
  readonly notes: string
  /** Words to find it by, sorted. */
  readonly labels: readonly string[]
  readonly createdAtMs: number
  readonly live: { readonly nodeId: string; readonly status: StreamStatus } | null
}

export type StreamAddress = Pick<Stream, 'space' | 'app' | 'name'>

/** What people write on a stream. */
export type StreamFacts = Pick<Stream, 'title' | 'notes' | 'labels'>

export function pathOf({ space, app, name }: StreamAddress): string {
  return `${space}/${app}/${name}`
}

/** Space is the first level, name the last, app everything between. Throws INVALID with fewer than three levels. */
export function addressOf(path: string): StreamAddress {
  const first = path.indexOf('/')
  const last = path.lastIndexOf('/')
  if (first <= 0 || last - first < 2 || last === path.length - 1) {
    throw new AppError('INVALID', { field: 'path', reason: 'expected space/app/name' })
  }
  return { space: path.slice(0, first), app: path.slice(first + 1, last), name: path.slice(last + 1) }
}
