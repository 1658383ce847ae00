import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../../lib/pages.ts'
import { present, type RawSearch, word } from '../../lib/search.ts'

/** Where to go after the login: a path of this console. '//host' and '/\host' would leave it. */
export const loginSearch = (search: RawSearch): { next?: string | undefined } => {
  const next = word(search['next'])
  return present({ next: next !== undefined && /^\/(?![/\\])/.test(next) ? next : undefined })
}

export const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import('./login-page.tsx'), 'LoginPage'),
})
