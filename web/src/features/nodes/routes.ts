import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'

export const nodesRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/nodes',
    staticData: { section: 'fleet', menu: 'nodes' },
    component: lazyRouteComponent(() => withTexts('nodes', import('./nodes-page.tsx')), 'NodesPage'),
  }),
] as const
