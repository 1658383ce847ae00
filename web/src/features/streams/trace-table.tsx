import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { CopyButton } from '../../components/copy-field.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { traceQuery } from '../../lib/api/queries.ts'
import type { Stream, TraceEntry } from '../../lib/api/types.ts'
import { address, protocolName } from '../../lib/format.ts'

/** Newest first, as one looks for what has just gone wrong. */
const newestFirst = (entries: readonly TraceEntry[]) => entries.toSorted((a, b) => b.at.localeCompare(a.at))

/** Step by step: who asked, who was refused and why, first frames. The trace id finds the same request in the log. */
export function TraceTable({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const trace = useQuery(traceQuery(stream.id))
  const rows = useMemo(() => trace.data && newestFirst(trace.data), [trace.data])
  const columns = useMemo(
    (): readonly Column<TraceEntry>[] => [
      { key: 'at', title: t('trace.at'), track: '168px', phone: 'side', render: ({ at }) => <Moment at={at} /> },
      {
        key: 'step',
        title: t('trace.step'),
        track: 'minmax(140px, 1fr)',
        phone: 'title',
        render: ({ step }) => t(`trace.steps.${step}`),
      },
      {
        key: 'who',
        title: t('viewers.remote'),
        track: 'minmax(160px, 1.4fr)',
        phone: 'meta',
        render: ({ protocol, remote }) => (
          <span className="ellipsis">
            {protocol && protocolName(protocol)} {remote && <code>{address(remote)}</code>}
          </span>
        ),
      },
      {
        key: 'reason',
        title: t('runs.reason'),
        track: 'minmax(160px, 2fr)',
        phone: 'meta',
        render: ({ reason = '' }) => (
          <span className="ellipsis" title={reason}>
            {reason}
          </span>
        ),
      },
      {
        key: 'id',
        title: t('trace.id'),
        track: '110px',
        numeric: true,
        render: ({ traceId }) => traceId && <CopyButton value={traceId} label={t('trace.id')} />,
      },
    ],
    [t],
  )
  return (
    <Card
      className="flush"
      title={t('trace.title')}
      extra={<ShowApiCall call={api('traceStream', { path: { id: stream.id } })} compact />}
    >
      <p className="muted card-lead">{t('trace.how')}</p>
      {trace.isError && trace.data === undefined ? (
        <ErrorPanel error={trace.error} what={t('trace.failed')} onRetry={() => void trace.refetch()} />
      ) : (
        <DataTable
          label={t('trace.title')}
          columns={columns}
          rows={rows}
          rowKey={({ at, step, who = '' }) => `${at} ${step} ${who}`}
          empty={<Empty title={t('trace.empty')} />}
        />
      )}
    </Card>
  )
}
