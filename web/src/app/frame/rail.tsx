import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { Logo } from '../../components/logo.tsx'
import { healthQuery } from '../../lib/api/queries.ts'
import { railPreference, usePreference } from '../../lib/preferences.ts'
import { SECTIONS } from './sections.ts'

export function Rail() {
  const { t } = useTranslation()
  const closed = usePreference(railPreference) === 'closed'
  const { data: health } = useQuery(healthQuery())
  const toggle = t(closed ? 'frame.openRail' : 'frame.closeRail')
  return (
    <nav className="rail" aria-label={t('frame.navigation')}>
      <Link to="/" className="rail-brand" aria-label="Sightline">
        <Logo />
        <span>Sightline</span>
      </Link>
      {SECTIONS.map(({ key, to, icon, exact }) => (
        <Link
          key={key}
          to={to}
          className="rail-link"
          activeOptions={{ exact }}
          title={closed ? t(`section.${key}`) : undefined}
        >
          <Icon name={icon} size={20} />
          <span>{t(`section.${key}`)}</span>
        </Link>
      ))}
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
