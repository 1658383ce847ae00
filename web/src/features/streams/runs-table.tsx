import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Measure } from '../../components/measure.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { runsQuery } from '../../lib/api/queries.ts'
import type { Stream, StreamRun } from '../../lib/api/types.ts'
import { address, bytes, duration, protocolName } from '../../lib/format.ts'

/** When it was on, who sent it, and why it ended. */
export function RunsTable({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const runs = useInfiniteQuery(runsQuery(stream.id))
  const columns = useMemo(
    (): readonly Column<StreamRun>[] => [
      {
        key: 'started',
        title: t('runs.started'),
        track: '168px',
        phone: 'title',
        render: ({ startedAt }) => <Moment at={startedAt} />,
      },
      {
        key: 'duration',
        title: t('runs.duration'),
        track: '120px',
        numeric: true,
        phone: 'side',
        render: ({ durationMs }) => <span className="tabular">{duration(durationMs)}</span>,
      },
      {
        key: 'reason',
        title: t('runs.reason'),
        track: 'minmax(180px, 2fr)',
        phone: 'meta',
        render: ({ stoppedAt, reason }) =>
          stoppedAt === null ? (
            <StateTag state="on" />
          ) : (
            <span className="ellipsis" title={reason ?? ''}>
              {reason || '–'}
            </span>
          ),
      },
      {
        key: 'publisher',
        title: t('stream.publisher'),
        track: 'minmax(180px, 2fr)',
        render: ({ publisher: { protocol, remote, agent } }) => (
          <span className="two-lines">
            <span>
              {protocolName(protocol)} <code>{address(remote)}</code>
            </span>
            <small className="ellipsis" title={agent}>
              {agent}
            </small>
          </span>
        ),
      },
      {
        key: 'in',
        title: t('stream.bytesIn'),
        track: '100px',
        numeric: true,
        render: ({ totals }) => <Measure of={totals && bytes(totals.bytesIn)} />,
      },
      {
        key: 'out',
        title: t('stream.bytesOut'),
        track: '100px',
        numeric: true,
        render: ({ totals }) => <Measure of={totals && bytes(totals.bytesOut)} />,
      },
    ],
    [t],
  )
  return (
    <Card
      className="flush"
      title={t('runs.title')}
      extra={<ShowApiCall call={api('listStreamEvents', { path: { id: stream.id } })} compact />}
    >
      {runs.isError && runs.data === undefined ? (
        <ErrorPanel error={runs.error} what={t('runs.failed')} onRetry={() => void runs.refetch()} />
      ) : (
        <DataTable
          label={t('runs.title')}
          columns={columns}
          rows={runs.data?.pages.flatMap(({ items }) => items)}
          rowKey={({ id }) => id}
          empty={<Empty title={t('runs.empty')} />}
        />
      )}
      {runs.hasNextPage && (
        <div className="table-more">
          <Button loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
            {t('table.more')}
          </Button>
        </div>
      )}
    </Card>
  )
}
