import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { type Template, templatesQuery } from '../../lib/api/recording-queries.ts'
import { count } from '../../lib/format.ts'
import { InForceTab } from './in-force-tab.tsx'
import type { Kind } from './queries.ts'
import './templates.css'

const TABS = ['record', 'snapshot', 'inForce'] as const

export function TemplatesPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/templates' })
  const { tab = 'record' } = useSearch({ from: '/frame/templates' })
  const mayWrite = useMay('templates.write')
  const [creating, setCreating] = useState<Kind | null>(null)
  const create = (kind: Kind) =>
    mayWrite && (
      <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(kind)}>
        {t(`templates.create.${kind}`)}
      </Button>
    )
  return (
    <Page
      title={t('section.templates')}
      lead={t('templates.lead')}
      actions={
        <>
          <ShowApiCall call={tab === 'inForce' ? api('listBindings') : api('listTemplates')} compact />
          {tab !== 'inForce' && create(tab)}
        </>
      }
    >
      <Tabs<(typeof TABS)[number]>
        label={t('section.templates')}
        tabs={TABS.map(key => ({ key, title: t(`templates.tab.${key}`) }))}
        open={tab}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true, resetScroll: false })}
      >
        {tab === 'inForce' ? <InForceTab /> : <List key={tab} kind={tab} create={create(tab)} />}
      </Tabs>
      {creating !== null && <CreateTemplate kind={creating} onClose={() => setCreating(null)} />}
    </Page>
  )
}

function List({ kind, create }: { kind: Kind; create: React.ReactNode }) {
  const { t } = useTranslation()
  const templates = useQuery(templatesQuery())
  const columns = useColumns(kind)
  const rows = useMemo(() => templates.data?.filter(({ type }) => type === kind), [templates.data, kind])
  if (templates.isError && rows === undefined)
    return (
      <ErrorPanel error={templates.error} what={t('templates.loadFailed')} onRetry={() => void templates.refetch()} />
    )
  return (
    <Card className="flush">
      <DataTable
        label={t(`templates.tab.${kind}`)}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={
          <Empty title={t(`templates.empty.${kind}`)} action={create}>
            <p className="muted">{t(`templates.emptyText.${kind}`)}</p>
          </Empty>
        }
      />
    </Card>
  )
}

function CreateTemplate({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const body = { type: kind, name: name.trim() }
  return (
    <FormDialog
      title={t(`templates.create.${kind}`)}
      action={t('templates.createAction')}
      done={t('templates.created', { name: body.name })}
      failed={t('templates.createFailed')}
      call={api('createTemplate', { body })}
      ready={body.name !== ''}
      onClose={onClose}
      onDone={({ id }) => void navigate({ to: '/templates/$id', params: { id } })}
    >
      <TextField
        label={t('streams.name')}
        hint={t('templates.createHow')}
        maxLength={128}
        value={name}
        onChange={setName}
        autoFocus
      />
    </FormDialog>
  )
}

function useColumns(kind: Kind): readonly Column<Template>[] {
  const { t } = useTranslation()
  return useMemo(() => {
    const days = (value: number | null | undefined) =>
      value == null ? t('templates.forEver') : t('templates.days', { n: value })
    const first: Column<Template> = {
      key: 'name',
      title: t('streams.name'),
      track: 'minmax(180px, 2fr)',
      phone: 'title',
      render: ({ id, name, notes }) => (
        <Link to="/templates/$id" params={{ id }} className="stream-name">
          <strong>{name}</strong>
          {notes !== '' && <small>{notes}</small>}
        </Link>
      ),
    }
    const record: readonly Column<Template>[] = [
      {
        key: 'trigger',
        title: t('templates.trigger'),
        track: 'minmax(120px, 1fr)',
        phone: 'meta',
        render: ({ record }) => record && t(`templates.recordTrigger.${record.trigger}`),
      },
      {
        key: 'format',
        title: t('templates.format'),
        track: 'minmax(120px, 1fr)',
        render: ({ record }) => record && t(`templates.formatShort.${record.format}`),
      },
      {
        key: 'file',
        title: t('templates.file'),
        track: '110px',
        numeric: true,
        render: ({ record }) => <span className="tabular">{record && minutes(record.segmentS)}</span>,
      },
      {
        key: 'kept',
        title: t('templates.kept'),
        track: '120px',
        numeric: true,
        phone: 'meta',
        render: ({ record }) => <span className="tabular">{days(record?.retentionDays)}</span>,
      },
    ]
    const snapshot: readonly Column<Template>[] = [
      {
        key: 'trigger',
        title: t('templates.trigger'),
        track: 'minmax(160px, 1fr)',
        phone: 'meta',
        render: ({ snapshot }) => snapshot && t(`templates.snapshotTrigger.${snapshot.trigger}`),
      },
      {
        key: 'every',
        title: t('templates.every'),
        track: '110px',
        numeric: true,
        render: ({ snapshot }) => (
          <span className="tabular">
            {snapshot === null || snapshot.trigger === 'ondemand' ? '–' : `${count(snapshot.intervalS)} s`}
          </span>
        ),
      },
      {
        key: 'format',
        title: t('templates.format'),
        track: '110px',
        render: ({ snapshot }) => (snapshot?.format === 'webp' ? 'WebP' : 'JPEG'),
      },
      {
        key: 'kept',
        title: t('templates.kept'),
        track: '120px',
        numeric: true,
        phone: 'meta',
        render: ({ snapshot }) => <span className="tabular">{days(snapshot?.retentionDays)}</span>,
      },
    ]
    const last: Column<Template> = {
      key: 'places',
      title: t('templates.places'),
      track: '110px',
      numeric: true,
      phone: 'side',
      render: ({ bindings }) => (
        <span className="tabular">
          {bindings === 0 ? t('templates.nowhere') : t('templates.at', { n: count(bindings) })}
        </span>
      ),
    }
    return [first, ...(kind === 'record' ? record : snapshot), last]
  }, [t, kind])
}

const minutes = (seconds: number) => (seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 6) / 10} min`)
