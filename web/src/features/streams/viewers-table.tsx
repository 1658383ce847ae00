import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Since } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { viewersQuery } from '../../lib/api/queries.ts'
import type { Stream, Viewer } from '../../lib/api/types.ts'
import { address, bytes, count, milliseconds, protocolName } from '../../lib/format.ts'
import { KickViewerButton } from './kick-button.tsx'

/** Who watches now, oldest first: rows do not move while one looks at them. */
export function ViewersTable({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const viewers = useQuery({ ...viewersQuery(stream.id), enabled: stream.live !== null })
  const mayKick = useMay('streams.kick')
  const columns = useMemo(
    (): readonly Column<Viewer>[] => [
      {
        key: 'remote',
        title: t('viewers.remote'),
        track: 'minmax(150px, 1.2fr)',
        phone: 'title',
        render: ({ id, remote }) => (
          <Link to="/viewers/$id" params={{ id }}>
            <code>{address(remote)}</code>
          </Link>
        ),
      },
      {
        key: 'protocol',
        title: t('viewers.protocol'),
        track: '120px',
        phone: 'side',
        render: ({ protocol }) => protocolName(protocol),
      },
      {
        key: 'agent',
        title: t('viewers.agent'),
        track: 'minmax(160px, 2fr)',
        render: ({ agent }) => (
          <span className="ellipsis" title={agent}>
            {agent || '–'}
          </span>
        ),
      },
      {
        key: 'sent',
        title: t('viewers.sent'),
        track: '120px',
        numeric: true,
        phone: 'meta',
        render: ({ bytesSent }) => <Measure of={bytes(bytesSent)} />,
      },
      {
        key: 'dropped',
        title: t('viewers.dropped'),
        track: '110px',
        numeric: true,
        render: ({ framesDropped }) => <span className="tabular">{count(framesDropped)}</span>,
      },
      {
        key: 'delay',
        title: t('player.delay'),
        track: '96px',
        numeric: true,
        render: ({ delayMs }) => <Measure of={delayMs === undefined ? null : milliseconds(delayMs)} />,
      },
      {
        key: 'buffered',
        title: t('viewers.buffered'),
        track: '110px',
        numeric: true,
        render: ({ bufferedBytes }) => <Measure of={bytes(bufferedBytes)} />,
      },
      {
        key: 'since',
        title: t('streams.since'),
        track: '110px',
        numeric: true,
        phone: 'meta',
        render: ({ startedAt }) => <Since at={startedAt} />,
      },
      {
        key: 'actions',
        title: '',
        track: '56px',
        numeric: true,
        render: viewer => mayKick && <KickViewerButton stream={stream} viewer={viewer} />,
      },
    ],
    [t, stream, mayKick],
  )
  if (stream.live === null)
    return (
      <Card>
        <Empty title={t('player.off')} />
      </Card>
    )
  return (
    <Card
      className="flush"
      title={t('viewers.title')}
      extra={
        <>
          <Link to="/viewers" search={{ path: stream.path }}>
            {t('viewers.before')}
          </Link>
          <ShowApiCall call={api('listViewers', { path: { id: stream.id } })} compact />
        </>
      }
    >
      {viewers.isError && viewers.data === undefined ? (
        <ErrorPanel error={viewers.error} what={t('viewers.loadFailed')} onRetry={() => void viewers.refetch()} />
      ) : (
        <DataTable
          label={t('viewers.title')}
          columns={columns}
          rows={viewers.data}
          rowKey={row => row.id}
          empty={
            <Empty title={t('viewers.emptyTitle')}>
              <p className="muted">{t('viewers.emptyText')}</p>
            </Empty>
          }
        />
      )}
    </Card>
  )
}
