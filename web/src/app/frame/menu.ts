import { useQuery } from '@tanstack/react-query'
import { useMatches, useRouter } from '@tanstack/react-router'
import type { IconName } from '../../components/icon.tsx'
import { meQuery } from '../../lib/api/queries.ts'
import { type MenuText, SECTIONS, type Section } from '../../lib/pages.ts'

const ICONS: Readonly<Record<Section, IconName>> = {
  overview: 'overview',
  live: 'grid',
  replay: 'rewind',
  devices: 'camera',
  streams: 'streams',
  alarms: 'bell',
  automation: 'automation',
  fleet: 'nodes',
  usage: 'chart',
  settings: 'settings',
}
/** Those a phone has at the bottom, the first that are there; the others are behind 'More'. */
const PHONE_FIRST: readonly Section[] = ['overview', 'live', 'devices', 'alarms', 'streams', 'fleet']
const PHONE_PLACES = 4

export interface MenuPage {
  /** Its text is `section.<key>`. */
  readonly key: MenuText
  readonly to: string
}

export interface MenuSection {
  readonly key: Section
  readonly icon: IconName
  readonly phone: boolean
  /** At least one; the first is where the rail leads. */
  readonly pages: readonly [MenuPage, ...MenuPage[]]
}

/** The sections and pages that are there and of use to who is logged in. */
export function useMenu(): readonly MenuSection[] {
  const { data: me } = useQuery(meQuery())
  const { routesByPath } = useRouter()
  const sections = SECTIONS.flatMap((key): readonly Omit<MenuSection, 'phone'>[] => {
    const [first, ...others] = Object.values(routesByPath).flatMap(({ fullPath, options }): readonly MenuPage[] => {
      const { section, menu, needs } = options.staticData ?? {}
      const allowed = needs === undefined || me?.permissions.includes(needs)
      return section === key && menu !== undefined && allowed ? [{ key: menu, to: fullPath }] : []
    })
    return first === undefined ? [] : [{ key, icon: ICONS[key], pages: [first, ...others] }]
  })
  const atBottom = PHONE_FIRST.filter(key => sections.some(each => each.key === key)).slice(0, PHONE_PLACES)
  return sections.map(section => ({ ...section, phone: atBottom.includes(section.key) }))
}

/** The section of the open page. */
export const useOpenSection = (): Section | undefined =>
  useMatches({ select: matches => matches.at(-1)?.staticData.section })
