import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const templatesRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/templates',
    staticData: { section: 'automation', menu: 'templates' },
    validateSearch: ({ tab, q }: RawSearch) =>
      present({ tab: oneOf(tab, ['record', 'snapshot', 'inForce']), q: word(q) }),
    component: lazyRouteComponent(() => withTexts('templates', import('./templates-page.tsx')), 'TemplatesPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/templates/$id',
    staticData: { section: 'automation' },
    component: lazyRouteComponent(() => withTexts('templates', import('./template-page.tsx')), 'TemplatePage'),
  }),
] as const
