import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { frame } from '../../lib/pages.ts'

export const overviewRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/',
    staticData: { section: 'overview', menu: 'overview' },
    component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
  }),
] as const
