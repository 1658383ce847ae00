import type { Kysely } from 'kysely'
import { addColumns, choice, createTable, flag, optional, text, time, whole } from '../table-definition.ts'

/** Accounts that can be disabled, sessions that can be listed, API keys, the audit log, rules of spaces, forbidden streams. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'users', {
    disabled: withDefault(flag('disabled', 'may not log in, and its keys are refused'), 0),
    last_login_at: optional(time('last login; null: never')),
  })

  // logins live a day: those from before this version are over
  await db.schema.dropTable('sessions').execute()
  await createTable(db, 'sessions', {
    id: text('ss_..., names the session without telling its token', c => c.primaryKey()),
    token_hash: text('SHA-256 of the token in hex; the token itself is only ever with its holder', c => c.unique()),
    user_id: text('whose session it is', c => c.references('users.id').onDelete('cascade')),
    created_at: time('login'),
    expires_at: time('from then on the token is refused'),
    last_used_at: time('last request, to the minute'),
    remote: text('address the login came from'),
    agent: text('User-Agent of the login, cut to 256 letters'),
  })
  await db.schema.createIndex('sessions_expires_at').on('sessions').column('expires_at').execute()
  await db.schema.createIndex('sessions_user_id').on('sessions').column('user_id').execute()

  await createTable(db, 'api_keys', {
    id: text('ak_..., names the key without telling it', c => c.primaryKey()),
    name: text('for people'),
    user_id: text('who made it; the key never may more than he may now', c =>
      c.references('users.id').onDelete('cascade'),
    ),
    token_hash: text('SHA-256 of the key in hex; the key itself is only ever with its holder', c => c.unique()),
    scopes: text('JSON list of what it is for, see access/actor.ts'),
    created_at: time('when it was made'),
    expires_at: optional(time('from then on it is refused; null: never')),
    last_used_at: optional(time('last request, to the minute; null: never')),
    last_used_from: text('address of that request, or empty', c => c.defaultTo('')),
  })
  await db.schema.createIndex('api_keys_user_id').on('api_keys').column('user_id').execute()

  await createTable(db, 'audit', {
    number: whole('number that grows with each entry, in the order of the changes', c => c.primaryKey()),
    at: time('when'),
    actor_kind: choice('actor_kind', ['user', 'key', 'system', 'nobody'], 'nobody: a login that was refused'),
    actor_id: text('user id, also for a key; may have been deleted since. Empty for system and nobody'),
    actor_name: text('name then: of the user, of user and key, or the name that tried to log in'),
    action: text('what was done, noun.verb, see audit/audit-action.ts'),
    object: text('what it was done to: id, or name of a space'),
    before: optional(text('JSON of the changed fields before, secrets masked; null: it did not exist')),
    after: optional(text('JSON of the changed fields after, secrets masked; null: it does not exist any more')),
    remote: text('address the request came from'),
    trace_id: text('trace id of the request'),
  })
  await db.schema.createIndex('audit_at').on('audit').column('at').execute()
  await db.schema.createIndex('audit_action').on('audit').columns(['action', 'number']).execute()
  await db.schema.createIndex('audit_object').on('audit').columns(['object', 'number']).execute()
  await db.schema.createIndex('audit_actor').on('audit').columns(['actor_id', 'number']).execute()

  await addColumns(db, 'spaces', {
    enabled: withDefault(flag('enabled', 'publishers and viewers are let in'), 1),
    address_rules: optional(text('JSON of link/messages.ts AddressRules; null: off, all addresses may')),
    referer_rules: optional(text('JSON of link/messages.ts RefererRules; null: off, all pages may')),
    max_viewers: optional(whole('viewers of all streams of the space on one node; null: no limit')),
    max_viewers_per_stream: optional(whole("viewers of one stream on one node; null: the node's own limit")),
  })

  await createTable(db, 'forbidden_streams', {
    path: text('space/app/name that nobody may publish; the stream may not exist yet or any more', c => c.primaryKey()),
    space: text('first segment of the path', c => c.references('spaces.name').onDelete('cascade')),
    until: optional(time('end; null: until somebody takes it back')),
    reason: text('why, told to the publisher'),
    created_at: time('since when'),
    created_by: text('name of who did it'),
  })

  await addColumns(db, 'stream_runs', {
    publisher_id: text("the node's name for this publishing; empty in rows older than the column", c =>
      c.defaultTo(''),
    ),
  })
  await db.schema.createIndex('stream_runs_publisher').on('stream_runs').column('publisher_id').execute()
  await addColumns(db, 'viewer_runs', {
    agent: text("the player's own words", c => c.defaultTo('')),
    frames_dropped: whole('frames left out because the viewer was too slow; 0 until the end', c => c.defaultTo(0)),
  })
  await db.schema.createIndex('viewer_runs_started').on('viewer_runs').columns(['started_at', 'id']).execute()
  await db.schema.createIndex('viewer_runs_viewer_id').on('viewer_runs').column('viewer_id').execute()
}

function withDefault(column: ReturnType<typeof flag>, value: 0 | 1): ReturnType<typeof flag> {
  return { ...column, build: c => column.build(c).defaultTo(value) }
}
