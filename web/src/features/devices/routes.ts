import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTexts } from '../../lib/i18n.ts'
import { frame } from '../../lib/pages.ts'
import { oneOf, present, type RawSearch, word } from '../../lib/search.ts'

export const DEVICE_TABS = ['channels', 'info', 'alarms', 'positions', 'diagnosis', 'config', 'quirks'] as const
export type DeviceTab = (typeof DEVICE_TABS)[number]

export const devicesRoutes = [
  createRoute({
    getParentRoute: () => frame,
    path: '/devices',
    staticData: { section: 'devices', menu: 'devices' },
    validateSearch: ({ q, state, type, sort, order }: RawSearch) =>
      present({
        q: word(q),
        state: oneOf(state, ['new', 'on', 'suspect', 'off', 'failed']),
        type: oneOf(type, ['ipc', 'nvr', 'platform']),
        sort: word(sort),
        order: oneOf(order, ['asc', 'desc']),
      }),
    component: lazyRouteComponent(() => withTexts('devices', import('./devices-page.tsx')), 'DevicesPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/devices/add',
    staticData: { section: 'devices' },
    validateSearch: ({ device }: RawSearch) => present({ device: word(device) }),
    component: lazyRouteComponent(() => withTexts('devices', import('./add-device-page.tsx')), 'AddDevicePage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/devices/import',
    staticData: { section: 'devices' },
    component: lazyRouteComponent(() => withTexts('devices', import('./import-page.tsx')), 'ImportPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/devices/pending',
    staticData: { section: 'devices' },
    validateSearch: ({ rejected }: RawSearch) => present({ rejected: rejected === true ? true : undefined }),
    component: lazyRouteComponent(() => withTexts('devices', import('./pending-page.tsx')), 'PendingPage'),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: '/devices/$id',
    staticData: { section: 'devices' },
    validateSearch: ({ tab, q }: RawSearch) => present({ tab: oneOf(tab, DEVICE_TABS), q: word(q) }),
    component: lazyRouteComponent(
      () =>
        withTexts(
          'devices',
          withTexts('attempt', withTexts('alarms', withTexts('config', import('./device-page.tsx')))),
        ),
      'DevicePage',
    ),
  }),
] as const
