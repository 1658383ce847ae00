import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { present, type RawSearch, word } from '../../lib/search.ts'

export const connectRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/connect',
    staticData: { section: 'streams', menu: 'connect', needs: 'streams.write' },
    // Id of the stream to send to; what sends: obs, ffmpeg ...
    validateSearch: (search: RawSearch) => present({ stream: word(search['stream']), with: word(search['with']) }),
    component: lazyRouteComponent(() => withTexts('connect', import('./connect-page.tsx')), 'ConnectPage'),
  }),
] as const
