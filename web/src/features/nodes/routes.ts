import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { frame } from '../../lib/pages.ts'

export const nodesRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/nodes',
    staticData: { section: 'fleet', menu: 'nodes' },
    component: lazyRouteComponent(() => import('./nodes-page.tsx'), 'NodesPage'),
  }),
] as const
