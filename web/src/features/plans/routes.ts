import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'

export const plansRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/plans',
    staticData: { section: 'automation', menu: 'plans' },
    component: lazyRouteComponent(() => withTexts('plans', import('./plans-page.tsx')), 'PlansPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/plans/$id',
    staticData: { section: 'automation' },
    component: lazyRouteComponent(() => withTexts('plans', import('./plan-page.tsx')), 'PlanPage'),
  }),
] as const
