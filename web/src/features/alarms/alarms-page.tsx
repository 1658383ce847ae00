import { useNavigate, useSearch } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import { METHODS } from '../../components/alarms/alarm-words.ts'
import { AlarmsTable } from '../../components/alarms/alarms-table.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Page } from '../../components/page.tsx'

const PRIORITIES = ['1', '2', '3', '4'] as const

/** What devices of all kinds raised an alarm about. */
export function AlarmsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/alarms' })
  const { space, method, priority, open, day } = useSearch({ from: '/frame/alarms' })
  const search = (change: object) => void navigate({ search: old => ({ ...old, ...change }), replace: true })
  const filter = {
    space,
    method: method === undefined ? undefined : Number(method),
    priority: priority === undefined ? undefined : Number(priority),
    acknowledged: open ? ('false' as const) : undefined,
    ...daySpan(day),
  }
  const filtered = method !== undefined || priority !== undefined || open !== undefined || day !== undefined
  return (
    <Page title={t('section.alarms')} lead={t('alarms.lead')}>
      <div className="toolbar">
        <Segmented<'all' | 'open'>
          aria-label={t('streams.state')}
          value={open ? 'open' : 'all'}
          options={[
            { value: 'all', label: t('alarms.all') },
            { value: 'open', label: t('alarms.open') },
          ]}
          onChange={value => search({ open: value === 'open' ? true : undefined })}
        />
        <FilterSelect
          label={t('alarms.by')}
          all={t('alarms.allMethods')}
          value={method}
          options={METHODS.map(each => ({
            value: String(each) as `${typeof each}`,
            label: t(`alarms.method.${each}`),
          }))}
          onChange={method => search({ method })}
        />
        <FilterSelect
          label={t('alarms.level')}
          all={t('alarms.allLevels')}
          value={PRIORITIES.find(each => each === priority)}
          options={PRIORITIES.map(value => ({ value, label: t('alarms.priority', { n: value }) }))}
          onChange={priority => search({ priority })}
        />
        <input
          type="date"
          className="select"
          aria-label={t('alarms.day')}
          value={day ?? ''}
          onChange={event => search({ day: event.target.value || undefined })}
        />
      </div>
      <AlarmsTable filter={filter} ofMany filtered={filtered} />
    </Page>
  )
}

/** From midnight to midnight in the browser's zone; nothing for what is no date. */
function daySpan(day: string | undefined): { start?: string; end?: string } {
  if (day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)) return {}
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const [start, end] = [new Date(year, month - 1, date), new Date(year, month - 1, date + 1)]
  return { start: start.toISOString(), end: end.toISOString() }
}
