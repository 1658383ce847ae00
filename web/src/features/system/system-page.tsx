import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { OperationDialog } from '../../components/operation-dialog.tsx'
import { Card, Empty, Facts, Page } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { healthQuery, systemQuery } from '../../lib/api/queries.ts'
import type { Operation, Setting } from '../../lib/api/types.ts'
import { duration } from '../../lib/format.ts'
import { LogTail } from './log-tail.tsx'
import { SiteCard } from './site-card.tsx'
import './system.css'

export function SystemPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/system' })
  const { tab = 'settings' } = useSearch({ from: '/frame/system' })
  const mayReload = useMay('system.reload')
  return (
    <Page title={t('section.system')} actions={mayReload && <SupportBundle />}>
      <Tabs
        label={t('section.system')}
        tabs={(['settings', 'log', 'backup'] as const).map(key => ({ key, title: t(`system.tab.${key}`) }))}
        open={tab}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true })}
      >
        {tab === 'settings' && <Settings mayReload={mayReload} />}
        {tab === 'log' && <LogTail />}
        {tab === 'backup' && <Backup />}
      </Tabs>
    </Page>
  )
}

function Settings({ mayReload }: { mayReload: boolean }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const system = useQuery(systemQuery())
  const health = useQuery({ ...healthQuery(), refetchInterval: 5000 })
  const [q, setQ] = useState('')
  const columns = useColumns()
  const reload = useMutation({
    mutationFn: api('reloadSystem').send,
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
    <>
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
      <SiteCard />
      <Card
        title={t('system.platform')}
        {...(mayReload
          ? {
              extra: (
                <>
                  <ShowApiCall call={api('reloadSystem')} compact />
                  <Button icon={<Icon name="refresh" />} loading={reload.isPending} onClick={() => reload.mutate()}>
                    {t('system.reload')}
                  </Button>
                </>
              ),
            }
          : {})}
      >
        <Facts
          rows={[
            { label: t('nodes.version'), value: <span className="tabular">{system.data?.version ?? '–'}</span> },
            {
              label: t('system.uptime'),
              value: <span className="tabular">{health.data ? duration(health.data.uptimeSeconds * 1000) : '–'}</span>,
            },
            { label: t('system.runtime'), value: <span className="tabular">{system.data?.runtime ?? '–'}</span> },
            { label: t('system.address'), value: <code>{location.origin}</code> },
            {
              label: t('system.api'),
              value: (
                <a href="/api/docs" target="_blank" rel="noreferrer">
                  /api/docs
                </a>
              ),
            },
          ]}
        />
      </Card>
      {(matching !== undefined || !system.isError) && (
        <Card
          className="flush"
          title={t('system.configuration')}
          extra={<SearchBox label={t('system.search')} q={q} onSearch={setQ} />}
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
    </>
  )
}

/** What helps whoever is asked for help; secrets stay here. */
function SupportBundle() {
  const { t } = useTranslation()
  const [operation, setOperation] = useState<string | null>(null)
  const call = api('createSupportBundle')
  const start = useAction<Operation>({ done: t('system.bundleStarted'), onDone: ({ id }) => setOperation(id) })
  return (
    <>
      <ShowApiCall call={call} compact />
      <Button
        icon={<Icon name="download" size={18} />}
        title={t('system.bundleHow')}
        loading={start.isPending}
        onClick={() => start.mutate(call)}
      >
        {t('system.bundle')}
      </Button>
      {operation !== null && <OperationDialog id={operation} onClose={() => setOperation(null)} />}
    </>
  )
}

function Backup() {
  const { t } = useTranslation()
  return (
    <Card title={t('system.tab.backup')}>
      <div className="publish-guide">
        <p>{t('system.backupHow')}</p>
        <CopyField label={t('system.backupCommand')} value="./sightline backup sightline-$(date +%F).backup" />
        <CopyField label={t('system.restoreCommand')} value="./sightline restore sightline-2026-01-31.backup" />
        <p className="muted">{t('system.restoreHow')}</p>
      </div>
    </Card>
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
