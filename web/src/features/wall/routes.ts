import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'

export const wallRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/live',
    staticData: { section: 'live', menu: 'live' },
    component: lazyRouteComponent(() => withTexts('wall overview', import('./wall-page.tsx')), 'WallPage'),
  }),
] as const
