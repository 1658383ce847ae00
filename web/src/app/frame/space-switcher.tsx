import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { spacesQuery } from '../../lib/api/queries.ts'

const ALL = ''

/** The tenant whose things are shown. It is part of the URL: a shared link opens in the same space. */
export function SpaceSwitcher() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { space } = useSearch({ from: '/frame' })
  const { data: spaces } = useQuery(spacesQuery())
  const choose = (value: string) =>
    void navigate({ to: '.', search: old => ({ ...old, space: value === ALL ? undefined : value }), replace: true })
  // A space from a shared link is shown even before (or without) the list.
  const names = [...new Set([...(spaces ?? []).map(({ name }) => name), ...(space === undefined ? [] : [space])])]
  return (
    <label className="space-switcher" title={t('frame.space')}>
      <Icon name="space" size={16} />
      <select aria-label={t('frame.space')} value={space ?? ALL} onChange={event => choose(event.target.value)}>
        <option value={ALL}>{t('frame.allSpaces')}</option>
        {names.map(name => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <Icon name="down" size={16} />
    </label>
  )
}
