import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch } from '../../lib/search.ts'

export const systemRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/system',
    staticData: { section: 'settings', menu: 'system', needs: 'system.read' },
    validateSearch: ({ tab }: RawSearch) => present({ tab: oneOf(tab, ['settings', 'log', 'backup']) }),
    component: lazyRouteComponent(() => withTexts('system nodes', import('./system-page.tsx')), 'SystemPage'),
  }),
] as const
