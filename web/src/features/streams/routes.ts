import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const streamsRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/streams',
    staticData: { section: 'streams', menu: 'streams' },
    validateSearch: ({ q, state, label, sort, order, create }: RawSearch) =>
      present({
        q: word(q),
        label: word(label),
        state: oneOf(state, ['on', 'off']),
        sort: word(sort),
        order: oneOf(order, ['asc', 'desc']),
        // The create dialog is open.
        create: create === true ? true : undefined,
      }),
    component: lazyRouteComponent(() => import('./streams-page.tsx'), 'StreamsPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/streams/$id',
    staticData: { section: 'streams' },
    validateSearch: ({ tab }: RawSearch) => present({ tab: oneOf(tab, ['viewers', 'numbers', 'history', 'trace']) }),
    component: lazyRouteComponent(
      () => withTexts('recordings spaces trace', import('./stream-page.tsx')),
      'StreamPage',
    ),
  }),
] as const
