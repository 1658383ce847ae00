import { Endpoints } from '../../link/messages.ts'
import type { Db } from '../../storage/database.ts'

export interface StoredNode {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly endpoints: Endpoints
  readonly lastSeenAtMs: number
  /** Takes no new publishers and viewers. */
  readonly draining: boolean
}

export interface SeenNode extends Omit<StoredNode, 'draining'> {
  readonly outboxId: string
}

/** What people set of a node. */
export interface NodeChange {
  /** '' takes back the given name: the node's own counts again. */
  readonly name?: string
  readonly draining?: boolean
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
      name: row.given_name ?? row.name,
      version: row.version,
      endpoints: Endpoints.parse(JSON.parse(row.endpoints)),
      lastSeenAtMs: row.last_seen_at,
      draining: row.draining === 1,
    }))
  }

  /** Remembers a hello. Answers the number of the last applied event, 0 for an outbox not seen before. */
  async seen({ id, name, version, endpoints, outboxId, lastSeenAtMs }: SeenNode) {
    const facts = { name, version, endpoints: JSON.stringify(endpoints), last_seen_at: lastSeenAtMs }
    const { last_event, draining } = await this.#db
      .insertInto('nodes')
      .values({ id, ...facts, outbox_id: outboxId, last_event: 0, first_seen_at: lastSeenAtMs })
      .onConflict(c =>
        c.column('id').doUpdateSet(e => ({
          ...facts,
          outbox_id: outboxId,
          last_event: e.case().when('nodes.outbox_id', '=', outboxId).then(e.ref('nodes.last_event')).else(0).end(),
        })),
      )
      .returning(['last_event', 'draining'])
      .executeTakeFirstOrThrow()
    return { lastEvent: last_event, draining: draining === 1 }
  }

  /** False when there is no such node. */
  async update(id: string, { name, draining }: NodeChange): Promise<boolean> {
    const change = {
      ...(name === undefined ? {} : { given_name: name === '' ? null : name }),
      ...(draining === undefined ? {} : { draining: draining ? 1 : 0 }),
    }
    const result = await this.#db.updateTable('nodes').set(change).where('id', '=', id).executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('nodes').where('id', '=', id).execute()
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
