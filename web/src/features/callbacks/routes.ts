import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch } from '../../lib/search.ts'

export const callbacksRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/callbacks',
    staticData: { section: 'automation', menu: 'callbacks', needs: 'callbacks.read' },
    component: lazyRouteComponent(() => withTexts('callbacks', import('./callbacks-page.tsx')), 'CallbacksPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/callbacks/$id',
    staticData: { section: 'automation', needs: 'callbacks.read' },
    validateSearch: ({ state }: RawSearch) => present({ state: oneOf(state, ['waiting', 'delivered', 'dead']) }),
    component: lazyRouteComponent(() => withTexts('callbacks', import('./callback-page.tsx')), 'CallbackPage'),
  }),
] as const
