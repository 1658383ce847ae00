import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const auditRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/audit',
    staticData: { section: 'settings', menu: 'audit', needs: 'audit.read' },
    // `noun`: what it is about, stream, space ...
    validateSearch: ({ q, noun, span }: RawSearch) =>
      present({ q: word(q), noun: word(noun), span: oneOf(span, ['day', 'week', 'month']) }),
    component: lazyRouteComponent(() => withTexts('audit trace', import('./audit-page.tsx')), 'AuditPage'),
  }),
] as const
