import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const viewersRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/viewers',
    staticData: { section: 'streams', menu: 'viewers' },
    // `remote`: address, with or without port.
    validateSearch: ({ path, remote, state }: RawSearch) =>
      present({ path: word(path), remote: word(remote), state: oneOf(state, ['on', 'off']) }),
    component: lazyRouteComponent(() => withTexts('viewer', import('./viewers-page.tsx')), 'ViewersPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/viewers/$id',
    staticData: { section: 'streams' },
    component: lazyRouteComponent(() => withTexts('viewer', import('./viewer-page.tsx')), 'ViewerPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/publishers/$id',
    staticData: { section: 'streams' },
    component: lazyRouteComponent(() => withTexts('viewer', import('./publisher-page.tsx')), 'PublisherPage'),
  }),
] as const
