import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { Logo } from '../../components/logo.tsx'
import { LanguageButton, ThemeButton } from '../../components/preference-buttons.tsx'
import { useSiteName } from '../../components/site.tsx'
import { client } from '../../lib/api/client.ts'
import { meQuery } from '../../lib/api/queries.ts'
import { tokenPreference } from '../../lib/preferences.ts'
import { Operations } from './operations.tsx'
import { SearchPalette } from './search-palette.tsx'
import { SpaceSwitcher } from './space-switcher.tsx'

export function TopBar() {
  const site = useSiteName()
  return (
    <header className="top-bar">
      <Link to="/" className="top-bar-brand" aria-label={site}>
        <Logo />
      </Link>
      <SpaceSwitcher />
      <SearchPalette />
      <span className="grow" />
      <Operations />
      <LanguageButton />
      <ThemeButton />
      <Me />
    </header>
  )
}

function Me() {
  const { t } = useTranslation()
  const { data: me } = useQuery(meQuery())
  const logout = useMutation({
    mutationFn: () => client.call('logout'),
    // A platform that cannot be reached must not keep somebody logged in at this screen.
    onSettled: () => tokenPreference.set(''),
  })
  const name = me?.name ?? t('frame.me')
  const panel = useId()
  return (
    <>
      <Button
        type="text"
        popoverTarget={panel}
        aria-label={`${t('frame.me')}: ${name}`}
        icon={<Icon name="user" size={20} />}
      >
        <span className="me-name">{name}</span>
      </Button>
      <div id={panel} popover="auto" className="pop-panel me-panel">
        <strong>{name}</strong>
        {me !== undefined && <small>{t(`role.${me.role}`)}</small>}
        <hr />
        <button type="button" className="rail-link" onClick={() => logout.mutate()}>
          <Icon name="logout" size={18} />
          {t('frame.logout')}
        </button>
      </div>
    </>
  )
}
