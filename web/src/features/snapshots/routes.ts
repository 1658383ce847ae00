import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'
import { CAUSES } from './causes.ts'

export const snapshotsRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/snapshots',
    staticData: { section: 'replay', menu: 'snapshots' },
    validateSearch: ({ path, day, cause, open }: RawSearch) =>
      present({
        path: word(path),
        // YYYY-MM-DD of the browser's zone.
        day: word(day),
        cause: oneOf(cause, CAUSES),
        // Id of the picture that is looked at.
        open: word(open),
      }),
    component: lazyRouteComponent(
      () => withTexts('recordings', withTexts('snapshots', import('./snapshots-page.tsx'))),
      'SnapshotsPage',
    ),
  }),
] as const
