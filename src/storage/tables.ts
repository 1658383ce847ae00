/**
 * The tables as TypeScript sees them; what each column means stands in the migration that made it.
 * Only strings, numbers and null, so that SQLite and PostgreSQL answer alike: times are milliseconds since 1970 UTC,
 * flags are 0 and 1, structures are JSON text.
 */
export interface Tables {
  users: UserTable
  sessions: SessionTable
  spaces: SpaceTable
  space_keys: SpaceKeyTable
  revisions: RevisionTable
  streams: StreamTable
  nodes: NodeTable
  stream_runs: StreamRunTable
  viewer_runs: ViewerRunTable
  refusals: RefusalTable
}

export interface UserTable {
  id: string
  name: string
  role: 'administrator' | 'operator' | 'viewer'
  password_hash: string
  created_at: number
}

export interface SessionTable {
  token_hash: string
  user_id: string
  created_at: number
  expires_at: number
  remote: string
  agent: string
}

export interface SpaceTable {
  name: string
  publish: 'key' | 'open'
  play: 'signed' | 'open'
  latency: 'low' | 'normal'
  gop_cache: number
  created_at: number
}

export interface SpaceKeyTable {
  id: string
  space: string
  purpose: 'publish' | 'play'
  secret: string
  created_at: number
  expires_at: number | null
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
