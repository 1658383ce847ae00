import type { Kysely } from 'kysely'
import { addColumns, choice, createTable, flag, optional, real, text, time, whole } from '../table-definition.ts'

const longitude = optional(real('degrees east, WGS-84; null: not known'))
const latitude = optional(real('degrees north, WGS-84; null: not known'))
const DEVICE = 'the device it belongs to'

/** Devices of GB/T 28181 with their channels and directories, what they tell, and upper platforms. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'spaces', {
    gb_password: optional(text('password of GB/T 28181 devices without their own; null: each needs its own')),
    gb_admission: text('listed, password or approve: what becomes of devices nobody listed', c =>
      c.defaultTo('listed'),
    ),
    gb_send_date: defaultFlag('gb_send_date', 'the answer to REGISTER has the time', 1),
    gb_zone: text('IANA zone of times without one', c => c.defaultTo('Asia/Shanghai')),
    gb_stop_after_s: whole('seconds after the last viewer until a device may stop sending', c => c.defaultTo(30)),
  })
  await directories(db)
  await devices(db)
  await channels(db)
  await presets(db)
  await told(db)
  await parents(db)
}

async function directories(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'directories', {
    id: text('dr_..., grows with the time it was made', c => c.primaryKey()),
    space: text('space whose tree it is in', c => c.references('spaces.name').onDelete('cascade')),
    parent_id: optional(text('directory it is in; null: at the top', c => c.references('directories.id'))),
    kind: choice(
      'kind',
      ['own', 'area', 'group', 'organisation', 'system', 'device'],
      'own: made by people; others mirror a catalog: area by civil code, 215 business group, 216 organisation, 200 system, 111 to 130 device',
    ),
    name: text('as shown'),
    description: text('free text for people'),
    device_id: optional(text('device whose catalog it mirrors; null: own')),
    gb_id: optional(text('its code in that catalog; null: own')),
    parent_gb_id: text('code it is said to hang below; empty: top of its device'),
    sync: text('the catalog that told of it last; empty: own, or only referred to'),
    created_at: time('when it was made or first told of'),
  })
  await db.schema.createIndex('directories_tree').on('directories').columns(['space', 'parent_id', 'name']).execute()
  await db.schema.createIndex('directories_parent').on('directories').column('parent_id').execute()
  await db.schema.createIndex('directories_code').on('directories').columns(['device_id', 'gb_id']).unique().execute()
}

async function devices(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'devices',
    {
      id: text('dv_..., grows with the time it was added', c => c.primaryKey()),
      space: text('space it belongs to', c => c.references('spaces.name').onDelete('cascade')),
      protocol: choice('protocol', ['gb28181'], 'how it speaks'),
      type: choice('type', ['ipc', 'nvr', 'platform'], 'camera, recorder, lower platform'),
      gb_id: text('code of 20 digits, unique in its space'),
      name: text('for people; unique for nobody'),
      password: optional(text('what it registers with, in clear: the digest needs it; null: that of its space')),
      enabled: flag('enabled', 'registrations are taken'),
      locked: flag('locked', 'wrong credentials; refused until somebody unlocks it'),
      media: text('how media comes: auto, udp, tcp-passive, tcp-active'),
      charset: text('auto, gb18030, utf-8'),
      subscribe: text('JSON: what is subscribed'),
      quirks: text('JSON: its ways, as people set them'),
      learnt_quirks: text('JSON: its ways, as a node learnt them'),
      redirect: optional(text('JSON: server it is sent to by 302; null: stays here')),
      directory_id: optional(
        text('own directory it is in; null: top of its space', c =>
          c.references('directories.id').onDelete('set null'),
        ),
      ),
      description: text('free text for people'),
      vendor: text('as people wrote it'),
      longitude,
      latitude,
      auto_start: flag('auto_start', 'its channels run whenever it is there'),
      params: text('free text for programs'),
      stopped: flag('stopped', 'its streams are kept off'),
      restart_at: optional(time('when a stopped one goes on by itself; null: when it is started')),
      created_at: time('when it was added'),
      search: text('lower-case text it is found by'),
      state: choice('state', ['new', 'on', 'suspect', 'off', 'failed'], 'as its node told last; new: never registered'),
      reason: text('why it is in this state; empty: nothing to say'),
      state_at: optional(time('since when; null: never registered')),
      registered_at: optional(time('last registration; null: never')),
      registered_until: optional(time('end of that registration; null: not known')),
      last_seen_at: optional(time('last sign of it that was told; null: none')),
      node_id: optional(text('node it registered at last; null: none')),
      remote: text('address and port of its signalling; empty: not known'),
      transport: text('UDP, TCP or TLS; empty: not known'),
      gb_version: text('X-GB-Ver; empty: it says none'),
      user_agent: text('its own words'),
      manufacturer: text('DeviceInfo; empty: not known'),
      model: text('DeviceInfo; empty: not known'),
      firmware: text('DeviceInfo; empty: not known'),
      told_channels: whole('number of channels by DeviceInfo; 0: not known'),
      catalog_at: optional(time('last catalog that ended; null: none')),
      catalog_promised: whole('number of entries that catalog promised'),
      catalog_received: whole('number of entries that came'),
    },
    table => table.addUniqueConstraint('devices_code', ['space', 'gb_id']),
  )
  for (const column of ['name', 'created_at', 'gb_id', 'directory_id', 'state']) {
    await db.schema.createIndex(`devices_${column}`).on('devices').columns([column, 'id']).execute()
  }

  await createTable(
    db,
    'pending_devices',
    {
      id: text('pd_..., grows with the time it first asked', c => c.primaryKey()),
      space: text('space it asked to be in', c => c.references('spaces.name').onDelete('cascade')),
      gb_id: text('code of 20 digits'),
      remote: text('address and port it asked from last'),
      agent: text('its own words'),
      first_at: time('first time it asked'),
      last_at: time('last time it asked'),
      asked: whole('number of times it asked'),
      rejected_by: optional(text('name of who rejected it; null: waits')),
    },
    table => table.addUniqueConstraint('pending_devices_code', ['space', 'gb_id']),
  )
}

async function channels(db: Kysely<unknown>): Promise<void> {
  const device = text(DEVICE, c => c.references('devices.id'))
  await createTable(
    db,
    'channels',
    {
      id: text('ch_..., grows with the time it was first told of', c => c.primaryKey()),
      device_id: device,
      space: text('space of its device'),
      gb_id: text('code of 20 digits, unique in its device'),
      stream_name: text('name of its stream, unique in the space: its code, or that of its device and its own'),
      kind: choice(
        'kind',
        ['video', 'audioIn', 'audioOut', 'alarmIn', 'alarmOut', 'other'],
        'what it is, by the type in its code',
      ),
      name: text('as shown: the given one, else the told one, else its code'),
      told_name: text('as its catalog says'),
      given_name: optional(text('as people call it; null: as its catalog says')),
      manufacturer: text('as its catalog says'),
      model: text('as its catalog says'),
      civil_code: text('area, as its catalog says'),
      address: text('where it hangs, as its catalog says'),
      parent_ids: text('JSON list of codes it is said to hang below'),
      business_group_id: optional(text('code of its business group; null: none')),
      place: text('code of the mirrored directory it is in; empty: directly below its device'),
      parental: flag('parental', 'has children'),
      status: choice('status', ['on', 'off'], 'as its catalog says'),
      longitude,
      latitude,
      ptz_type: whole(
        'number of PTZType: 0 not said, 1 dome, 2 half dome, 3 fixed bullet, 4 remote bullet, 5 remote half dome, 6, 7 split',
      ),
      more: text('JSON: the other fields by their names in the standard'),
      search: text('lower-case text it is found by'),
      enabled: flag('enabled', 'may be watched'),
      directory_id: optional(
        text('own directory people put it in; null: none', c => c.references('directories.id').onDelete('set null')),
      ),
      sync: text('the catalog that told of it last'),
      gone_at: optional(time('when a whole catalog no longer had it; null: it is there')),
      created_at: time('when it was first told of'),
      updated_at: time('when it was last told of'),
    },
    table =>
      table
        .addUniqueConstraint('channels_code', ['device_id', 'gb_id'])
        .addUniqueConstraint('channels_stream', ['space', 'stream_name']),
  )
  const index = (name: string, columns: string[]) =>
    db.schema.createIndex(`channels_${name}`).on('channels').columns(columns).execute()
  await index('counted', ['device_id', 'gone_at', 'place', 'status'])
  await index('by_name', ['device_id', 'name', 'id'])
  await index('by_sync', ['device_id', 'sync'])
  await index('space_name', ['space', 'name', 'id'])
  await index('space_code', ['space', 'gb_id', 'id'])
  await index('searched', ['space', 'search', 'id'])
  await index('directory', ['directory_id', 'status', 'id'])
  await index('gone', ['gone_at'])
}

async function presets(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'presets',
    {
      channel_id: text('the channel', c => c.references('channels.id').onDelete('cascade')),
      number: whole('number of the preset, 1 to 255'),
      name: text('as people call it: most devices forget it'),
    },
    table => table.addPrimaryKeyConstraint('presets_key', ['channel_id', 'number']),
  )
}

async function told(db: Kysely<unknown>): Promise<void> {
  const device = text(DEVICE, c => c.references('devices.id').onDelete('cascade'))
  await createTable(db, 'alarms', {
    id: text('al_..., grows with the time it came', c => c.primaryKey()),
    device_id: device,
    space: text('space of its device'),
    channel_gb_id: text('code of what alarmed: a channel, or the device'),
    priority: whole('number from 1 highest to 4; 0: not said'),
    method: whole('number of AlarmMethod: 1 phone, 2 device, 3 SMS, 4 GPS, 5 video, 6 device fault, 7 other'),
    alarm_type: optional(whole('number of AlarmType, its meaning depends on the method; null: not said')),
    description: text('in the words of the device'),
    longitude,
    latitude,
    alarm_at: time('when it happened, by the clock of the device'),
    at: time('when it came'),
    acknowledged_at: optional(time('when somebody took note; null: nobody has')),
    acknowledged_by: optional(text('name of who did')),
  })
  await db.schema.createIndex('alarms_device').on('alarms').columns(['device_id', 'id']).execute()
  await db.schema.createIndex('alarms_at').on('alarms').columns(['at', 'id']).execute()

  const place = {
    device_id: device,
    gb_id: text('code of what moves: the device or a channel'),
    at: time('when it was there'),
    longitude: real('degrees east, WGS-84'),
    latitude: real('degrees north, WGS-84'),
    speed: optional(real('km/h; null: not said')),
    direction: optional(real('degrees clockwise from north; null: not said')),
    altitude: optional(real('metres; null: not said')),
  }
  await createTable(db, 'positions', place, t =>
    t.addPrimaryKeyConstraint('positions_key', ['device_id', 'gb_id', 'at']),
  )
  await db.schema.createIndex('positions_at').on('positions').column('at').execute()
  await createTable(db, 'latest_positions', { ...place, space: text('space of its device') }, t =>
    t.addPrimaryKeyConstraint('latest_positions_key', ['device_id', 'gb_id']),
  )

  await createTable(db, 'attempts', {
    id: text('as its node named it', c => c.primaryKey()),
    kind: text('what was tried: register, catalog, query, control, play, playback, download, talk, cascade'),
    space: text('space it was tried in'),
    device_id: optional(text('the device; null: one nobody knows')),
    gb_id: text('code of the device'),
    channel_gb_id: optional(text('code of the channel; null: the device as a whole')),
    node_id: text('node that tried'),
    started_at: time('begin'),
    ended_at: time('end'),
    ok: flag('ok', 'it worked'),
    verdict: text('what was found: one of a closed list'),
    summary: text('what was seen, in English'),
    advice: text('what to do, in English'),
    figures: text('JSON: times in ms and counters'),
    messages: text('JSON list of the SIP messages, without secrets'),
  })
  await db.schema.createIndex('attempts_at').on('attempts').columns(['started_at', 'id']).execute()
  await db.schema.createIndex('attempts_device').on('attempts').columns(['device_id', 'started_at']).execute()

  await createTable(db, 'device_snapshots', {
    id: text('ds_..., grows with the time it was asked for', c => c.primaryKey()),
    session: text('unguessable; the device uploads to it', c => c.unique()),
    device_id: device,
    channel_id: text('the channel it was asked of'),
    wanted: whole('number of pictures asked for'),
    created_at: time('when it was asked for'),
    finished_at: optional(time('when the device said it was done; null: it has not')),
    ok: flag('ok', 'the device says all pictures were sent'),
    files: text('JSON list of name, sizeBytes and atMs of each picture'),
  })
  await db.schema.createIndex('device_snapshots_channel').on('device_snapshots').columns(['channel_id', 'id']).execute()

  await createTable(
    db,
    'quirks',
    {
      id: text('qk_..., grows with the time it was written', c => c.primaryKey()),
      vendor: text('manufacturer by DeviceInfo, lower case'),
      model: text('lower case; empty: any'),
      firmware: text('lower case; empty: any'),
      source: choice('source', ['set', 'learnt'], 'set by people, or learnt from a device'),
      quirks: text('JSON: ways by name'),
      notes: text('free text for people'),
      updated_at: time('when it was written last'),
    },
    table => table.addUniqueConstraint('quirks_of', ['vendor', 'model', 'firmware', 'source']),
  )
}

async function parents(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'parent_platforms', {
    id: text('pp_..., grows with the time it was added', c => c.primaryKey()),
    space: text('space whose channels it gets', c => c.references('spaces.name').onDelete('cascade')),
    name: text('for people'),
    description: text('free text for people'),
    enabled: flag('enabled', 'we register with it'),
    server_id: text('its code, 20 digits'),
    domain: text('its SIP domain'),
    host: text('its name or address'),
    port: whole('number of its SIP port'),
    transport: choice('transport', ['udp', 'tcp'], 'of the signalling'),
    local_id: text('our code as it knows us, 20 digits'),
    username: text('of the digest'),
    password: optional(text('of the digest, in clear; null: none')),
    expires_s: whole('seconds a registration is asked for'),
    keepalive_s: whole('seconds between keepalives'),
    charset: choice('charset', ['gb18030', 'utf-8'], 'of what we send'),
    created_at: time('when it was added'),
    state: choice('state', ['on', 'off', 'failed'], 'as a node told last'),
    reason: text('why; empty: nothing to say'),
    state_at: optional(time('since when; null: never tried')),
  })
  const parent = text('the upper platform', c => c.references('parent_platforms.id').onDelete('cascade'))
  await createTable(
    db,
    'parent_groups',
    {
      parent_id: parent,
      gb_id: text('code of the virtual directory there'),
      name: text('as shown there'),
      parent_gb_id: optional(text('code it hangs below; null: below our system')),
      directory_id: optional(
        text(
          'directory it stands for, whose channels are shared as they come and go; null: only made for the tree',
          c => c.references('directories.id').onDelete('set null'),
        ),
      ),
    },
    table => table.addPrimaryKeyConstraint('parent_groups_key', ['parent_id', 'gb_id']),
  )
  await createTable(
    db,
    'parent_channels',
    {
      parent_id: parent,
      channel_id: text('what is shared', c => c.references('channels.id').onDelete('cascade')),
      shared_id: text('its code there, 20 digits'),
      name: optional(text('its name there; null: as here')),
      group_gb_id: optional(text('virtual directory it hangs below; null: below our system')),
      directory_id: optional(text('shared because it is in this directory; null: by itself')),
    },
    table =>
      table
        .addPrimaryKeyConstraint('parent_channels_key', ['parent_id', 'channel_id'])
        .addUniqueConstraint('parent_channels_code', ['parent_id', 'shared_id']),
  )
  await db.schema.createIndex('parent_channels_channel').on('parent_channels').column('channel_id').execute()
}

function defaultFlag(name: string, meaning: string, value: 0 | 1) {
  const column = flag(name, meaning)
  return { ...column, build: (c: Parameters<typeof column.build>[0]) => column.build(c).defaultTo(value) }
}
