import { useInfiniteQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { useGapReason } from '../../components/gap-reason.ts'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { duration } from '../../lib/format.ts'
import { type Alert, alertsQuery } from './queries.ts'

/** What is wrong with recordings, stores and callbacks, and what was. */
export function Alerts() {
  const { t } = useTranslation()
  const [state, setState] = useState<'open' | 'cleared' | 'all'>('all')
  const alerts = useInfiniteQuery(alertsQuery(state === 'all' ? undefined : state))
  const columns = useColumns()
  return (
    <>
      <div className="toolbar">
        <Segmented<'open' | 'cleared' | 'all'>
          aria-label={t('streams.state')}
          value={state}
          options={(['all', 'open', 'cleared'] as const).map(value => ({ value, label: t(`storage.alert.${value}`) }))}
          onChange={setState}
        />
      </div>
      {alerts.isError && alerts.data === undefined ? (
        <ErrorPanel error={alerts.error} what={t('storage.alertsFailed')} onRetry={() => void alerts.refetch()} />
      ) : (
        <Card className="flush">
          <DataTable
            label={t('storage.tab.alerts')}
            columns={columns}
            rows={alerts.data?.pages.flatMap(({ items }) => items)}
            rowKey={({ id }) => id}
            empty={<Empty title={t('storage.nothingWrong')} />}
          />
          <Endless query={alerts} />
        </Card>
      )}
    </>
  )
}

function useColumns(): readonly Column<Alert>[] {
  const { t } = useTranslation()
  const reasonOf = useGapReason()
  // biome-ignore lint/correctness/useExhaustiveDependencies: reasonOf follows t
  return useMemo(
    () => [
      {
        key: 'what',
        title: t('storage.what'),
        track: 'minmax(200px, 2fr)',
        phone: 'title',
        render: ({ kind, object }) => (
          <span className="stream-name">
            <strong>{t(`storage.alertKind.${kind}`)}</strong>
            <small>{object}</small>
          </span>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '130px',
        phone: 'side',
        render: ({ clearedAt }) => (
          <StateTag
            state={clearedAt === null ? 'failed' : 'off'}
            word={t(clearedAt === null ? 'storage.alert.open' : 'storage.alert.cleared')}
          />
        ),
      },
      {
        key: 'reason',
        title: t('runs.reason'),
        track: 'minmax(160px, 2fr)',
        phone: 'meta',
        render: ({ reason }) => (
          <span className="ellipsis" title={reason}>
            {reasonOf(reason) || '–'}
          </span>
        ),
      },
      {
        key: 'raised',
        title: t('storage.since'),
        track: '168px',
        numeric: true,
        phone: 'meta',
        render: ({ raisedAt }) => <Moment at={raisedAt} />,
      },
      {
        key: 'lasted',
        title: t('runs.duration'),
        track: '110px',
        numeric: true,
        render: ({ raisedAt, clearedAt }) => (
          <span className="tabular">
            {clearedAt === null ? '–' : duration(Date.parse(clearedAt) - Date.parse(raisedAt))}
          </span>
        ),
      },
    ],
    [t],
  )
}
