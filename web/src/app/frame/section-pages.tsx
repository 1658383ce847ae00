import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMenu, useOpenSection } from './menu.ts'

/** The pages of the open section, when there are several: one click from each to each. */
export function SectionPages() {
  const { t } = useTranslation()
  const open = useOpenSection()
  const section = useMenu().find(({ key }) => key === open)
  if (section === undefined || section.pages.length < 2) return null
  return (
    <nav className="section-pages" aria-label={t(`section.${section.key}`)}>
      {section.pages.map(({ key, to }) => (
        <Link key={key} to={to} className="section-page">
          {t(`section.${key}`)}
        </Link>
      ))}
    </nav>
  )
}
