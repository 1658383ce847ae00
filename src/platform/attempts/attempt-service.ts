import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { type AttemptFilter, AttemptStore, type AttemptSummary, type StoredAttempt } from './attempt-store.ts'
import { ladder } from './ladder.ts'
import { pcap } from './pcap.ts'

/** Failures are asked about for longer than what worked. */
const KEEP_MS = 30 * 86_400_000
const KEEP_OK_MS = 3 * 86_400_000
/** An attempt has about 10 kB of messages: 500 MB. */
const MAX_ATTEMPTS = 50_000

/** Writes down what nodes tried with devices. */
export class AttemptEvents implements EventSink {
  async apply(db: Db, nodeId: string, event: NodeEvent): Promise<void> {
    if (event.type === 'device.attempt') await new AttemptStore(db).insert(event.attempt, nodeId)
  }
}

/** What was tried with devices, what became of it, why, and what to do. */
export class AttemptService {
  readonly #db: Database
  readonly #clock: Clock

  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  async list(actor: Actor, filter: AttemptFilter, request: PageRequest<'startedAt'>): Promise<Page<AttemptSummary>> {
    permit(actor, 'devices.read')
    const rows = await new AttemptStore(this.#db).page(filter, request)
    return pageOf(rows, request.limit, ({ id, startedAtMs }) => ({ value: startedAtMs, name: id }))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<StoredAttempt> {
    permit(actor, 'devices.read')
    const attempt = await new AttemptStore(this.#db).byId(id)
    if (!attempt) throw new AppError('NOT_FOUND', { what: 'attempt', id })
    return attempt
  }

  /** For people: the exchange as a ladder, then each message. Throws NOT_FOUND. */
  async text(actor: Actor, id: string): Promise<string> {
    return ladder(await this.get(actor, id))
  }

  /** For Wireshark: the messages in packets made for them. Throws NOT_FOUND. */
  async pcap(actor: Actor, id: string): Promise<Uint8Array> {
    const { startedAtMs, messages } = await this.get(actor, id)
    return pcap(startedAtMs, messages)
  }

  /** Removes what is older than it is kept, and what is too much. */
  async tidy(): Promise<void> {
    const now = this.#clock.nowMs()
    await new AttemptStore(this.#db).tidy(now - KEEP_MS, now - KEEP_OK_MS, MAX_ATTEMPTS)
  }
}
