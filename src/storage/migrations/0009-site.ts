import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { createTable, optional, text } from '../table-definition.ts'

/** 52 bits of chance: two installations never share a mark. */
const MARK_DIGITS = 13

/** What this installation is called, and whom its users call. One row, made here, at the first start. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'site', {
    mark: text('hexadecimal; names this installation among all others; never changes', c => c.primaryKey()),
    name: text('name for people'),
    address: optional(text('URL of the official site; null: none is shown')),
    phone: optional(text('telephone number of the service; null: none is shown')),
  })
  const mark = randomBytes(MARK_DIGITS).toString('hex').slice(0, MARK_DIGITS)
  await sql`insert into site (mark, name) values (${mark}, 'Sightline')`.execute(db)
}
