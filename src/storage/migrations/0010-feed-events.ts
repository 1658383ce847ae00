import type { Kysely } from 'kysely'
import { createTable, optional, text, time, whole } from '../table-definition.ts'

/** The newest of what people want to see of the time before a restart of the platform. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'feed_events', {
    number: whole('number that grows with each event, in the order they were told', c => c.primaryKey()),
    at: time('when it happened'),
    type: text('type in the event feed, such as stream.on'),
    path: optional(text('space/app/name; null: concerns no single stream')),
    data: text('JSON of what is told of it'),
  })
}
