import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { ParentPlatform } from '../../lib/api/types.ts'
import { ParentForm } from './parent-form.tsx'
import { ParentState } from './parent-state.tsx'
import { parentsQuery } from './queries.ts'

/** Platforms above this one that get to see some of its channels. */
export function ParentsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { space } = useSearch({ from: '/frame' })
  const parents = useQuery(parentsQuery(space))
  const mayWrite = useMay('parents.write')
  const [creating, setCreating] = useState(false)
  const columns = useColumns()
  const create = mayWrite && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('parents.create')}
    </Button>
  )
  return (
    <Page
      title={t('section.parents')}
      lead={t('parents.lead')}
      actions={
        <>
          <ShowApiCall call={api('listParentPlatforms', { query: { space } })} compact />
          {create}
        </>
      }
    >
      {parents.isError && (
        <ErrorPanel error={parents.error} what={t('parents.loadFailed')} onRetry={() => void parents.refetch()} />
      )}
      {(parents.data !== undefined || !parents.isError) && (
        <Card className="flush">
          <DataTable
            label={t('section.parents')}
            columns={columns}
            rows={parents.data}
            rowKey={({ id }) => id}
            empty={
              <Empty title={t('parents.emptyTitle')} action={create}>
                <p className="muted">{t('parents.emptyText')}</p>
              </Empty>
            }
          />
        </Card>
      )}
      {creating && (
        <ParentForm
          parent={null}
          space={space ?? 'default'}
          onClose={() => setCreating(false)}
          onDone={({ id }) => void navigate({ to: '/parent-platforms/$id', params: { id } })}
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<ParentPlatform>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(180px, 2fr)',
        phone: 'title',
        render: ({ id, name, serverId }) => (
          <Link to="/parent-platforms/$id" params={{ id }} className="stream-name">
            <strong>{name}</strong>
            <small className="tabular">{serverId}</small>
          </Link>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '140px',
        phone: 'side',
        render: parent => <ParentState parent={parent} />,
      },
      {
        key: 'reason',
        title: t('parents.reason'),
        track: 'minmax(160px, 2fr)',
        phone: 'meta',
        render: ({ reason }) => (
          <span className="ellipsis" title={reason}>
            {reason || '–'}
          </span>
        ),
      },
      {
        key: 'host',
        title: t('viewers.remote'),
        track: 'minmax(150px, 1fr)',
        phone: 'meta',
        render: ({ host, port, transport }) => (
          <span className="two-lines">
            <code className="ellipsis">
              {host}:{port}
            </code>
            <small>{transport.toUpperCase()}</small>
          </span>
        ),
      },
      { key: 'space', title: t('frame.space'), track: '120px', render: ({ space }) => space },
      {
        key: 'since',
        title: t('streams.since'),
        track: '132px',
        numeric: true,
        render: ({ stateAt }) => (stateAt === null ? '–' : <Ago at={stateAt} />),
      },
    ],
    [t],
  )
}
