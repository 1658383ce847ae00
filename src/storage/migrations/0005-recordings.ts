import type { Kysely } from 'kysely'
import { type Column, choice, createTable, flag, optional, real, text, time, whole } from '../table-definition.ts'

/** How streams are recorded and when, what was recorded, what is missing, who is told of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await desired(db)
  await recorded(db)
  await missing(db)
  await told(db)
}

const spaceOf = (meaning: string) => text(meaning, c => c.references('spaces.name').onDelete('cascade'))
const counter = (meaning: string) => whole(meaning, c => c.defaultTo(0))

async function desired(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'templates',
    {
      id: text('tp_..., never reused', c => c.primaryKey()),
      kind: choice('kind', ['record', 'snapshot'], 'what is made by it'),
      name: text('for people, unique within its kind'),
      notes: text('free text for people'),
      settings: text('JSON of the other fields of link/recording.ts RecordTemplate or SnapshotTemplate'),
      created_at: time('when it was made'),
    },
    table => table.addUniqueConstraint('templates_name', ['kind', 'name']),
  )

  await createTable(db, 'plans', {
    id: text('pl_..., never reused', c => c.primaryKey()),
    name: text('for people', c => c.unique()),
    zone: text('IANA name of the time zone of its times'),
    week: text('JSON, Monday first: lists of startS, endS (seconds of the wall), subject and teacher'),
    created_at: time('when it was made'),
  })

  await createTable(
    db,
    'template_bindings',
    {
      scope: choice('scope', ['space', 'stream'], 'stream: goes over what its space says'),
      target: text('name of the space, or path of the stream, which may not exist yet'),
      kind: choice('kind', ['record', 'snapshot'], 'kind of its template'),
      space: spaceOf('the space of the target'),
      template_id: optional(
        text('what is in force; null: nothing, whatever the space says', c => c.references('templates.id')),
      ),
      plan_id: optional(text('when; null: always', c => c.references('plans.id'))),
      created_at: time('when it was bound'),
    },
    table => table.addPrimaryKeyConstraint('template_bindings_key', ['scope', 'target', 'kind']),
  )
  await db.schema.createIndex('template_bindings_template').on('template_bindings').column('template_id').execute()
  await db.schema.createIndex('template_bindings_plan').on('template_bindings').column('plan_id').execute()

  await createTable(db, 'recording_controls', {
    path: text('space/app/name', c => c.primaryKey()),
    space: spaceOf('first segment of the path'),
    running: flag('running', 'recorded until somebody stops it'),
    template_id: optional(
      text('how; null: as the bindings say', c => c.references('templates.id').onDelete('set null')),
    ),
    created_at: time('since when'),
    created_by: text('name of who did it'),
  })
}

async function recorded(db: Kysely<unknown>): Promise<void> {
  const cause = choice('cause', ['always', 'plan', 'manual', 'event'], 'why it is recorded')
  await createTable(db, 'segments', {
    id: text('name the node gave it', c => c.primaryKey()),
    path: text('space/app/name; the stream may have been deleted since'),
    space: text('first segment of the path'),
    node_id: text('where it lies'),
    template_id: optional(text('template in force then; may have been deleted since. null: none')),
    recording: text('the same from a start of recording to its stop'),
    cause,
    format: choice('format', ['fmp4', 'mp4', 'flv', 'hls'], 'how it is written'),
    store: text('name of the store at the node'),
    object: text('name in the store'),
    state: choice('state', ['open', 'closed', 'recovered'], 'recovered: completed after its node had been killed'),
    started_at: time('time of the first picture or sound'),
    ended_at: time('end of what is written'),
    size_bytes: whole('size, bytes'),
    fragments: whole('number of fragments'),
    video: optional(text('JSON of codec, width and height in pixels; null: none')),
    audio: optional(text('JSON of codec, sampleRate in Hz and channels; null: none')),
    sha256: optional(text('of the finished file, hex; null: open or cut off')),
    held: flag('held', 'never deleted until it is released'),
    thinned: flag('thinned', 'only keyframes are left'),
    subject: text('what it is about, of the plan or written by people; or empty'),
    teacher: text('whose lesson it is, of the plan or written by people; or empty'),
    note: text('free text for people'),
    filed: flag('filed', 'subject and teacher were written by people, not by the plan'),
  })
  // the last column makes merged spans of a month a look at the index alone
  const byTime = ['started_at', 'id', 'ended_at']
  await db.schema
    .createIndex('segments_path')
    .on('segments')
    .columns(['path', ...byTime])
    .execute()
  await db.schema
    .createIndex('segments_space')
    .on('segments')
    .columns(['space', ...byTime])
    .execute()
  await db.schema.createIndex('segments_started_at').on('segments').columns(byTime).execute()
  await db.schema.createIndex('segments_node').on('segments').columns(['node_id', 'id']).execute()

  await createTable(db, 'snapshots', {
    id: text('name the node gave it', c => c.primaryKey()),
    path: text('space/app/name; the stream may have been deleted since'),
    space: text('first segment of the path'),
    node_id: text('where it lies'),
    template_id: optional(text('template in force then; may have been deleted since. null: none')),
    cause: choice(
      'cause',
      ['demand', 'periodic', 'recordingStart', 'recordingEnd', 'recorded', 'device'],
      'why it was taken',
    ),
    store: text('name of the store at the node'),
    object: text('name in the store'),
    format: choice('format', ['jpeg', 'webp'], 'how it is written'),
    width: whole('number of pixels of a row'),
    height: whole('number of rows'),
    size_bytes: whole('size, bytes'),
    taken_at: time('time of the picture'),
  })
  await db.schema.createIndex('snapshots_path').on('snapshots').columns(['path', 'taken_at', 'id']).execute()
  await db.schema.createIndex('snapshots_space').on('snapshots').columns(['space', 'taken_at', 'id']).execute()
  await db.schema.createIndex('snapshots_taken_at').on('snapshots').columns(['taken_at', 'id']).execute()

  const state = choice('state', ['started', 'paused', 'resumed', 'stopped', 'error'], 'what happened to the recording')
  const happened = (at: Column) => ({
    node_id: text('where it is recorded'),
    recording: text('the same from a start of recording to its stop'),
    state,
    cause,
    template_id: optional(text('template in force; null: none')),
    reason: text('why, or empty'),
    at,
  })
  await createTable(db, 'recording_states', {
    path: text('space/app/name', c => c.primaryKey()),
    ...happened(time('since when')),
  })
  await createTable(db, 'recording_log', {
    id: text('rl_..., grows with the time of arrival', c => c.primaryKey()),
    path: text('space/app/name'),
    ...happened(time('when')),
  })
  await db.schema.createIndex('recording_log_path').on('recording_log').columns(['path', 'at']).execute()
  await db.schema.createIndex('recording_log_at').on('recording_log').column('at').execute()

  await createTable(db, 'storage_usage', {
    path: text('space/app/name; the stream may have been deleted since', c => c.primaryKey()),
    space: text('first segment of the path'),
    segments: counter('number of recorded files'),
    segment_bytes: counter('their size, bytes'),
    snapshots: counter('number of pictures'),
    snapshot_bytes: counter('their size, bytes'),
  })
  await db.schema.createIndex('storage_usage_space').on('storage_usage').column('space').execute()

  await createTable(
    db,
    'storage_days',
    {
      day: whole('number of the day since 1970-01-01 UTC'),
      space: text('whose recordings and pictures'),
      written_bytes: counter('written on that day, bytes'),
      deleted_bytes: counter('deleted on that day, bytes'),
    },
    table => table.addPrimaryKeyConstraint('storage_days_key', ['day', 'space']),
  )

  await createTable(db, 'exports', {
    id: text('id of its operation', c => c.primaryKey()),
    node_id: text('where it is made'),
    export_id: text('name the node gave it; empty until it has begun', c => c.defaultTo('')),
    path: text('space/app/name'),
    format: choice('format', ['mp4', 'flv'], 'how it is written'),
    started_at: time('begin of what is exported'),
    ended_at: time('end of what is exported'),
    size_bytes: optional(whole('size of the file, bytes; null: not done')),
    url: optional(text('path of the file at the media port of the node; null: not done')),
    created_at: time('when it was asked for'),
    user_id: text('who asked for it'),
  })
}

async function missing(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'coverage_hours',
    {
      path: text('space/app/name'),
      space: text('first segment of the path'),
      at: time('begin of the hour'),
      planned_s: real('seconds that should have been recorded'),
      recorded_s: real('seconds that were recorded'),
    },
    table => table.addPrimaryKeyConstraint('coverage_hours_key', ['path', 'at']),
  )
  await db.schema.createIndex('coverage_hours_space').on('coverage_hours').columns(['space', 'at']).execute()
  await db.schema.createIndex('coverage_hours_at').on('coverage_hours').column('at').execute()

  await createTable(db, 'coverage_gaps', {
    id: text('gp_...', c => c.primaryKey()),
    path: text('space/app/name'),
    space: text('first segment of the path'),
    reason: text('why nothing was recorded, of link/recording.ts GAP_REASONS'),
    started_at: time('begin'),
    ended_at: time('end; moves on while the gap lasts'),
  })
  await db.schema.createIndex('coverage_gaps_path').on('coverage_gaps').columns(['path', 'started_at']).execute()
  await db.schema.createIndex('coverage_gaps_started_at').on('coverage_gaps').column('started_at').execute()

  await createTable(db, 'alerts', {
    id: text('al_..., grows with the time it was raised', c => c.primaryKey()),
    kind: text('what is wrong, noun.adjective'),
    object: text('what it is wrong with: path of a stream, or node and store'),
    path: optional(text('space/app/name; null: concerns no single stream')),
    node_id: text('where, or empty'),
    reason: text('why'),
    raised_at: time('since when'),
    cleared_at: optional(time('end; null: still wrong')),
  })
  await db.schema.createIndex('alerts_object').on('alerts').columns(['kind', 'object', 'cleared_at']).execute()
  await db.schema.createIndex('alerts_path').on('alerts').columns(['path', 'raised_at']).execute()
}

async function told(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'callbacks', {
    id: text('cb_..., never reused', c => c.primaryKey()),
    name: text('for people'),
    url: text('where events are sent'),
    events: text('JSON list of the wanted events, see callbacks/callback.ts'),
    scope: choice('scope', ['all', 'space', 'template'], 'which streams'),
    target: text('name of the space or id of the template; empty for all'),
    secret: text('signs what is sent'),
    ali_signature: flag('ali_signature', 'the headers ALI-LIVE-TIMESTAMP and ALI-LIVE-SIGNATURE are sent too'),
    enabled: flag('enabled', 'events are collected and sent'),
    created_at: time('when it was made'),
  })

  await createTable(db, 'callback_deliveries', {
    number: whole('number that grows with each delivery, in the order of the events', c => c.primaryKey()),
    id: text('cd_..., sent along so that the receiver knows a repetition', c => c.unique()),
    callback_id: text('for whom', c => c.references('callbacks.id').onDelete('cascade')),
    event: text('what is told'),
    object: text('what it is about: path of a stream, or id of a device; in order for each'),
    body: text('JSON that is sent'),
    media: optional(text('what of the stream the URL in the body leads to; null: the body has no URL')),
    state: choice('state', ['waiting', 'delivered', 'dead'], 'dead: given up, may be sent again by hand'),
    attempts: counter('number of tries'),
    next_at: time('not tried before'),
    created_at: time('when it happened'),
    finished_at: optional(time('end; null: waiting')),
    last_status: optional(whole('HTTP status of the last answer; null: none came')),
    last_error: text('why the last try failed, or empty', c => c.defaultTo('')),
    last_answer: text('begin of the body of the last answer', c => c.defaultTo('')),
  })
  const deliveries = (name: string) => db.schema.createIndex(`callback_deliveries_${name}`).on('callback_deliveries')
  await deliveries('line').columns(['callback_id', 'state', 'object', 'number']).execute()
  await deliveries('number').columns(['callback_id', 'number']).execute()
  await deliveries('finished_at').columns(['state', 'finished_at']).execute()
}
