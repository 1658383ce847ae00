import { createRootRoute, createRoute, redirect, retainSearchParams } from '@tanstack/react-router'
import type en from '../locales/en.json'
import type { Permission } from './api/may.ts'
import { tokenPreference } from './preferences.ts'
import { present, type RawSearch, word } from './search.ts'

/** The rail, from top to bottom. A section is shown as soon as a page of it is there and allowed. */
export const SECTIONS = [
  'overview',
  'live',
  'replay',
  'devices',
  'streams',
  'alarms',
  'automation',
  'fleet',
  'usage',
  'settings',
] as const

export type MenuText = keyof (typeof en)['section']
export type Section = (typeof SECTIONS)[number]

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Lit in the rail while the page is open. */
    readonly section?: Section
    /** The page is in the menu of its section by the text `section.<menu>`; the first one is where the rail leads. */
    readonly menu?: MenuText
    /** Who may not do this does not see the page in the menu. */
    readonly needs?: Permission
  }
}

export const root = createRootRoute()

/** The parent of every page: behind the login, in the frame. The chosen space stays in the URL from page to page. */
export const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  // Absent: all spaces.
  validateSearch: (search: RawSearch) => present({ space: word(search['space']) }),
  search: { middlewares: [retainSearchParams(['space'])] },
  beforeLoad: ({ location }) => {
    if (tokenPreference.get() === '') throw redirect({ to: '/login', search: { next: location.href } })
  },
})
