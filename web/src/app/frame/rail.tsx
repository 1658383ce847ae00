import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { Logo } from '../../components/logo.tsx'
import { useSiteName } from '../../components/site.tsx'
import { healthQuery } from '../../lib/api/queries.ts'
import { railPreference, usePreference } from '../../lib/preferences.ts'
import { type MenuSection, useMenu, useOpenSection } from './menu.ts'

export function Rail() {
  const { t } = useTranslation()
  const site = useSiteName()
  const menu = useMenu()
  const open = useOpenSection()
  const closed = usePreference(railPreference) === 'closed'
  const { data: health } = useQuery(healthQuery())
  const toggle = t(closed ? 'frame.openRail' : 'frame.closeRail')
  return (
    <nav className="rail" aria-label={t('frame.navigation')}>
      <Link to="/" className="rail-brand" aria-label={site} title={site}>
        <Logo />
        <span>{site}</span>
      </Link>
      {menu.map(section => (
        <RailLink key={section.key} section={section} open={section.key === open} closed={closed} />
      ))}
      <More />
      <span className="rail-space" />
      {health !== undefined && <span className="rail-version tabular">{health.version}</span>}
      <button
        type="button"
        className="rail-link rail-toggle"
        aria-label={toggle}
        title={toggle}
        aria-expanded={!closed}
        onClick={() => railPreference.set(closed ? 'open' : 'closed')}
      >
        <Icon name={closed ? 'expand' : 'collapse'} size={20} />
        <span>{t('frame.closeRail')}</span>
      </button>
    </nav>
  )
}

interface RailLinkProps {
  readonly section: MenuSection
  readonly open: boolean
  readonly closed: boolean
}

function RailLink({ section: { key, pages, icon, phone }, open, closed }: RailLinkProps) {
  const { t } = useTranslation()
  return (
    <Link
      to={pages[0].to}
      className={`rail-link ${phone ? '' : 'rail-wide'} ${open ? 'open' : ''}`}
      title={closed ? t(`section.${key}`) : undefined}
    >
      <Icon name={icon} size={20} />
      <span>{t(`section.${key}`)}</span>
    </Link>
  )
}

/** On a phone: the sections the bottom bar has no room for. */
function More() {
  const { t } = useTranslation()
  const rest = useMenu().filter(({ phone }) => !phone)
  const open = useOpenSection()
  const panel = useId()
  const element = useRef<HTMLDivElement>(null)
  return (
    <>
      <button
        type="button"
        className={`rail-link rail-more ${rest.some(({ key }) => key === open) ? 'open' : ''}`}
        popoverTarget={panel}
      >
        <Icon name="more" size={20} />
        <span>{t('frame.more')}</span>
      </button>
      <div ref={element} id={panel} popover="auto" className="pop-panel more-panel">
        {rest.map(({ key, pages, icon }) => (
          <Link
            key={key}
            to={pages[0].to}
            className={`rail-link ${key === open ? 'open' : ''}`}
            onClick={() => element.current?.hidePopover()}
          >
            <Icon name={icon} size={20} />
            <span>{t(`section.${key}`)}</span>
          </Link>
        ))}
      </div>
    </>
  )
}
