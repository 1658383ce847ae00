import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch } from '../../lib/search.ts'

export const systemRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/system',
    staticData: { section: 'settings', menu: 'system', needs: 'system.read' },
    validateSearch: ({ tab }: RawSearch) => present({ tab: oneOf(tab, ['settings', 'log', 'backup']) }),
    component: lazyRouteComponent(() => import('./system-page.tsx'), 'SystemPage'),
  }),
] as const
