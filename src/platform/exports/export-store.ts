import type { Selectable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { ExportTable } from '../../storage/tables.ts'
import { direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import type { Export } from './export.ts'

/** SQL of exports. */
export class ExportStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async byId(id: string): Promise<Export | undefined> {
    const row = await this.#db.selectFrom('exports').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toExport(row)
  }

  /** One row more than the limit, when there is one. Ids grow with the time. */
  async page(userId: string | undefined, { sort, after, limit }: PageRequest<'createdAt'>): Promise<Export[]> {
    let query = this.#db.selectFrom('exports').selectAll()
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    if (after !== undefined) query = query.where('id', sort.descending ? '<' : '>', after.name)
    const rows = await query
      .orderBy('id', direction(sort))
      .limit(limit + 1)
      .execute()
    return rows.map(toExport)
  }

  async insert(row: Export): Promise<void> {
    await this.#db
      .insertInto('exports')
      .values({
        ...{ id: row.id, node_id: row.nodeId, export_id: row.exportId, path: row.path, format: row.format },
        ...{ started_at: row.startMs, ended_at: row.endMs, size_bytes: row.sizeBytes, url: row.url },
        ...{ created_at: row.createdAtMs, user_id: row.userId },
      })
      .execute()
  }

  async began(id: string, exportId: string): Promise<void> {
    await this.#db.updateTable('exports').set({ export_id: exportId }).where('id', '=', id).execute()
  }

  async done(id: string, sizeBytes: number, url: string): Promise<void> {
    await this.#db.updateTable('exports').set({ size_bytes: sizeBytes, url }).where('id', '=', id).execute()
  }

  async deleteOlderThan(ms: number): Promise<void> {
    await this.#db.deleteFrom('exports').where('created_at', '<', ms).execute()
  }
}

function toExport(row: Selectable<ExportTable>): Export {
  const { id, node_id, export_id, path, format, started_at, ended_at, size_bytes, url, created_at, user_id } = row
  return {
    ...{ id, nodeId: node_id, exportId: export_id, path, format, startMs: started_at, endMs: ended_at },
    ...{ sizeBytes: size_bytes, url, createdAtMs: created_at, userId: user_id },
  }
}
