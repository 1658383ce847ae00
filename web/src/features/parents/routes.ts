import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch } from '../../lib/search.ts'

export const PARENT_TABS = ['shares', 'groups', 'facts', 'diagnosis'] as const
export type ParentTab = (typeof PARENT_TABS)[number]

export const parentsRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/parent-platforms',
    staticData: { section: 'devices', menu: 'parents' },
    component: lazyRouteComponent(() => withTexts('parents', import('./parents-page.tsx')), 'ParentsPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/parent-platforms/$id',
    staticData: { section: 'devices' },
    validateSearch: ({ tab }: RawSearch) => present({ tab: oneOf(tab, PARENT_TABS) }),
    component: lazyRouteComponent(
      () => withTexts('parents', withTexts('tree', withTexts('attempt', import('./parent-page.tsx')))),
      'ParentPage',
    ),
  }),
] as const
