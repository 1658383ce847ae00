import type { Generated } from 'kysely'
import type { DeviceTables, SpaceDeviceColumns } from './device-tables.ts'

/**
 * The tables as TypeScript sees them; what each column means stands in the migration that made it.
 * Only strings, numbers and null, so that SQLite and PostgreSQL answer alike: times are milliseconds since 1970 UTC,
 * flags are 0 and 1, structures are JSON text.
 */
export interface Tables extends DeviceTables {
  users: UserTable
  sessions: SessionTable
  api_keys: ApiKeyTable
  audit: AuditTable
  spaces: SpaceTable
  space_keys: SpaceKeyTable
  revisions: RevisionTable
  site: SiteTable
  feed_events: FeedEventTable
  streams: StreamTable
  forbidden_streams: ForbiddenStreamTable
  nodes: NodeTable
  stream_runs: StreamRunTable
  viewer_runs: ViewerRunTable
  refusals: RefusalTable
  stream_metrics: StreamMetricTable
  platform_metrics: PlatformMetricTable
  operations: OperationTable
  kept_answers: KeptAnswerTable
  templates: TemplateTable
  plans: PlanTable
  template_bindings: TemplateBindingTable
  recording_controls: RecordingControlTable
  segments: SegmentTable
  snapshots: SnapshotTable
  recording_states: RecordingStateTable
  recording_log: RecordingLogTable
  storage_usage: StorageUsageTable
  storage_days: StorageDayTable
  exports: ExportTable
  coverage_hours: CoverageHourTable
  coverage_gaps: CoverageGapTable
  alerts: AlertTable
  callbacks: CallbackTable
  callback_deliveries: CallbackDeliveryTable
}

export interface UserTable {
  id: string
  name: string
  role: 'administrator' | 'operator' | 'viewer'
  password_hash: string
  created_at: number
  disabled: number
  last_login_at: number | null
}

export interface SessionTable {
  id: string
  token_hash: string
  user_id: string
  created_at: number
  expires_at: number
  last_used_at: number
  remote: string
  agent: string
}

export interface ApiKeyTable {
  id: string
  name: string
  user_id: string
  token_hash: string
  scopes: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  last_used_from: string
}

export interface AuditTable {
  number: number
  at: number
  actor_kind: 'user' | 'key' | 'system' | 'nobody'
  actor_id: string
  actor_name: string
  action: string
  object: string
  before: string | null
  after: string | null
  remote: string
  trace_id: string
}

export interface SpaceTable extends SpaceDeviceColumns {
  name: string
  publish: 'key' | 'open'
  play: 'signed' | 'open'
  latency: 'low' | 'normal'
  gop_cache: number
  created_at: number
  enabled: Generated<number>
  address_rules: string | null
  referer_rules: string | null
  max_viewers: number | null
  max_viewers_per_stream: number | null
  chunk_size: number | null
}

export interface SpaceKeyTable {
  id: string
  space: string
  purpose: 'publish' | 'play'
  secret: string
  created_at: number
  expires_at: number | null
}

export interface FeedEventTable {
  number: number
  at: number
  type: string
  path: string | null
  data: string
}

export interface SiteTable {
  mark: string
  name: string
  address: string | null
  phone: string | null
}

export interface RevisionTable {
  name: string
  value: number
}

export interface StreamTable {
  id: string
  path: string
  space: string
  app: string
  name: string
  created_at: number
  title: Generated<string>
  notes: Generated<string>
  labels: Generated<string>
}

export interface ForbiddenStreamTable {
  path: string
  space: string
  until: number | null
  reason: string
  created_at: number
  created_by: string
}

export interface NodeTable {
  id: string
  name: string
  version: string
  endpoints: string
  outbox_id: string
  last_event: number
  first_seen_at: number
  last_seen_at: number
  given_name: string | null
  draining: Generated<number>
}

export interface StreamRunTable {
  id: string
  path: string
  node_id: string
  protocol: string
  remote: string
  agent: string
  started_at: number
  stopped_at: number | null
  stop_reason: string | null
  bytes_in: number
  bytes_out: number
  frames_in: number
  publisher_id: Generated<string>
}

export interface ViewerRunTable {
  id: string
  viewer_id: string
  path: string
  node_id: string
  protocol: string
  remote: string
  started_at: number
  stopped_at: number | null
  stop_reason: string | null
  bytes_sent: number
  agent: Generated<string>
  frames_dropped: Generated<number>
}

export interface RefusalTable {
  id: string
  node_id: string
  action: 'publish' | 'play'
  path: string
  remote: string
  reason: string
  at: number
}

