import type { Kysely } from 'kysely'
import { choice, createTable, flag, optional, text, time, whole } from '../table-definition.ts'

/** Accounts, spaces, streams, nodes and what happened to them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'users', {
    id: text('us_..., never reused', c => c.primaryKey()),
    name: text('login name, unique without regard to case because it is stored in lower case', c => c.unique()),
    role: choice('role', ['administrator', 'operator', 'viewer'], 'what the account may do'),
    password_hash: text('scrypt$N$r$p$salt$hash, the last two in base64url'),
    created_at: time('when the account was made'),
  })

  await createTable(db, 'sessions', {
    token_hash: text('SHA-256 of the token in hex; the token itself is only ever with its holder', c => c.primaryKey()),
    user_id: text('whose session it is', c => c.references('users.id').onDelete('cascade')),
    created_at: time('login'),
    expires_at: time('from then on the token is refused'),
    remote: text('address the login came from'),
    agent: text('User-Agent of the login, cut to 256 letters'),
  })
  await db.schema.createIndex('sessions_expires_at').on('sessions').column('expires_at').execute()

  await createTable(db, 'spaces', {
    name: text('first segment of every stream path', c => c.primaryKey()),
    publish: choice('publish', ['key', 'open'], 'key: publishers need the push key; open: anybody may publish'),
    play: choice('play', ['signed', 'open'], 'signed: viewers need a signed URL; open: anybody may watch'),
    latency: choice('latency', ['low', 'normal'], 'class of the write window'),
    gop_cache: flag('gop_cache', 'a new viewer gets the newest GOP at once'),
    created_at: time('when the space was made'),
  })

  await createTable(db, 'space_keys', {
    id: text('sk_..., names the key without telling it', c => c.primaryKey()),
    space: text('whose key it is', c => c.references('spaces.name').onDelete('cascade')),
    purpose: choice(
      'purpose',
      ['publish', 'play'],
      'publish: the push key itself; play: signs play URLs. New URLs use the newest one, all of them are accepted',
    ),
    secret: text('the key in clear, because signing needs it; never in a log or an error'),
    created_at: time('when the key was made'),
    expires_at: optional(time('end of the grace time of a replaced key; null: in force')),
  })
  await db.schema.createIndex('space_keys_space').on('space_keys').columns(['space', 'purpose']).execute()

  await createTable(db, 'revisions', {
    name: text("what is numbered: 'spaces', the desired state of the nodes", c => c.primaryKey()),
    value: whole('number that grows with every change and is never behind the time in ms since 1970 UTC'),
  })

  await createTable(db, 'streams', {
    id: text('st_..., never reused', c => c.primaryKey()),
    path: text('space/app/name; lists are ordered by it', c => c.unique()),
    space: text('first segment of the path', c => c.references('spaces.name')),
    app: text('everything between space and name, may have several levels'),
    name: text('last segment of the path'),
    created_at: time('when it was created, or first published'),
  })
  await db.schema.createIndex('streams_space_path').on('streams').columns(['space', 'path']).execute()

  await createTable(db, 'nodes', {
    id: text('chosen by the node and kept in its own data folder', c => c.primaryKey()),
    name: text('for people'),
    version: text('version of the program'),
    endpoints: text('JSON of link/messages.ts Endpoints: where publishers and viewers reach it'),
    outbox_id: text('which outbox last_event counts in; a node that lost its outbox starts a new one'),
    last_event: whole(
      'number of the last applied event, changed in the same transaction as what the event changes; 0: none yet',
    ),
    first_seen_at: time('first hello'),
    last_seen_at: time('last hello or end of the link'),
  })

  await createTable(db, 'stream_runs', {
    id: text('rn_..., grows with the time of arrival', c => c.primaryKey()),
    path: text('space/app/name; the stream may have been deleted since'),
    node_id: text('where it ran'),
    protocol: text('protocol of the publisher: rtmp, rtmps ...'),
    remote: text('address and port of the publisher'),
    agent: text("the encoder's own words"),
    started_at: time("first frame, by the node's clock"),
    stopped_at: optional(time("end, by the node's clock; null: still running")),
    stop_reason: optional(text('why it ended; null: still running')),
    bytes_in: whole('bytes received from the publisher; 0 until the end', c => c.defaultTo(0)),
    bytes_out: whole('bytes sent to all viewers; 0 until the end', c => c.defaultTo(0)),
    frames_in: whole('frames received; 0 until the end', c => c.defaultTo(0)),
  })
  await db.schema.createIndex('stream_runs_path').on('stream_runs').columns(['path', 'id']).execute()
  await db.schema.createIndex('stream_runs_open').on('stream_runs').columns(['stopped_at', 'node_id']).execute()

  await createTable(db, 'viewer_runs', {
    id: text('vr_..., grows with the time of arrival', c => c.primaryKey()),
    viewer_id: text("the node's name for this viewing"),
    path: text('space/app/name'),
    node_id: text('where'),
    protocol: text('http-flv, ws-flv, hls, rtmp ...'),
    remote: text('address and port of the viewer'),
    started_at: time("first byte, by the node's clock"),
    stopped_at: optional(time("end, by the node's clock; null: still watching")),
    stop_reason: optional(text('why it ended; null: still watching')),
    bytes_sent: whole('bytes sent to this viewer; 0 until the end', c => c.defaultTo(0)),
  })
  await db.schema.createIndex('viewer_runs_viewer').on('viewer_runs').columns(['node_id', 'viewer_id']).execute()
  await db.schema.createIndex('viewer_runs_path').on('viewer_runs').columns(['path', 'id']).execute()
  await db.schema.createIndex('viewer_runs_open').on('viewer_runs').columns(['stopped_at', 'node_id']).execute()

  await createTable(db, 'refusals', {
    id: text('rf_..., grows with the time of arrival', c => c.primaryKey()),
    node_id: text('which node refused'),
    action: choice('action', ['publish', 'play'], 'what was refused'),
    path: text('the path that was asked for'),
    remote: text('address and port of who asked'),
    reason: text('why not'),
    at: time("when, by the node's clock"),
  })
  await db.schema.createIndex('refusals_at').on('refusals').column('at').execute()
}
