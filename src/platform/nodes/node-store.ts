import { Endpoints } from '../../link/messages.ts'
import type { Db } from '../../storage/database.ts'

export interface StoredNode {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly endpoints: Endpoints
  readonly lastSeenAtMs: number
}

export interface SeenNode extends StoredNode {
  readonly outboxId: string
}

/** SQL of nodes and of the position in their outboxes. */
export class NodeStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<StoredNode[]> {
    const rows = await this.#db.selectFrom('nodes').selectAll().orderBy('id').execute()
    return rows.map(row => ({
      id: row.id,
      name: row.name,
      version: row.version,
      endpoints: Endpoints.parse(JSON.parse(row.endpoints)),
      lastSeenAtMs: row.last_seen_at,
    }))
  }

  /** Remembers a hello. Answers the number of the last applied event: 0 for an outbox not seen before. */
  async seen({ id, name, version, endpoints, outboxId, lastSeenAtMs }: SeenNode): Promise<number> {
    const facts = { name, version, endpoints: JSON.stringify(endpoints), last_seen_at: lastSeenAtMs }
    const { last_event } = await this.#db
      .insertInto('nodes')
      .values({ id, ...facts, outbox_id: outboxId, last_event: 0, first_seen_at: lastSeenAtMs })
      .onConflict(c =>
        c.column('id').doUpdateSet(e => ({
          ...facts,
          outbox_id: outboxId,
          last_event: e.case().when('nodes.outbox_id', '=', outboxId).then(e.ref('nodes.last_event')).else(0).end(),
        })),
      )
      .returning('last_event')
      .executeTakeFirstOrThrow()
    return last_event
  }

  async lastEvent(id: string): Promise<number> {
    const row = this.#db.selectFrom('nodes').select('last_event').where('id', '=', id)
    return (await row.executeTakeFirstOrThrow()).last_event
  }

  async setLastEvent(id: string, number: number): Promise<void> {
    await this.#db.updateTable('nodes').set({ last_event: number }).where('id', '=', id).execute()
  }

  async setLastSeen(id: string, atMs: number): Promise<void> {
    await this.#db.updateTable('nodes').set({ last_seen_at: atMs }).where('id', '=', id).execute()
  }
}
