import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'

export const spacesRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/spaces',
    staticData: { section: 'settings', menu: 'spaces' },
    component: lazyRouteComponent(() => withTexts('spaces', import('./spaces-page.tsx')), 'SpacesPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/spaces/$name',
    staticData: { section: 'settings' },
    component: lazyRouteComponent(() => withTexts('spaces', import('./space-page.tsx')), 'SpacePage'),
  }),
] as const
