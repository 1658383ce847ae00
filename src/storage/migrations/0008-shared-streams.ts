import type { Kysely } from 'kysely'
import { createTable, optional, text } from '../table-definition.ts'

/** Streams that are no channels of devices, shown to upper platforms. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'parent_streams',
    {
      parent_id: text('the upper platform', c => c.references('parent_platforms.id').onDelete('cascade')),
      stream_id: text('what is shared', c => c.references('streams.id').onDelete('cascade')),
      shared_id: text('its code there, 20 digits; no channel shared there has it'),
      name: optional(text('its name there; null: as here')),
      group_gb_id: optional(text('virtual directory it hangs below; null: below our system')),
    },
    table =>
      table
        .addPrimaryKeyConstraint('parent_streams_key', ['parent_id', 'stream_id'])
        .addUniqueConstraint('parent_streams_code', ['parent_id', 'shared_id']),
  )
  await db.schema.createIndex('parent_streams_stream').on('parent_streams').column('stream_id').execute()
}
