import type { Permission } from '../platform/access/permission.ts'
import type { EventFeed } from '../platform/events-feed/event-feed.ts'
import type { App } from './app.ts'

/** What changes through the API is told to those who may look at it. First segment of the route. */
const READERS: Readonly<Record<string, Permission>> = {
  streams: 'streams.read',
  spaces: 'spaces.read',
  recordings: 'recordings.read',
  snapshots: 'recordings.read',
  templates: 'templates.read',
  bindings: 'templates.read',
  plans: 'templates.read',
  callbacks: 'callbacks.read',
  devices: 'devices.read',
  channels: 'devices.read',
  directories: 'devices.read',
  alarms: 'devices.read',
  'parent-platforms': 'devices.read',
  quirks: 'devices.read',
  'pending-devices': 'devices.read',
  nodes: 'nodes.read',
  users: 'users.read',
  'api-keys': 'users.read',
  system: 'system.read',
  /** Everybody sees it. */
  site: 'streams.read',
}

/** After each successful change, followers hear what to ask for again; what it is now they may not all see. */
export function announceChanges(app: App, feed: EventFeed): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    if (method === 'GET' || method === 'HEAD' || reply.statusCode >= 400) return
    const noun = /^\/api\/v1\/([a-z-]+)/.exec(routeOptions.url ?? '')?.[1] ?? ''
    const permission = READERS[noun]
    if (!permission) return
    const { id, name } = request.params as { id?: string; name?: string } // as the route says, if it has any
    const operation = routeOptions.schema && 'operationId' in routeOptions.schema ? routeOptions.schema.operationId : ''
    feed.publish({ type: 'changed', permission, path: null, data: { noun, id: id ?? name ?? null, operation } })
  })
}