export interface StreamMetricTable {
  path: string
  resolution: 'minute' | 'hour'
  at: number
  samples: number
  bitrate_kbps: number
  bitrate_max_kbps: number
  fps: number
  gop_ms: number | null
  viewers: number
  viewers_max: number
  bytes_in: number
  bytes_out: number
}

export interface PlatformMetricTable {
  resolution: 'minute' | 'hour'
  at: number
  samples: number
  nodes: number
  streams: number
  streams_max: number
  viewers: number
  viewers_max: number
  bitrate_kbps: number
  bytes_in: number
  bytes_out: number
  cpu: number
  memory_bytes: number
}

export interface OperationTable {
  id: string
  kind: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  user_id: string
  user_name: string
  created_at: number
  finished_at: number | null
  done: number
  total: number | null
  rows: string
  error: string | null
  file: string | null
}

export interface KeptAnswerTable {
  user_id: string
  key: string
  request_hash: string
  status: number | null
  body: string | null
  at: number
}

export interface TemplateTable {
  id: string
  kind: 'record' | 'snapshot'
  name: string
  notes: string
  settings: string
  created_at: number
}

export interface PlanTable {
  id: string
  name: string
  zone: string
  week: string
  created_at: number
}

export interface TemplateBindingTable {
  scope: 'space' | 'stream'
  target: string
  kind: 'record' | 'snapshot'
  space: string
  template_id: string | null
  plan_id: string | null
  created_at: number
}

export interface RecordingControlTable {
  path: string
  space: string
  running: number
  template_id: string | null
  created_at: number
  created_by: string
}

export interface SegmentTable {
  id: string
  path: string
  space: string
  node_id: string
  template_id: string | null
  recording: string
  cause: 'always' | 'plan' | 'manual' | 'event'
  format: 'fmp4' | 'mp4' | 'flv' | 'hls'
  store: string
  object: string
  state: 'open' | 'closed' | 'recovered'
  started_at: number
  ended_at: number
  size_bytes: number
  fragments: number
  video: string | null
  audio: string | null
  sha256: string | null
  held: number
  thinned: number
  subject: string
  teacher: string
  note: string
  filed: number
}

export interface SnapshotTable {
  id: string
  path: string
  space: string
  node_id: string
  template_id: string | null
  cause: 'demand' | 'periodic' | 'recordingStart' | 'recordingEnd' | 'recorded' | 'device'
  store: string
  object: string
  format: 'jpeg' | 'webp'
  width: number
  height: number
  size_bytes: number
  taken_at: number
}

export interface RecordingStateTable {
  path: string
  node_id: string
  recording: string
  state: 'started' | 'paused' | 'resumed' | 'stopped' | 'error'
  cause: 'always' | 'plan' | 'manual' | 'event'
  template_id: string | null
  reason: string
  at: number
}

export interface RecordingLogTable extends RecordingStateTable {
  id: string
}

export interface StorageUsageTable {
  path: string
  space: string
  segments: Generated<number>
  segment_bytes: Generated<number>
  snapshots: Generated<number>
  snapshot_bytes: Generated<number>
}

export interface StorageDayTable {
  day: number
  space: string
  written_bytes: Generated<number>
  deleted_bytes: Generated<number>
}

export interface ExportTable {
  id: string
  node_id: string
  export_id: Generated<string>
  path: string
  format: 'mp4' | 'flv'
  started_at: number
  ended_at: number
  size_bytes: number | null
  url: string | null
  created_at: number
  user_id: string
}

export interface CoverageHourTable {
  path: string
  space: string
  at: number
  planned_s: number
  recorded_s: number
}

export interface CoverageGapTable {
  id: string
  path: string
  space: string
  reason: string
  started_at: number
  ended_at: number
}

export interface AlertTable {
  id: string
  kind: string
  object: string
  path: string | null
  node_id: string
  reason: string
  raised_at: number
  cleared_at: number | null
}

export interface CallbackTable {
  id: string
  name: string
  url: string
  events: string
  scope: 'all' | 'space' | 'template'
  target: string
  secret: string
  ali_signature: number
  enabled: number
  created_at: number
}

export interface CallbackDeliveryTable {
  number: number
  id: string
  callback_id: string
  event: string
  object: string
  body: string
  media: string | null
  state: 'waiting' | 'delivered' | 'dead'
  attempts: Generated<number>
  next_at: number
  created_at: number
  finished_at: number | null
  last_status: number | null
  last_error: Generated<string>
  last_answer: Generated<string>
}
