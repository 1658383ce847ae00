import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { SiteFooter } from '../../components/site.tsx'
import { useLiveUpdates } from '../../lib/api/live-updates.ts'
import { railPreference, tokenPreference, usePreference } from '../../lib/preferences.ts'
import { LostPlatform } from './lost-platform.tsx'
import { Rail } from './rail.tsx'
import { SectionPages } from './section-pages.tsx'
import { TopBar } from './top-bar.tsx'
import './frame.css'

/** The room around every page: rail, top bar, and the way to the login when the session ends. */
export function Frame() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  useLiveUpdates(useQueryClient())
  const token = usePreference(tokenPreference)
  const rail = usePreference(railPreference)
  useEffect(() => {
    if (token !== '') return
    const next = location.pathname + location.search
    void navigate({ to: '/login', search: next === '/' ? {} : { next } })
  }, [token, navigate])
  return (
    <div className={rail === 'closed' ? 'frame narrow' : 'frame'}>
      <a className="skip-link" href="#main">
        {t('frame.skip')}
      </a>
      <Rail />
      <TopBar />
      <main id="main" tabIndex={-1}>
        <LostPlatform />
        <SectionPages />
        <Outlet />
      </main>
      <SiteFooter />
    </div>
  )
}
