import type { IconName } from '../../components/icon.tsx'

/** What the rail (and on a phone the bottom bar) shows, in this order. A new section is one more line. */
export const SECTIONS = [
  { key: 'overview', to: '/', icon: 'overview', exact: true },
  { key: 'streams', to: '/streams', icon: 'streams', exact: false },
  { key: 'nodes', to: '/nodes', icon: 'nodes', exact: false },
  { key: 'system', to: '/system', icon: 'settings', exact: false },
] as const satisfies readonly { key: string; to: string; icon: IconName; exact: boolean }[]
