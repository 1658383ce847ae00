import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { present, type RawSearch, word } from '../../lib/search.ts'

export const replayRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/replay',
    staticData: { section: 'replay', menu: 'replay' },
    validateSearch: ({ streams, at }: RawSearch) =>
      present({
        // Ids, up to four, between commas.
        streams: word(streams),
        // RFC 3339; absent: live where the stream is on, or else the newest that was recorded.
        at: word(at),
      }),
    component: lazyRouteComponent(
      () => withTexts('recordings', withTexts('replay', import('./replay-page.tsx'))),
      'ReplayPage',
    ),
  }),
] as const
