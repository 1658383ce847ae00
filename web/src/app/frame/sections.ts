import { useQuery } from '@tanstack/react-query'
import type { IconName } from '../../components/icon.tsx'
import type { Permission } from '../../lib/api/may.ts'
import { meQuery } from '../../lib/api/queries.ts'

/** What the rail shows, in this order; on a phone those marked are in the bottom bar and the others behind 'More'. */
const SECTIONS = [
  { key: 'overview', to: '/', icon: 'overview', phone: true, needs: null },
  { key: 'live', to: '/live', icon: 'grid', phone: true, needs: null },
  { key: 'streams', to: '/streams', icon: 'streams', phone: true, needs: null },
  { key: 'connect', to: '/connect', icon: 'plug', phone: false, needs: 'streams.write' },
  { key: 'spaces', to: '/spaces', icon: 'space', phone: false, needs: null },
  { key: 'nodes', to: '/nodes', icon: 'nodes', phone: true, needs: null },
  { key: 'access', to: '/access', icon: 'users', phone: false, needs: null },
  { key: 'audit', to: '/audit', icon: 'audit', phone: false, needs: 'audit.read' },
  { key: 'system', to: '/system', icon: 'settings', phone: false, needs: 'system.read' },
] as const satisfies readonly {
  key: string
  to: string
  icon: IconName
  phone: boolean
  needs: Permission | null
}[]

export type Section = (typeof SECTIONS)[number]

/** The sections that are of use to who is logged in. */
export function useSections(): readonly Section[] {
  const { data: me } = useQuery(meQuery())
  return SECTIONS.filter(({ needs }) => needs === null || me?.permissions.includes(needs))
}
