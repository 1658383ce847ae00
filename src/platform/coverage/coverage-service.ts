import type { Clock } from '../../base/clock.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { Span } from '../recordings/recording.ts'
import { checkSpan } from '../recordings/recording-service.ts'
import type { StreamService } from '../streams/stream-service.ts'
import { type Coverage, CoverageStore, type Gap } from './coverage-store.ts'

/** As long as it is kept. */
const MAX_SPAN_MS = 400 * 86_400_000
/** Of each stream; the newest ones. */
const MAX_GAPS = 100

export interface CoverageQuery extends Span, PageRequest<'path'> {
  /** Id of a stream. */
  readonly stream?: string | undefined
  readonly space?: string | undefined
}

export interface CoverageWithGaps extends Coverage {
  readonly gaps: readonly Gap[]
}

/** What should have been recorded, what was, and why not the rest. */
export class CoverageService {
  readonly #db: Database
  readonly #streams: StreamService
  readonly #clock: Clock

  constructor(db: Database, streams: StreamService, clock: Clock) {
    this.#db = db
    this.#clock = clock
    this.#streams = streams
  }

  /** Of each stream something was planned for, in whole minutes; of days before yesterday in whole hours. Throws NOT_FOUND, INVALID. */
  async list(actor: Actor, { stream, space, ...query }: CoverageQuery): Promise<Page<CoverageWithGaps>> {
    permit(actor, 'recordings.read')
    checkSpan(query, MAX_SPAN_MS)
    const path = stream === undefined ? undefined : (await this.#streams.get(actor, stream)).path
    const { startMs, endMs, ...request } = query
    const store = new CoverageStore(this.#db)
    const rows = await store.page({ startMs, endMs, path, space }, request, this.#clock.nowMs())
    const page = pageOf(rows, request.limit, ({ path }) => ({ value: path, name: path }))
    const gaps = await store.gaps(
      page.items.map(({ path }) => path),
      { startMs, endMs },
      MAX_GAPS,
    )
    return { ...page, items: page.items.map(row => ({ ...row, gaps: gaps.get(row.path) ?? [] })) }
  }
}
