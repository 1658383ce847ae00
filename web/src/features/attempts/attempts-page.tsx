import { useNavigate, useSearch } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import { AttemptsTable } from '../../components/attempts/attempts-table.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Page } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { ATTEMPT_KINDS } from './routes.ts'

/** What was tried with all devices, also those nobody knows, and why it went as it did. */
export function AttemptsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/attempts' })
  const { space, kind, failed, gbId } = useSearch({ from: '/frame/attempts' })
  const search = (change: object) => void navigate({ search: old => ({ ...old, ...change }), replace: true })
  return (
    <Page title={t('section.diagnosis')} lead={t('attempt.lead')}>
      <div className="toolbar">
        <SearchBox
          label={t('attempt.search')}
          q={gbId ?? ''}
          onSearch={text => search({ gbId: text.replace(/\D/g, '') || undefined })}
        />
        <Segmented<'all' | 'failed'>
          aria-label={t('streams.state')}
          value={failed ? 'failed' : 'all'}
          options={[
            { value: 'all', label: t('attempt.all') },
            { value: 'failed', label: t('attempt.onlyFailed') },
          ]}
          onChange={value => search({ failed: value === 'failed' ? true : undefined })}
        />
        <FilterSelect
          label={t('attempt.what')}
          all={t('attempt.allKinds')}
          value={kind}
          options={ATTEMPT_KINDS.map(value => ({ value, label: t(`attempt.kind.${value}`) }))}
          onChange={kind => search({ kind })}
        />
      </div>
      <AttemptsTable filter={{ space, kind, gbId, ok: failed ? 'false' : undefined }} ofMany />
    </Page>
  )
}
