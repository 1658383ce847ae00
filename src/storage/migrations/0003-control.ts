import type { Kysely } from 'kysely'
import { addColumns, choice, createTable, flag, optional, real, text, time, whole } from '../table-definition.ts'

/** What people write on streams and nodes, numbers over time, operations, answers kept for repeated requests. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'streams', {
    title: text('name for people; empty: the path says enough', c => c.defaultTo('')),
    notes: text('free text for people', c => c.defaultTo('')),
    labels: text('JSON list of words to find streams by, sorted', c => c.defaultTo('[]')),
  })
  await db.schema.createIndex('streams_created_at').on('streams').columns(['created_at', 'path']).execute()

  const draining = flag('draining', 'takes no new publishers and viewers')
  await addColumns(db, 'nodes', {
    given_name: optional(text('name given in the console; null: the one the node gives itself')),
    draining: { ...draining, build: c => draining.build(c).defaultTo(0) },
  })

  const resolution = choice('resolution', ['minute', 'hour'], 'length of the span')
  const at = time('begin of the span')
  const samples = whole('looks taken in the span; means are weighted by it')
  await createTable(
    db,
    'stream_metrics',
    {
      path: text('space/app/name; the stream may have been deleted since'),
      resolution,
      at,
      samples,
      bitrate_kbps: real('mean received, kbit/s'),
      bitrate_max_kbps: real('highest received, kbit/s'),
      fps: real('mean video frames per second received'),
      gop_ms: optional(real('mean time between keyframes, ms; null: no video yet')),
      viewers: real('mean number of viewers'),
      viewers_max: whole('most viewers at once'),
      bytes_in: whole('bytes received in the span'),
      bytes_out: whole('bytes sent to viewers in the span'),
    },
    table => table.addPrimaryKeyConstraint('stream_metrics_key', ['path', 'resolution', 'at']),
  )
  await db.schema.createIndex('stream_metrics_at').on('stream_metrics').columns(['resolution', 'at']).execute()

  await createTable(
    db,
    'platform_metrics',
    {
      resolution,
      at,
      samples,
      nodes: real('mean of nodes whose link is up'),
      streams: real('mean of live streams'),
      streams_max: whole('most live streams at once'),
      viewers: real('mean number of viewers'),
      viewers_max: whole('most viewers at once'),
      bitrate_kbps: real('mean received for all streams, kbit/s'),
      bytes_in: whole('bytes received in the span'),
      bytes_out: whole('bytes sent to viewers in the span'),
      cpu: real('mean of the cores used by all nodes together'),
      memory_bytes: real('mean of the resident memory of all nodes together, bytes'),
    },
    table => table.addPrimaryKeyConstraint('platform_metrics_key', ['resolution', 'at']),
  )

  await createTable(db, 'operations', {
    id: text('op_..., grows with the time of its start', c => c.primaryKey()),
    kind: text('what it does, noun.verb'),
    state: choice(
      'state',
      ['running', 'done', 'failed', 'cancelled'],
      'how far it is; running ones end with the process',
    ),
    user_id: text('who started it; may have been deleted since'),
    user_name: text('name of who started it'),
    created_at: time('start'),
    finished_at: optional(time('end; null: running')),
    done: whole('steps done; kept at the end'),
    total: optional(whole('steps in all; null: not known')),
    rows: text('JSON list of what became of each step'),
    error: optional(text('JSON of code and message; null: none')),
    file: optional(text('name of the file it made; null: none')),
  })

  await createTable(
    db,
    'kept_answers',
    {
      user_id: text('who asked', c => c.references('users.id').onDelete('cascade')),
      key: text('Idempotency-Key of the request'),
      request_hash: text('SHA-256 of method, URL and body in hex'),
      status: optional(whole('HTTP status of the answer; null: still being worked on')),
      body: optional(text('body of the answer; null: none, too long or secret')),
      at: time('when it was asked'),
    },
    table => table.addPrimaryKeyConstraint('kept_answers_key', ['user_id', 'key']),
  )
  await db.schema.createIndex('kept_answers_at').on('kept_answers').column('at').execute()
}
