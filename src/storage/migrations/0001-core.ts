import { type Kysely, sql } from 'kysely'

/** Accounts, spaces, streams, nodes and what happened to them. Every time is milliseconds since 1970 UTC. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    // us_..., never reused
    .addColumn('id', 'text', c => c.primaryKey())
    // login name, unique without regard to case because it is stored in lower case
    .addColumn('name', 'text', c => c.notNull().unique())
    // what the account may do: see platform/access/permission.ts
    .addColumn('role', 'text', c => c.notNull().check(sql`role in ('administrator', 'operator', 'viewer')`))
    // scrypt$N$r$p$salt$hash, the last two in base64url
    .addColumn('password_hash', 'text', c => c.notNull())
    // when the account was made
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('sessions')
    // SHA-256 of the token in hex; the token itself is only ever with its holder
    .addColumn('token_hash', 'text', c => c.primaryKey())
    // whose session it is
    .addColumn('user_id', 'text', c => c.notNull().references('users.id').onDelete('cascade'))
    // login time
    .addColumn('created_at', 'bigint', c => c.notNull())
    // from then on the token is refused
    .addColumn('expires_at', 'bigint', c => c.notNull())
    // address the login came from
    .addColumn('remote', 'text', c => c.notNull())
    // User-Agent of the login, cut to 256 letters
    .addColumn('agent', 'text', c => c.notNull())
    .execute()
  await db.schema.createIndex('sessions_expires_at').on('sessions').column('expires_at').execute()

  await db.schema
    .createTable('spaces')
    // first segment of every stream path
    .addColumn('name', 'text', c => c.primaryKey())
    // key: publishers need the push key; open: anybody may publish
    .addColumn('publish', 'text', c => c.notNull().check(sql`publish in ('key', 'open')`))
    // signed: viewers need a signed URL; open: anybody may watch
    .addColumn('play', 'text', c => c.notNull().check(sql`play in ('signed', 'open')`))
    // class of the write window: low or normal
    .addColumn('latency', 'text', c => c.notNull().check(sql`latency in ('low', 'normal')`))
    // 1: a new viewer gets the newest GOP at once
    .addColumn('gop_cache', 'integer', c => c.notNull().check(sql`gop_cache in (0, 1)`))
    // when the space was made
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('space_keys')
    // sk_..., names the key without telling it
    .addColumn('id', 'text', c => c.primaryKey())
    // whose key it is
    .addColumn('space', 'text', c => c.notNull().references('spaces.name').onDelete('cascade'))
    // publish: the push key itself; play: signs play URLs. The newest one is used for new URLs, all of them are accepted
    .addColumn('purpose', 'text', c => c.notNull().check(sql`purpose in ('publish', 'play')`))
    // the key in clear, because signing needs it; never in a log or an error
    .addColumn('secret', 'text', c => c.notNull())
    // when the key was made
    .addColumn('created_at', 'bigint', c => c.notNull())
    // end of the grace time of a replaced key; null: in force
    .addColumn('expires_at', 'bigint')
    .execute()
  await db.schema.createIndex('space_keys_space').on('space_keys').columns(['space', 'purpose']).execute()

  await db.schema
    .createTable('revisions')
    // what is numbered: 'spaces', the desired state of the nodes
    .addColumn('name', 'text', c => c.primaryKey())
    // grows with every change and is never behind the time
    .addColumn('value', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('streams')
    // st_..., never reused
    .addColumn('id', 'text', c => c.primaryKey())
    // space/app/name; lists are ordered by it
    .addColumn('path', 'text', c => c.notNull().unique())
    // first segment of the path
    .addColumn('space', 'text', c => c.notNull().references('spaces.name'))
    // everything between space and name, may have several levels
    .addColumn('app', 'text', c => c.notNull())
    // last segment of the path
    .addColumn('name', 'text', c => c.notNull())
    // when it was created, or first published
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await db.schema.createIndex('streams_space_path').on('streams').columns(['space', 'path']).execute()

  await db.schema
    .createTable('nodes')
    // chosen by the node and kept in its own data folder
    .addColumn('id', 'text', c => c.primaryKey())
    // for people
    .addColumn('name', 'text', c => c.notNull())
    // version of the program
    .addColumn('version', 'text', c => c.notNull())
    // JSON of link/messages.ts Endpoints: where publishers and viewers reach it
    .addColumn('endpoints', 'text', c => c.notNull())
    // which outbox last_event counts in; a node that lost its outbox starts a new one
    .addColumn('outbox_id', 'text', c => c.notNull())
    // number of the last applied event, changed in the same transaction as what the event changes; 0: none yet
    .addColumn('last_event', 'bigint', c => c.notNull())
    // first hello
    .addColumn('first_seen_at', 'bigint', c => c.notNull())
    // last hello or end of the link
    .addColumn('last_seen_at', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('stream_runs')
    // rn_..., grows with the time of arrival
    .addColumn('id', 'text', c => c.primaryKey())
    // space/app/name; the stream may have been deleted since
    .addColumn('path', 'text', c => c.notNull())
    // where it ran
    .addColumn('node_id', 'text', c => c.notNull())
    // protocol of the publisher: rtmp, rtmps ...
    .addColumn('protocol', 'text', c => c.notNull())
    // address and port of the publisher
    .addColumn('remote', 'text', c => c.notNull())
    // the encoder's own words
    .addColumn('agent', 'text', c => c.notNull())
    // first frame, by the node's clock
    .addColumn('started_at', 'bigint', c => c.notNull())
    // end, by the node's clock; null: still running
    .addColumn('stopped_at', 'bigint')
    // why it ended
    .addColumn('stop_reason', 'text')
    // bytes received from the publisher; 0 until the end
    .addColumn('bytes_in', 'bigint', c => c.notNull().defaultTo(0))
    // bytes sent to all viewers; 0 until the end
    .addColumn('bytes_out', 'bigint', c => c.notNull().defaultTo(0))
    // frames received; 0 until the end
    .addColumn('frames_in', 'bigint', c => c.notNull().defaultTo(0))
    .execute()
  await db.schema.createIndex('stream_runs_path').on('stream_runs').columns(['path', 'id']).execute()
  await db.schema.createIndex('stream_runs_open').on('stream_runs').columns(['stopped_at', 'node_id']).execute()

  await db.schema
    .createTable('viewer_runs')
    // vr_..., grows with the time of arrival
    .addColumn('id', 'text', c => c.primaryKey())
    // the node's name for this viewing
    .addColumn('viewer_id', 'text', c => c.notNull())
    // space/app/name
    .addColumn('path', 'text', c => c.notNull())
    // where
    .addColumn('node_id', 'text', c => c.notNull())
    // http-flv, ws-flv, hls, rtmp ...
    .addColumn('protocol', 'text', c => c.notNull())
    // address and port of the viewer
    .addColumn('remote', 'text', c => c.notNull())
    // first byte, by the node's clock
    .addColumn('started_at', 'bigint', c => c.notNull())
    // end, by the node's clock; null: still watching
    .addColumn('stopped_at', 'bigint')
    // why it ended
    .addColumn('stop_reason', 'text')
    // bytes sent to this viewer; 0 until the end
    .addColumn('bytes_sent', 'bigint', c => c.notNull().defaultTo(0))
    .execute()
  await db.schema.createIndex('viewer_runs_viewer').on('viewer_runs').columns(['node_id', 'viewer_id']).execute()
  await db.schema.createIndex('viewer_runs_path').on('viewer_runs').columns(['path', 'id']).execute()
  await db.schema.createIndex('viewer_runs_open').on('viewer_runs').columns(['stopped_at', 'node_id']).execute()

  await db.schema
    .createTable('refusals')
    // rf_..., grows with the time of arrival
    .addColumn('id', 'text', c => c.primaryKey())
    // which node refused
    .addColumn('node_id', 'text', c => c.notNull())
    // publish or play
    .addColumn('action', 'text', c => c.notNull())
    // the path that was asked for
    .addColumn('path', 'text', c => c.notNull())
    // address and port of who asked
    .addColumn('remote', 'text', c => c.notNull())
    // why not
    .addColumn('reason', 'text', c => c.notNull())
    // when, by the node's clock
    .addColumn('at', 'bigint', c => c.notNull())
    .execute()
  await db.schema.createIndex('refusals_at').on('refusals').column('at').execute()
}
