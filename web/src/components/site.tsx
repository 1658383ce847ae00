import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { siteQuery } from '../lib/api/queries.ts'
import './site.css'

/** What the installation is called; the product's own name until that is known. */
export function useSiteName(): string {
  const { data: site } = useQuery(siteQuery())
  return site?.name ?? 'Sightline'
}

/** The page's name and the installation's, in the tab of the browser. */
export function useTitle(title: string): void {
  const name = useSiteName()
  useEffect(() => {
    document.title = `${title} · ${name}`
  }, [title, name])
}

/** Where one is; whom to call, when somebody has said. */
export function SiteFooter() {
  const { t } = useTranslation()
  const { data: site } = useQuery(siteQuery())
  if (site === undefined) return null
  const { name, address, phone } = site
  return (
    <footer className="site-footer">
      <span>{name}</span>
      {address !== null && (
        <a href={address} target="_blank" rel="noreferrer">
          {address.replace(/^https?:\/\/|\/$/g, '')}
        </a>
      )}
      {phone !== null && (
        <span>
          {t('frame.service')} <a href={`tel:${phone.replace(/[^0-9+*#,]/g, '')}`}>{phone}</a>
        </span>
      )}
    </footer>
  )
}
