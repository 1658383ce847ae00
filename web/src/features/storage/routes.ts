import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch } from '../../lib/search.ts'

export const coverageRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/coverage',
    staticData: { section: 'replay', menu: 'coverage' },
    validateSearch: ({ tab, over }: RawSearch) =>
      present({ tab: oneOf(tab, ['streams', 'alerts']), over: oneOf(over, ['day', 'week', 'month']) }),
    component: lazyRouteComponent(
      () => withTexts('storage', withTexts('recordings', import('./coverage-page.tsx'))),
      'CoveragePage',
    ),
  }),
] as const

export const storageRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/storage',
    staticData: { section: 'fleet', menu: 'storage' },
    component: lazyRouteComponent(
      () => withTexts('storage', withTexts('recordings', import('./storage-page.tsx'))),
      'StoragePage',
    ),
  }),
] as const
