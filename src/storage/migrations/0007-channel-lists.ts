import { type Kysely, sql } from 'kysely'

/** Lists of the channels of all spaces in their order; an index of `gone_at` that has all channels drew SQLite away from it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('channels_gone').execute()
  const gone = db.schema.createIndex('channels_gone').on('channels').column('gone_at')
  await gone.where(sql.ref('gone_at'), 'is not', null).execute()
  await db.schema.createIndex('channels_all_names').on('channels').columns(['name', 'id']).execute()
  await db.schema.createIndex('channels_all_codes').on('channels').columns(['gb_id', 'id']).execute()
}
