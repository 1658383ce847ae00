import type { IconName } from '../../components/icon.tsx'

/** What the rail shows, in this order; on a phone those marked are in the bottom bar and the others behind 'More'. */
export const SECTIONS = [
  { key: 'overview', to: '/', icon: 'overview', phone: true },
  { key: 'live', to: '/live', icon: 'grid', phone: true },
  { key: 'streams', to: '/streams', icon: 'streams', phone: true },
  { key: 'connect', to: '/connect', icon: 'plug', phone: false },
  { key: 'nodes', to: '/nodes', icon: 'nodes', phone: true },
  { key: 'system', to: '/system', icon: 'settings', phone: false },
] as const satisfies readonly { key: string; to: string; icon: IconName; phone: boolean }[]
