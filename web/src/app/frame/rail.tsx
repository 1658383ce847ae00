import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { Logo } from '../../components/logo.tsx'
import { healthQuery } from '../../lib/api/queries.ts'
import { railPreference, usePreference } from '../../lib/preferences.ts'
import { type Section, useSections } from './sections.ts'

export function Rail() {
  const { t } = useTranslation()
  const sections = useSections()
  const closed = usePreference(railPreference) === 'closed'
  const { data: health } = useQuery(healthQuery())
  const toggle = t(closed ? 'frame.openRail' : 'frame.closeRail')
  return (
    <nav className="rail" aria-label={t('frame.navigation')}>
      <Link to="/" className="rail-brand" aria-label="Sightline">
        <Logo />
        <span>Sightline</span>
      </Link>
      {sections.map(section => (
        <RailLink key={section.key} section={section} closed={closed} />
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

function RailLink({ section: { key, to, icon, phone }, closed }: { section: Section; closed: boolean }) {
  const { t } = useTranslation()
  return (
    <Link
      to={to}
      className={phone ? 'rail-link' : 'rail-link rail-wide'}
      activeOptions={{ exact: to === '/' }}
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
  const sections = useSections()
  const panel = useId()
  const element = useRef<HTMLDivElement>(null)
  return (
    <>
      <button type="button" className="rail-link rail-more" popoverTarget={panel}>
        <Icon name="more" size={20} />
        <span>{t('frame.more')}</span>
      </button>
      <div ref={element} id={panel} popover="auto" className="pop-panel more-panel">
        {sections
          .filter(({ phone }) => !phone)
          .map(({ key, to, icon }) => (
            <Link key={key} to={to} className="rail-link" onClick={() => element.current?.hidePopover()}>
              <Icon name={icon} size={20} />
              <span>{t(`section.${key}`)}</span>
            </Link>
          ))}
      </div>
    </>
  )
}
