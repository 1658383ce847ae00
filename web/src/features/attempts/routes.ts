import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const ATTEMPT_KINDS = [
  'register',
  'catalog',
  'query',
  'control',
  'play',
  'playback',
  'download',
  'talk',
  'broadcast',
  'cascade',
] as const

export const attemptsRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/attempts',
    staticData: { section: 'devices', menu: 'diagnosis' },
    validateSearch: ({ kind, failed, gbId }: RawSearch) =>
      present({ kind: oneOf(kind, ATTEMPT_KINDS), failed: failed === true ? true : undefined, gbId: word(gbId) }),
    component: lazyRouteComponent(() => withTexts('attempt', import('./attempts-page.tsx')), 'AttemptsPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/attempts/$id',
    staticData: { section: 'devices' },
    component: lazyRouteComponent(() => withTexts('attempt', import('./attempt-page.tsx')), 'AttemptPage'),
  }),
] as const
