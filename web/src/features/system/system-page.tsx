import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Facts, Page } from '../../components/page.tsx'
import { calls } from '../../lib/api/calls.ts'
import { request } from '../../lib/api/client.ts'
import { healthQuery, systemQuery } from '../../lib/api/queries.ts'
import type { Reload, Setting } from '../../lib/api/types.ts'
import { duration } from '../../lib/format.ts'
import './system.css'

export function SystemPage() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const system = useQuery(systemQuery())
  const health = useQuery({ ...healthQuery(), refetchInterval: 5000 })
  const [q, setQ] = useState('')
  const columns = useColumns()
  const reload = useMutation({
    mutationFn: () => request<Reload>(calls.reload()),
    onSuccess: async ({ changed }) => {
      void message.success(
        changed.length === 0 ? t('system.unchanged') : t('system.reloaded', { keys: changed.join(', ') }),
      )
      await queryClient.invalidateQueries({ queryKey: ['system'] })
    },
  })
  const matching = system.data?.configuration.filter(({ key, value, source }) =>
    `${key} ${shown(value)} ${source}`.toLowerCase().includes(q.toLowerCase()),
  )
  return (
    <Page
      title={t('section.system')}
      actions={
        <>
          <ShowApiCall call={calls.reload()} compact />
          <Button icon={<Icon name="refresh" />} loading={reload.isPending} onClick={() => reload.mutate()}>
            {t('system.reload')}
          </Button>
        </>
      }
    >
      {(reload.data?.needRestart.length ?? 0) > 0 && (
        <p className="notice suspect" role="status">
          <Icon name="alert" />
          {t('system.needRestart', { keys: reload.data?.needRestart.join(', ') })}
        </p>
      )}
      {reload.isError && <ErrorPanel error={reload.error} what={t('system.reloadFailed')} />}
      {system.isError && (
        <ErrorPanel error={system.error} what={t('system.loadFailed')} onRetry={() => void system.refetch()} />
      )}
      <Card title={t('system.platform')}>
        <Facts
          rows={[
            { label: t('nodes.version'), value: <span className="tabular">{system.data?.version ?? '–'}</span> },
            {
              label: t('system.uptime'),
              value: <span className="tabular">{health.data ? duration(health.data.uptimeSeconds * 1000) : '–'}</span>,
            },
            { label: t('system.runtime'), value: <span className="tabular">{system.data?.runtime ?? '–'}</span> },
            { label: t('system.address'), value: <code>{location.origin}</code> },
          ]}
        />
      </Card>
      {(matching !== undefined || !system.isError) && (
        <Card
          className="flush"
          title={t('system.configuration')}
          extra={
            <Input
              className="search-box"
              type="search"
              prefix={<Icon name="search" size={16} />}
              placeholder={t('system.search')}
              aria-label={t('system.search')}
              value={q}
              onChange={event => setQ(event.target.value)}
            />
          }
        >
          <p className="muted card-lead">{t('system.configurationHow')}</p>
          <DataTable
            label={t('system.configuration')}
            columns={columns}
            rows={matching}
            rowKey={row => row.key}
            empty={<Empty title={t('system.noMatch')} />}
          />
        </Card>
      )}
    </Page>
  )
}

const shown = (value: Setting['value']): string => (value === null || value === '' ? '–' : String(value))

function useColumns(): readonly Column<Setting>[] {
  const { t } = useTranslation()
  return [
    {
      key: 'key',
      title: t('system.key'),
      track: 'minmax(200px, 1.4fr)',
      phone: 'title',
      render: ({ key }) => <code className="setting-key">{key}</code>,
    },
    {
      key: 'value',
      title: t('system.value'),
      track: 'minmax(160px, 2fr)',
      phone: 'meta',
      render: ({ value }) => (
        <code className="ellipsis" title={shown(value)}>
          {shown(value)}
        </code>
      ),
    },
    {
      key: 'source',
      title: t('system.source'),
      track: 'minmax(140px, 1fr)',
      phone: 'side',
      render: ({ source }) => (
        <span className={source === 'default' ? 'muted' : 'source'}>
          {source === 'default' ? t('system.sourceDefault') : source}
        </span>
      ),
    },
  ]
}
