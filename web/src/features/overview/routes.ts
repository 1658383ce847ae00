import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'

export const overviewRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/',
    staticData: { section: 'overview', menu: 'overview' },
    component: lazyRouteComponent(() => withTexts('overview nodes', import('./overview-page.tsx')), 'OverviewPage'),
  }),
] as const
