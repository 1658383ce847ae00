import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'

const KEEP_MS = 24 * 3_600_000
/** Keys of one user within a day; a program that makes more does not repeat itself. */
const MAX_PER_USER = 10_000
/** Longer answers are done once all the same, but not kept. */
const MAX_BODY_LENGTH = 64 * 1024

export interface KeptAnswer {
  readonly status: number
  readonly body: string
}

/** Answers to requests that may come again: done once, told as often as asked for. */
export class KeptAnswerService {
  readonly #db: Database
  readonly #clock: Clock

  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /**
   * The answer given before; null: nobody asked yet, and it is the caller's to do and to `keep` or `forget`.
   * Throws KEY_REUSED for another request under the same key, and KEY_IN_USE while the first one is being worked on,
   * was cut off, or had an answer that is not kept.
   */
  async begin({ id: user_id }: Actor, key: string, requestHash: string): Promise<KeptAnswer | null> {
    const at = this.#clock.nowMs()
    return this.#db.independent(`answers ${user_id}`, async trx => {
      const kept = await trx
        .selectFrom('kept_answers')
        .selectAll()
        .where('user_id', '=', user_id)
        .where('key', '=', key)
        .executeTakeFirst()
      if (kept && kept.at > at - KEEP_MS) {
        if (kept.request_hash !== requestHash) throw new AppError('KEY_REUSED', { key })
        if (kept.status === null || kept.body === null) throw new AppError('KEY_IN_USE', { key })
        return { status: kept.status, body: kept.body }
      }
      if (kept) await trx.deleteFrom('kept_answers').where('user_id', '=', user_id).where('key', '=', key).execute()
      const { count } = await trx
        .selectFrom('kept_answers')
        .select(e => e.fn.countAll<number>().as('count'))
        .where('user_id', '=', user_id)
        .executeTakeFirstOrThrow()
      if (count >= MAX_PER_USER) throw new AppError('TOO_MANY_REQUESTS', { seconds: 3600 })
      await trx.insertInto('kept_answers').values({ user_id, key, request_hash: requestHash, at }).execute()
      return null
    })
  }

  /** `body` null: the answer has a secret, it is not told again. */
  async keep({ id }: Actor, key: string, status: number, body: string | null): Promise<void> {
    const kept = body !== null && body.length > MAX_BODY_LENGTH ? null : body
    await this.#db
      .updateTable('kept_answers')
      .set({ status, body: kept })
      .where('user_id', '=', id)
      .where('key', '=', key)
      .execute()
  }

  /** What failed for no fault of the request may be tried again. */
  async forget({ id }: Actor, key: string): Promise<void> {
    await this.#db.deleteFrom('kept_answers').where('user_id', '=', id).where('key', '=', key).execute()
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    await this.#db
      .deleteFrom('kept_answers')
      .where('at', '<=', this.#clock.nowMs() - KEEP_MS)
      .execute()
  }
}
