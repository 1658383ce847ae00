import { type ApiCall, query } from './client.ts'
import type { BulkAction, CreateStream, KeyWish, NewSpace, NewUser, NodeEdit, SpaceEdit, UserEdit } from './types.ts'

/** Rows asked for at once: the most the platform gives. */
const PAGE_ROWS = 500

export interface StreamFilter {
  readonly space?: string | undefined
  readonly state?: string | undefined
  readonly q?: string | undefined
  readonly limit?: number
}

export interface AuditFilter {
  readonly q?: string | undefined
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const get = (path: string): ApiCall => ({ method: 'GET', path })
const id = encodeURIComponent

/** Every request of the console, in one list, so that 'Show API call' and the call itself cannot differ. */
export const calls = {
  login: (username: string, password: string): ApiCall => ({
    method: 'POST',
    path: '/sessions',
    body: { username, password },
  }),
  logout: (): ApiCall => ({ method: 'DELETE', path: '/sessions/current' }),
  me: () => get('/me'),
  changePassword: (oldPassword: string, password: string): ApiCall => ({
    method: 'PUT',
    path: '/me/password',
    body: { oldPassword, password },
  }),
  health: () => get('/health'),

  overview: () => get('/overview'),
  overviewMetrics: (from: string) => get(`/overview/metrics${query({ from })}`),

  streams: ({ space, state, q, limit = PAGE_ROWS }: StreamFilter, cursor?: string) =>
    get(`/streams${query({ space, state, q, limit, cursor })}`),
  stream: (stream: string) => get(`/streams/${id(stream)}`),
  createStream: (body: CreateStream): ApiCall => ({ method: 'POST', path: '/streams', body }),
  deleteStream: (stream: string): ApiCall => ({ method: 'DELETE', path: `/streams/${id(stream)}` }),
  kickStream: (stream: string): ApiCall => ({ method: 'POST', path: `/streams/${id(stream)}/kick`, body: {} }),
  kickViewer: (stream: string, viewerId: string): ApiCall => ({
    method: 'POST',
    path: `/streams/${id(stream)}/kick`,
    body: { viewerId },
  }),
  forbidStream: (stream: string, until: string | null, reason: string): ApiCall => ({
    method: 'POST',
    path: `/streams/${id(stream)}/forbid`,
    body: { until, reason },
  }),
  resumeStream: (stream: string): ApiCall => ({ method: 'POST', path: `/streams/${id(stream)}/resume` }),
  bulkStreams: (action: BulkAction, ids: readonly string[]): ApiCall => ({
    method: 'POST',
    path: '/streams/bulk',
    body: { action, ids },
  }),
  viewers: (stream: string) => get(`/streams/${id(stream)}/viewers`),
  streamMetrics: (stream: string, from: string) => get(`/streams/${id(stream)}/metrics${query({ from })}`),
  streamRuns: (stream: string, cursor?: string) => get(`/streams/${id(stream)}/events${query({ limit: 50, cursor })}`),
  trace: (stream: string) => get(`/streams/${id(stream)}/trace`),

  spaces: () => get('/spaces'),
  space: (name: string) => get(`/spaces/${id(name)}`),
  createSpace: (body: NewSpace): ApiCall => ({ method: 'POST', path: '/spaces', body }),
  updateSpace: (name: string, body: SpaceEdit): ApiCall => ({ method: 'PATCH', path: `/spaces/${id(name)}`, body }),
  deleteSpace: (name: string): ApiCall => ({ method: 'DELETE', path: `/spaces/${id(name)}${query({ force: name })}` }),
  spaceKeys: (name: string) => get(`/spaces/${id(name)}/keys`),
  rotatePushKey: (name: string, graceSeconds: number): ApiCall => ({
    method: 'POST',
    path: `/spaces/${id(name)}/rotate-push-key`,
    body: { graceSeconds },
  }),
  rotatePlayKey: (name: string): ApiCall => ({ method: 'POST', path: `/spaces/${id(name)}/rotate-play-key` }),

  users: (q: string, cursor?: string) => get(`/users${query({ q, limit: PAGE_ROWS, cursor })}`),
  createUser: (body: NewUser): ApiCall => ({ method: 'POST', path: '/users', body }),
  updateUser: (user: string, body: UserEdit): ApiCall => ({ method: 'PATCH', path: `/users/${id(user)}`, body }),
  resetPassword: (user: string, password: string): ApiCall => ({
    method: 'PUT',
    path: `/users/${id(user)}/password`,
    body: { password },
  }),
  deleteUser: (user: string): ApiCall => ({ method: 'DELETE', path: `/users/${id(user)}` }),
  sessions: (user?: string) => get(`/sessions${query({ user })}`),
  revokeSession: (session: string): ApiCall => ({ method: 'DELETE', path: `/sessions/${id(session)}` }),
  apiKeys: (user?: string) => get(`/api-keys${query({ user })}`),
  createApiKey: (body: KeyWish): ApiCall => ({ method: 'POST', path: '/api-keys', body }),
  revokeApiKey: (key: string): ApiCall => ({ method: 'DELETE', path: `/api-keys/${id(key)}` }),
  audit: (filter: AuditFilter, cursor?: string) => get(`/audit${query({ ...filter, limit: 100, cursor })}`),

  operations: () => get(`/operations${query({ limit: 20 })}`),
  operation: (operation: string) => get(`/operations/${id(operation)}`),
  cancelOperation: (operation: string): ApiCall => ({ method: 'POST', path: `/operations/${id(operation)}/cancel` }),
  operationFile: (operation: string) => get(`/operations/${id(operation)}/file`),

  nodes: () => get('/nodes'),
  updateNode: (node: string, body: NodeEdit): ApiCall => ({ method: 'PATCH', path: `/nodes/${id(node)}`, body }),
  forgetNode: (node: string): ApiCall => ({ method: 'DELETE', path: `/nodes/${id(node)}` }),
  system: () => get('/system'),
  logs: (tail: number) => get(`/system/logs${query({ tail })}`),
  supportBundle: (): ApiCall => ({ method: 'POST', path: '/system/support-bundle' }),
  reload: (): ApiCall => ({ method: 'POST', path: '/system/reload' }),
} as const
