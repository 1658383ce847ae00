import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { tokenPreference } from '../lib/preferences.ts'
import { Frame } from './frame/frame.tsx'
import { Broken, NotFound } from './not-found.tsx'
import {
  accessSearch,
  auditSearch,
  connectSearch,
  loginSearch,
  spaceSearch,
  streamSearch,
  streamsSearch,
  systemSearch,
} from './search.ts'

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Broken })

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import('../features/session/login-page.tsx'), 'LoginPage'),
})

/** Everything behind the login. The chosen space stays in the URL from page to page. */
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  validateSearch: spaceSearch,
  search: { middlewares: [retainSearchParams(['space'])] },
  beforeLoad: ({ location }) => {
    if (tokenPreference.get() === '') throw redirect({ to: '/login', search: { next: location.href } })
  },
  component: Frame,
})

const overview = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: lazyRouteComponent(() => import('../features/overview/overview-page.tsx'), 'OverviewPage'),
})

const streams = createRoute({
  getParentRoute: () => frame,
  path: '/streams',
  validateSearch: streamsSearch,
  component: lazyRouteComponent(() => import('../features/streams/streams-page.tsx'), 'StreamsPage'),
})

const stream = createRoute({
  getParentRoute: () => frame,
  path: '/streams/$id',
  validateSearch: streamSearch,
  component: lazyRouteComponent(() => import('../features/streams/stream-page.tsx'), 'StreamPage'),
})

const wall = createRoute({
  getParentRoute: () => frame,
  path: '/live',
  component: lazyRouteComponent(() => import('../features/wall/wall-page.tsx'), 'WallPage'),
})

const connect = createRoute({
  getParentRoute: () => frame,
  path: '/connect',
  validateSearch: connectSearch,
  component: lazyRouteComponent(() => import('../features/connect/connect-page.tsx'), 'ConnectPage'),
})

const nodes = createRoute({
  getParentRoute: () => frame,
  path: '/nodes',
  component: lazyRouteComponent(() => import('../features/nodes/nodes-page.tsx'), 'NodesPage'),
})

const spaces = createRoute({
  getParentRoute: () => frame,
  path: '/spaces',
  component: lazyRouteComponent(() => import('../features/spaces/spaces-page.tsx'), 'SpacesPage'),
})

const space = createRoute({
  getParentRoute: () => frame,
  path: '/spaces/$name',
  component: lazyRouteComponent(() => import('../features/spaces/space-page.tsx'), 'SpacePage'),
})

const access = createRoute({
  getParentRoute: () => frame,
  path: '/access',
  validateSearch: accessSearch,
  component: lazyRouteComponent(() => import('../features/access/access-page.tsx'), 'AccessPage'),
})

const audit = createRoute({
  getParentRoute: () => frame,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
})

const system = createRoute({
  getParentRoute: () => frame,
  path: '/system',
  validateSearch: systemSearch,
  component: lazyRouteComponent(() => import('../features/system/system-page.tsx'), 'SystemPage'),
})

const routeTree = root.addChildren([
  login,
  frame.addChildren([overview, wall, streams, stream, connect, spaces, space, nodes, access, audit, system]),
])

export const createConsoleRouter = () =>
  createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true, defaultPendingMs: 300 })

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>

declare module '@tanstack/react-router' {
  interface Register {
    router: ConsoleRouter
  }
}
