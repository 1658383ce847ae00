import { useQuery } from '@tanstack/react-query'
import { meQuery } from './queries.ts'

/** What the console asks about; the platform has more and checks each request itself. */
export type Permission =
  | 'users.read'
  | 'users.write'
  | 'apiKeys.own'
  | 'sessions.all'
  | 'audit.read'
  | 'spaces.write'
  | 'spaces.keys'
  | 'streams.write'
  | 'streams.kick'
  | 'streams.forbid'
  | 'devices.write'
  | 'devices.play'
  | 'devices.control'
  | 'devices.admin'
  | 'parents.write'
  | 'recordings.write'
  | 'recordings.delete'
  | 'templates.write'
  | 'callbacks.read'
  | 'callbacks.write'
  | 'nodes.write'
  | 'system.read'
  | 'system.reload'
  | 'site.write'

/** Whether who is logged in may do it: what nobody may use is not shown. False until it is known. */
export function useMay(permission: Permission): boolean {
  const { data: me } = useQuery(meQuery())
  return me?.permissions.includes(permission) ?? false
}
