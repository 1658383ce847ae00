import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { Logo } from '../../components/logo.tsx'
import { LanguageButton, ThemeButton } from '../../components/preference-buttons.tsx'
import { request } from '../../lib/api/client.ts'
import { calls, meQuery } from '../../lib/api/queries.ts'
import { tokenPreference } from '../../lib/preferences.ts'
import { SearchPalette } from './search-palette.tsx'
import { SpaceSwitcher } from './space-switcher.tsx'

export function TopBar() {
  return (
    <header className="top-bar">
      <Link to="/" className="top-bar-brand" aria-label="Sightline">
        <Logo />
      </Link>
      <SpaceSwitcher />
      <SearchPalette />
      <span className="grow" />
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
    mutationFn: () => request(calls.logout()),
    // A platform that cannot be reached must not keep somebody logged in at this screen.
    onSettled: () => tokenPreference.set(''),
  })
  const name = me?.name ?? t('frame.me')
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          {
            key: 'who',
            disabled: true,
            label: (
              <span className="me-who">
                <strong>{name}</strong>
                <small>{me?.role}</small>
              </span>
            ),
          },
          { type: 'divider' },
          { key: 'logout', icon: <Icon name="logout" size={16} />, label: t('frame.logout') },
        ],
        onClick: ({ key }) => key === 'logout' && logout.mutate(),
      }}
    >
      <Button type="text" aria-label={`${t('frame.me')}: ${name}`} icon={<Icon name="user" size={20} />}>
        <span className="me-name">{name}</span>
      </Button>
    </Dropdown>
  )
}
