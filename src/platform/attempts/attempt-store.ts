import type { Attempt } from '../../link/gb28181.ts'
import type { Db } from '../../storage/database.ts'
import type { AttemptTable } from '../../storage/device-tables.ts'
import { behind, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'

export interface AttemptFilter {
  readonly space?: string | undefined
  readonly deviceId?: string | undefined
  readonly gbId?: string | undefined
  /** Code. */
  readonly channel?: string | undefined
  readonly kind?: Attempt['kind'] | undefined
  readonly ok?: boolean | undefined
  readonly verdict?: string | undefined
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/** An attempt without its messages. */
export interface AttemptSummary extends Omit<Attempt, 'messages'> {
  readonly nodeId: string
}

export interface StoredAttempt extends AttemptSummary {
  readonly messages: Attempt['messages']
}

const SUMMARY = [
  ...(['id', 'kind', 'space', 'device_id', 'gb_id', 'channel_gb_id', 'node_id', 'started_at', 'ended_at'] as const),
  ...(['ok', 'verdict', 'summary', 'advice', 'figures'] as const),
] as const

/** SQL of attempts. */
export class AttemptStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert({ messages, figures, ...attempt }: Attempt, nodeId: string): Promise<void> {
    const { id, kind, space, device, gbId, channel, startedAtMs, endedAtMs, ok, verdict, summary, advice } = attempt
    await this.#db
      .insertInto('attempts')
      .values({
        ...{ id, kind, space, device_id: device, gb_id: gbId, channel_gb_id: channel, node_id: nodeId },
        ...{ started_at: startedAtMs, ended_at: endedAtMs, ok: Number(ok), verdict, summary, advice },
        ...{ figures: JSON.stringify(figures), messages: JSON.stringify(messages) },
      })
      .onConflict(c => c.column('id').doNothing())
      .execute()
  }

  async byId(id: string): Promise<StoredAttempt | undefined> {
    const row = await this.#db.selectFrom('attempts').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) return undefined
    return { ...toSummary(row), messages: JSON.parse(row.messages) as Attempt['messages'] } // written above
  }

  /** One row more than the limit, when there is one. */
  async page(filter: AttemptFilter, { sort, after, limit }: PageRequest<'startedAt'>): Promise<AttemptSummary[]> {
    const { space, deviceId, gbId, channel, kind, ok, verdict, fromMs, toMs } = filter
    let query = this.#db.selectFrom('attempts').select(SUMMARY)
    if (space !== undefined) query = query.where('space', '=', space)
    if (deviceId !== undefined) query = query.where('device_id', '=', deviceId)
    if (gbId !== undefined) query = query.where('gb_id', '=', gbId)
    if (channel !== undefined) query = query.where('channel_gb_id', '=', channel)
    if (kind !== undefined) query = query.where('kind', '=', kind)
    if (ok !== undefined) query = query.where('ok', '=', Number(ok))
    if (verdict !== undefined) query = query.where('verdict', '=', verdict)
    if (fromMs !== undefined) query = query.where('started_at', '>=', fromMs)
    if (toMs !== undefined) query = query.where('started_at', '<', toMs)
    if (after !== undefined) query = query.where(behind('started_at', 'id', after, sort))
    const rows = await query
      .orderBy('started_at', direction(sort))
      .orderBy('id', direction(sort))
      .limit(limit + 1)
      .execute()
    return rows.map(toSummary)
  }

  /** Removes what began before a time, the oldest beyond `most`, and of those that worked the ones from before `okMs`. */
  async tidy(beforeMs: number, okMs: number, most: number): Promise<void> {
    await this.#db.deleteFrom('attempts').where('started_at', '<', beforeMs).execute()
    await this.#db.deleteFrom('attempts').where('ok', '=', 1).where('started_at', '<', okMs).execute()
    const newest = this.#db.selectFrom('attempts').select('started_at').orderBy('started_at', 'desc')
    const oldest = await newest.offset(most).limit(1).executeTakeFirst()
    if (oldest) await this.#db.deleteFrom('attempts').where('started_at', '<=', oldest.started_at).execute()
  }
}

function toSummary(row: Pick<AttemptTable, (typeof SUMMARY)[number]>): AttemptSummary {
  return {
    id: row.id,
    kind: row.kind as Attempt['kind'], // written above
    ...{ space: row.space, device: row.device_id, gbId: row.gb_id, channel: row.channel_gb_id, nodeId: row.node_id },
    ...{ startedAtMs: row.started_at, endedAtMs: row.ended_at, ok: row.ok === 1, verdict: row.verdict },
    ...{ summary: row.summary, advice: row.advice },
    figures: JSON.parse(row.figures) as Attempt['figures'], // written above
  }
}
