import type { Item } from '@sightline/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Measure } from '../../components/measure.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { address, bytes, protocolName } from '../../lib/format.ts'
import { viewersQuery } from './queries.ts'

type ViewerEntry = Item<'listAllViewers'>

/** Who watches and who watched, of all streams, newest first. */
export function ViewersPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/viewers' })
  const { space } = useSearch({ from: '/frame' })
  const { path, remote, state } = useSearch({ from: '/frame/viewers' })
  const filter = { space, path, remote, state }
  const viewers = useInfiniteQuery(viewersQuery(filter))
  const columns = useColumns()
  return (
    <Page
      title={t('section.viewers')}
      lead={path === undefined ? t('viewer.lead') : <code>{path}</code>}
      actions={<ShowApiCall call={api('listAllViewers', { query: filter })} compact />}
    >
      <div className="toolbar">
        <SearchBox
          label={t('viewer.search')}
          q={remote ?? ''}
          onSearch={text => void navigate({ search: old => ({ ...old, remote: text || undefined }), replace: true })}
        />
        <Segmented<'all' | 'on' | 'off'>
          aria-label={t('streams.state')}
          value={state ?? 'all'}
          options={[
            { value: 'all', label: t('streams.all') },
            { value: 'on', label: t('viewer.watching') },
            { value: 'off', label: t('viewer.gone') },
          ]}
          onChange={value =>
            void navigate({ search: old => ({ ...old, state: value === 'all' ? undefined : value }), replace: true })
          }
        />
      </div>
      {viewers.isError && viewers.data === undefined ? (
        <ErrorPanel error={viewers.error} what={t('viewers.loadFailed')} onRetry={() => void viewers.refetch()} />
      ) : (
        <Card className="flush">
          <DataTable
            label={t('section.viewers')}
            columns={columns}
            rows={viewers.data?.pages.flatMap(({ items }) => items)}
            rowKey={({ id }) => id}
            empty={<Empty title={t('viewer.nobody')} />}
          />
          {viewers.hasNextPage && (
            <div className="table-more">
              <Button loading={viewers.isFetchingNextPage} onClick={() => void viewers.fetchNextPage()}>
                {t('table.more')}
              </Button>
            </div>
          )}
        </Card>
      )}
    </Page>
  )
}

function useColumns(): readonly Column<ViewerEntry>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
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
        key: 'state',
        title: t('streams.state'),
        track: '100px',
        phone: 'side',
        render: ({ state }) => <StateTag state={state} word={t(state === 'on' ? 'viewer.watching' : 'viewer.gone')} />,
      },
      {
        key: 'path',
        title: t('stream.title'),
        track: 'minmax(130px, 1.6fr)',
        phone: 'meta',
        render: ({ path }) => (
          <span className="ellipsis" title={path}>
            {path}
          </span>
        ),
      },
      {
        key: 'protocol',
        title: t('viewers.protocol'),
        track: '90px',
        phone: 'meta',
        render: ({ protocol }) => protocolName(protocol),
      },
      {
        key: 'agent',
        title: t('viewers.agent'),
        track: 'minmax(100px, 1.6fr)',
        render: ({ agent }) => (
          <span className="ellipsis" title={agent}>
            {agent || '–'}
          </span>
        ),
      },
      {
        key: 'started',
        title: t('viewer.started'),
        track: '144px',
        render: ({ startedAt }) => <Moment at={startedAt} />,
      },
      {
        key: 'sent',
        title: t('viewers.sent'),
        track: '84px',
        numeric: true,
        render: ({ bytesSent }) => <Measure of={bytesSent === null ? null : bytes(bytesSent)} />,
      },
      {
        key: 'reason',
        title: t('viewer.reason'),
        track: 'minmax(100px, 1fr)',
        render: ({ stopReason }) => (
          <span className="ellipsis" title={stopReason ?? ''}>
            {stopReason ?? '–'}
          </span>
        ),
      },
    ],
    [t],
  )
}
