import { createRouter, Outlet } from '@tanstack/react-router'
import { accessRoutes } from '../features/access/routes.ts'
import { alarmsRoutes } from '../features/alarms/routes.ts'
import { attemptsRoutes } from '../features/attempts/routes.ts'
import { auditRoutes } from '../features/audit/routes.ts'
import { callbacksRoutes } from '../features/callbacks/routes.ts'
import { channelsRoutes } from '../features/channels/routes.ts'
import { connectRoutes } from '../features/connect/routes.ts'
import { devicesRoutes } from '../features/devices/routes.ts'
import { directoriesRoutes } from '../features/directories/routes.ts'
import { nodesRoutes } from '../features/nodes/routes.ts'
import { overviewRoutes } from '../features/overview/routes.ts'
import { parentsRoutes } from '../features/parents/routes.ts'
import { plansRoutes } from '../features/plans/routes.ts'
import { recordingsRoutes } from '../features/recordings/routes.ts'
import { replayRoutes } from '../features/replay/routes.ts'
import { login } from '../features/session/routes.ts'
import { snapshotsRoutes } from '../features/snapshots/routes.ts'
import { spacesRoutes } from '../features/spaces/routes.ts'
import { coverageRoutes, storageRoutes } from '../features/storage/routes.ts'
import { streamsRoutes } from '../features/streams/routes.ts'
import { systemRoutes } from '../features/system/routes.ts'
import { templatesRoutes } from '../features/templates/routes.ts'
import { viewersRoutes } from '../features/viewers/routes.ts'
import { wallRoutes } from '../features/wall/routes.ts'
import { frame, root } from '../lib/pages.ts'
import { Frame } from './frame/frame.tsx'
import { Broken, NotFound } from './not-found.tsx'

/** All pages: a feature adds its routes here, in the order of the menus. */
const pages = [
  ...overviewRoutes,
  ...wallRoutes,
  ...replayRoutes,
  ...recordingsRoutes,
  ...snapshotsRoutes,
  ...coverageRoutes,
  ...devicesRoutes,
  ...channelsRoutes,
  ...directoriesRoutes,
  ...parentsRoutes,
  ...attemptsRoutes,
  ...alarmsRoutes,
  ...streamsRoutes,
  ...templatesRoutes,
  ...plansRoutes,
  ...callbacksRoutes,
  ...viewersRoutes,
  ...connectRoutes,
  ...nodesRoutes,
  ...storageRoutes,
  ...spacesRoutes,
  ...accessRoutes,
  ...auditRoutes,
  ...systemRoutes,
] as const

root.update({ component: Outlet, notFoundComponent: NotFound, errorComponent: Broken })
frame.update({ component: Frame })

const routeTree = root.addChildren([login, frame.addChildren(pages)])

export const createConsoleRouter = () =>
  createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true, defaultPendingMs: 300 })

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>

declare module '@tanstack/react-router' {
  interface Register {
    router: ConsoleRouter
  }
}
