import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

const NUMBERS = ['1', '2', '3', '4', '5', '6', '7'] as const

export const alarmsRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/alarms',
    staticData: { section: 'alarms', menu: 'alarms' },
    validateSearch: ({ method, priority, open, day }: RawSearch) =>
      present({
        method: oneOf(word(method), NUMBERS),
        priority: oneOf(word(priority), NUMBERS),
        open: open === true ? true : undefined,
        day: word(day),
      }),
    component: lazyRouteComponent(() => withTexts('alarms', import('./alarms-page.tsx')), 'AlarmsPage'),
  }),
] as const
