import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const recordingsRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/recordings',
    staticData: { section: 'replay', menu: 'recordings' },
    validateSearch: ({ tab, path, day, cause, subject, teacher, held }: RawSearch) =>
      present({
        tab: oneOf(tab, ['files', 'exports']),
        path: word(path),
        // YYYY-MM-DD of the browser's zone.
        day: word(day),
        cause: oneOf(cause, ['always', 'plan', 'manual', 'event']),
        subject: word(subject),
        teacher: word(teacher),
        held: held === true ? true : undefined,
      }),
    component: lazyRouteComponent(() => withTexts('recordings', import('./recordings-page.tsx')), 'RecordingsPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/recordings/$id',
    staticData: { section: 'replay' },
    component: lazyRouteComponent(() => withTexts('recordings', import('./recording-page.tsx')), 'RecordingPage'),
  }),
] as const
