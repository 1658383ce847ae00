import type { Kysely } from 'kysely'
import { addColumns, optional, whole } from '../table-definition.ts'

/** RTMP players of a space may want smaller or larger chunks than those of the others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'spaces', {
    chunk_size: optional(whole("bytes of the chunks RTMP players are sent; null: the node's own size")),
  })
}
