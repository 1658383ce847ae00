import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const CHANNEL_TABS = ['recordings', 'controls', 'diagnosis', 'config', 'info'] as const
export type ChannelTab = (typeof CHANNEL_TABS)[number]

export const channelsRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/channels/$id',
    staticData: { section: 'devices' },
    validateSearch: ({ tab, day, at }: RawSearch) =>
      present({
        tab: oneOf(tab, CHANNEL_TABS),
        // YYYY-MM-DD of the browser's zone.
        day: word(day),
        // RFC 3339: the device's recording plays from there.
        at: word(at),
      }),
    component: lazyRouteComponent(
      () => withTexts('channel', withTexts('attempt', withTexts('config', import('./channel-page.tsx')))),
      'ChannelPage',
    ),
  }),
] as const
