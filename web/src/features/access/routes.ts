import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch } from '../../lib/search.ts'

export const accessRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/access',
    staticData: { section: 'settings', menu: 'access' },
    validateSearch: ({ tab }: RawSearch) => present({ tab: oneOf(tab, ['users', 'keys', 'sessions']) }),
    component: lazyRouteComponent(() => withTexts('access', import('./access-page.tsx')), 'AccessPage'),
  }),
] as const
