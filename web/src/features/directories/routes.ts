import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'

export const directoriesRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/directories',
    staticData: { section: 'devices', menu: 'directories' },
    component: lazyRouteComponent(
      () => withTexts('tree', withTexts('directories', import('./directories-page.tsx'))),
      'DirectoriesPage',
    ),
  }),
] as const
