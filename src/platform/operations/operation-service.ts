import type { Clock } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { may } from '../access/permission.ts'
import type { EventFeed } from '../events-feed/event-feed.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { Operation, OperationError, OperationRow } from './operation.ts'
import { type OperationFilter, OperationStore } from './operation-store.ts'

/** Operations at once; each may keep a node busy. */
const MAX_RUNNING = 16
/** Long enough to be found again after a holiday. */
const KEEP_MS = 30 * 86_400_000
/** Progress is told at most so often. */
const TELL_EVERY_MS = 500

/** What an operation may do while it runs. */
export interface Progress {
  /** Of the operation. */
  readonly id: string
  /** Aborted when somebody cancels it, or the platform stops. */
  readonly signal: AbortSignal
  /** One step is done. */
  step(row: OperationRow): void
  /** So many of the steps are done, of a task whose steps need no rows. */
  reached(done: number): void
}

export interface Task {
  /** noun.verb */
  readonly kind: string
  /** Steps in all; null: not known. */
  readonly total: number | null
  /** Answers the name of the file it made, or null. */
  run(progress: Progress): Promise<string | null>
}

interface Running {
  operation: Operation
  readonly abort: AbortController
  readonly rows: OperationRow[]
  toldAtMs: number
  ended: Promise<void>
}

export interface OperationServiceOptions {
  readonly db: Database
  readonly feed: EventFeed
  readonly clock: Clock
  readonly log: Log
}

/** Commands that take longer than a request: started here, watched by whoever may, kept when they end. */
export class OperationService implements Closable {
  readonly #options: OperationServiceOptions
  readonly #store: OperationStore
  readonly #running = new Map<string, Running>()

  private constructor(options: OperationServiceOptions) {
    this.#options = options
    this.#store = new OperationStore(options.db)
  }

  static async open(options: OperationServiceOptions): Promise<OperationService> {
    const service = new OperationService(options)
    const error = { code: 'INTERRUPTED', message: 'the platform was restarted' }
    await service.#store.endRunning(error, options.clock.nowMs())
    return service
  }

  /** The caller has checked the permission of what is to be done. Throws TOO_MANY_REQUESTS. */
  async start(actor: Actor, task: Task): Promise<Operation> {
    if (this.#running.size >= MAX_RUNNING) throw new AppError('TOO_MANY_REQUESTS', { seconds: 10 })
    const now = this.#options.clock.nowMs()
    const operation: Operation = {
      ...{ id: newId('op', now), kind: task.kind, state: 'running', userId: actor.id, userName: actor.name },
      ...{ createdAtMs: now, finishedAtMs: null, done: 0, total: task.total, rows: [], error: null, file: null },
    }
    const running: Running = {
      operation,
      abort: new AbortController(),
      rows: [],
      toldAtMs: now,
      ended: Promise.resolve(),
    }
    this.#running.set(operation.id, running)
    try {
      await this.#store.insert(operation)
    } catch (error) {
      this.#running.delete(operation.id)
      throw error
    }
    this.#tell(operation)
    running.ended = this.#run(running, task)
    return operation
  }

  /** One's own, and for administrators all. */
  async list(actor: Actor, filter: OperationFilter, request: PageRequest<'createdAt'>): Promise<Page<Operation>> {
    const own = may(actor, 'operations.all') ? filter : { ...filter, userId: actor.id }
    const rows = (await this.#store.page(own, request)).map(row => this.#running.get(row.id)?.operation ?? row)
    return pageOf(rows, request.limit, ({ id, createdAtMs }) => ({ value: createdAtMs, name: id }))
  }

  /** Throws NOT_FOUND, also for those of others. */
  async get(actor: Actor, id: string): Promise<Operation> {
    const found = this.#running.get(id)?.operation ?? (await this.#store.byId(id))
    if (!found || (found.userId !== actor.id && !may(actor, 'operations.all'))) {
      throw new AppError('NOT_FOUND', { what: 'operation', id })
    }
    return found
  }

  /** What is done stays done. One that has ended stays as it is. Throws NOT_FOUND. */
  async cancel(actor: Actor, id: string): Promise<Operation> {
    await this.get(actor, id)
    const running = this.#running.get(id)
    running?.abort.abort()
    await running?.ended
    return this.get(actor, id)
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    await this.#store.deleteOlderThan(this.#options.clock.nowMs() - KEEP_MS)
  }

  async close(): Promise<void> {
    const all = [...this.#running.values()]
    for (const { abort } of all) abort.abort()
    await Promise.all(all.map(({ ended }) => ended))
  }

  async #run(running: Running, task: Task): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = running.abort
    let end: Pick<Operation, 'state' | 'error' | 'file'>
    try {
      const file = await task.run({
        id: running.operation.id,
        signal,
        step: row => this.#step(running, row),
        reached: done => this.#reached(running, done),
      })
      end = { state: signal.aborted ? 'cancelled' : 'done', error: null, file }
    } catch (error) {
      if (!signal.aborted) log.warn('operation failed', { id: running.operation.id, reason: errorText(error) })
      end = { state: signal.aborted ? 'cancelled' : 'failed', error: signal.aborted ? null : told(error), file: null }
    }
    const operation = { ...running.operation, ...end, rows: running.rows, finishedAtMs: clock.nowMs() }
    running.operation = operation
    try {
      await this.#store.update(operation)
    } catch (error) {
      log.error('operation not written down', { id: operation.id, reason: errorText(error) })
    }
    this.#running.delete(operation.id)
    this.#tell(operation)
  }

  #step(running: Running, row: OperationRow): void {
    running.rows.push(row)
    running.operation = { ...running.operation, rows: running.rows }
    this.#reached(running, running.rows.length)
  }

  #reached(running: Running, done: number): void {
    running.operation = { ...running.operation, done }
    const now = this.#options.clock.nowMs()
    if (now - running.toldAtMs < TELL_EVERY_MS) return
    running.toldAtMs = now
    this.#tell(running.operation)
  }

  /** Only the numbers: what the steps were about is for whoever may ask for it. */
  #tell({ id, kind, state, done, total, userId }: Operation): void {
    const data = { id, kind, state, done, total, userId }
    this.#options.feed.publish({ type: 'operation', permission: 'streams.read', path: null, data })
  }
}

/** The error of a step or of the whole, as the API tells it. */
export function told(error: unknown): OperationError {
  if (error instanceof AppError) return { code: error.code, message: error.message }
  return { code: 'INTERNAL', message: 'failed; the log has the details' }
}
