import type { Generated } from 'kysely'

/** Tables of devices and what they tell; `tables.ts` says how values are kept. */
export interface DeviceTables {
  directories: DirectoryTable
  devices: DeviceTable
  pending_devices: PendingDeviceTable
  channels: ChannelTable
  presets: PresetTable
  alarms: AlarmTable
  positions: PositionTable
  latest_positions: LatestPositionTable
  attempts: AttemptTable
  device_snapshots: DeviceSnapshotTable
  quirks: QuirkTable
  parent_platforms: ParentPlatformTable
  parent_groups: ParentGroupTable
  parent_channels: ParentChannelTable
  parent_streams: ParentStreamTable
}

/** What a space asks of devices. */
export interface SpaceDeviceColumns {
  gb_password: string | null
  gb_admission: Generated<string>
  gb_send_date: Generated<number>
  gb_zone: Generated<string>
  gb_stop_after_s: Generated<number>
}

export interface DirectoryTable {
  id: string
  space: string
  parent_id: string | null
  kind: 'own' | 'area' | 'group' | 'organisation' | 'system' | 'device'
  name: string
  description: string
  device_id: string | null
  gb_id: string | null
  parent_gb_id: string
  sync: string
  created_at: number
}

export interface DeviceTable {
  id: string
  space: string
  protocol: 'gb28181'
  type: 'ipc' | 'nvr' | 'platform'
  gb_id: string
  name: string
  password: string | null
  enabled: number
  locked: number
  media: string
  charset: string
  subscribe: string
  quirks: string
  learnt_quirks: string
  redirect: string | null
  directory_id: string | null
  description: string
  vendor: string
  longitude: number | null
  latitude: number | null
  auto_start: number
  params: string
  stopped: number
  restart_at: number | null
  created_at: number
  search: string
  state: 'new' | 'on' | 'suspect' | 'off' | 'failed'
  reason: string
  state_at: number | null
  registered_at: number | null
  registered_until: number | null
  last_seen_at: number | null
  node_id: string | null
  remote: string
  transport: string
  gb_version: string
  user_agent: string
  manufacturer: string
  model: string
  firmware: string
  told_channels: number
  catalog_at: number | null
  catalog_promised: number
  catalog_received: number
}

export interface PendingDeviceTable {
  id: string
  space: string
  gb_id: string
  remote: string
  agent: string
  first_at: number
  last_at: number
  asked: number
  rejected_by: string | null
}

export interface ChannelTable {
  id: string
  device_id: string
  space: string
  gb_id: string
  stream_name: string
  kind: 'video' | 'audioIn' | 'audioOut' | 'alarmIn' | 'alarmOut' | 'other'
  name: string
  told_name: string
  given_name: string | null
  manufacturer: string
  model: string
  civil_code: string
  address: string
  parent_ids: string
  business_group_id: string | null
  place: string
  parental: number
  status: 'on' | 'off'
  longitude: number | null
  latitude: number | null
  ptz_type: number
  more: string
  search: string
  enabled: number
  directory_id: string | null
  sync: string
  gone_at: number | null
  created_at: number
  updated_at: number
}

export interface PresetTable {
  channel_id: string
  number: number
  name: string
}

export interface AlarmTable {
  id: string
  device_id: string
  space: string
  channel_gb_id: string
  priority: number
  method: number
  alarm_type: number | null
  description: string
  longitude: number | null
  latitude: number | null
  alarm_at: number
  at: number
  acknowledged_at: number | null
  acknowledged_by: string | null
}

export interface PositionTable {
  device_id: string
  gb_id: string
  at: number
  longitude: number
  latitude: number
  speed: number | null
  direction: number | null
  altitude: number | null
}

export interface LatestPositionTable extends PositionTable {
  space: string
}

export interface AttemptTable {
  id: string
  kind: string
  space: string
  device_id: string | null
  gb_id: string
  channel_gb_id: string | null
  node_id: string
  started_at: number
  ended_at: number
  ok: number
  verdict: string
  summary: string
  advice: string
  figures: string
  messages: string
}

export interface DeviceSnapshotTable {
  id: string
  session: string
  device_id: string
  channel_id: string
  wanted: number
  created_at: number
  finished_at: number | null
  ok: number
  files: string
}

export interface QuirkTable {
  id: string
  vendor: string
  model: string
  firmware: string
  source: 'set' | 'learnt'
  quirks: string
  notes: string
  updated_at: number
}

export interface ParentPlatformTable {
  id: string
  space: string
  name: string
  description: string
  enabled: number
  server_id: string
  domain: string
  host: string
  port: number
  transport: 'udp' | 'tcp'
  local_id: string
  username: string
  password: string | null
  expires_s: number
  keepalive_s: number
  charset: 'gb18030' | 'utf-8'
  created_at: number
  state: 'on' | 'off' | 'failed'
  reason: string
  state_at: number | null
}

export interface ParentGroupTable {
  parent_id: string
  gb_id: string
  name: string
  parent_gb_id: string | null
  directory_id: string | null
}

export interface ParentChannelTable {
  parent_id: string
  channel_id: string
  shared_id: string
  name: string | null
  group_gb_id: string | null
  directory_id: string | null
}

export interface ParentStreamTable {
  parent_id: string
  stream_id: string
  shared_id: string
  name: string | null
  group_gb_id: string | null
}
