import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { sessionsQuery } from '../../lib/api/queries.ts'
import type { SessionEntry } from '../../lib/api/types.ts'

/** Who is logged in, from where; each can be ended. */
export function Sessions() {
  const { t } = useTranslation()
  const whose = useMay('sessions.all') ? 'all' : undefined
  const sessions = useQuery(sessionsQuery(whose))
  const [revoking, setRevoking] = useState<SessionEntry | null>(null)
  const columns = useMemo(
    (): readonly Column<SessionEntry>[] => [
      {
        key: 'user',
        title: t('login.username'),
        track: 'minmax(120px, 1fr)',
        phone: 'title',
        render: ({ userName, current }) => (
          <span>
            <strong>{userName}</strong> {current && <small className="muted">{t('access.thisOne')}</small>}
          </span>
        ),
      },
      {
        key: 'remote',
        title: t('viewers.remote'),
        track: 'minmax(130px, 1fr)',
        phone: 'meta',
        render: ({ remote }) => <code>{remote}</code>,
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
        key: 'used',
        title: t('access.lastUsed'),
        track: '140px',
        phone: 'meta',
        render: ({ lastUsedAt }) => <Ago at={lastUsedAt} />,
      },
      {
        key: 'expires',
        title: t('access.expires'),
        track: '168px',
        render: ({ expiresAt }) => <Moment at={expiresAt} />,
      },
      {
        key: 'actions',
        title: '',
        track: '56px',
        numeric: true,
        phone: 'side',
        render: session => (
          <IconButton
            icon="logout"
            label={t('access.endSession')}
            of={`${session.userName} ${session.remote}`}
            onClick={() => setRevoking(session)}
          />
        ),
      },
    ],
    [t],
  )
  return (
    <>
      {sessions.isError && sessions.data === undefined ? (
        <ErrorPanel error={sessions.error} what={t('access.sessionsFailed')} onRetry={() => void sessions.refetch()} />
      ) : (
        <Card
          className="flush"
          title={t('access.sessions')}
          extra={<ShowApiCall call={api('listSessions', { query: { user: whose } })} compact />}
        >
          <DataTable
            label={t('access.sessions')}
            columns={columns}
            rows={sessions.data}
            rowKey={({ id }) => id}
            empty={<Empty title={t('access.noSession')} />}
          />
        </Card>
      )}
      {revoking !== null && (
        <ConfirmAction
          title={t('access.endTitle', { name: revoking.userName })}
          action={t('access.endSession')}
          done={t('access.ended')}
          failed={t('access.notEnded')}
          call={api('revokeSession', { path: { id: revoking.id } })}
          onClose={() => setRevoking(null)}
        >
          <p>{t(revoking.current ? 'access.endOwnEffect' : 'access.endEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
