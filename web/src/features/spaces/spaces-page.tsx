import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { spacesQuery } from '../../lib/api/queries.ts'
import type { Space } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import './spaces.css'

export function SpacesPage() {
  const { t } = useTranslation()
  const spaces = useQuery(spacesQuery())
  const mayWrite = useMay('spaces.write')
  const [creating, setCreating] = useState(false)
  const columns = useColumns()
  return (
    <Page
      title={t('section.spaces')}
      lead={t('spaces.lead')}
      actions={
        <>
          <ShowApiCall call={api('listSpaces')} compact />
          {mayWrite && (
            <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(true)}>
              {t('spaces.create')}
            </Button>
          )}
        </>
      }
    >
      {spaces.isError && (
        <ErrorPanel error={spaces.error} what={t('spaces.loadFailed')} onRetry={() => void spaces.refetch()} />
      )}
      {(spaces.data !== undefined || !spaces.isError) && (
        <Card className="flush">
          <DataTable
            label={t('section.spaces')}
            columns={columns}
            rows={spaces.data}
            rowKey={({ name }) => name}
            empty={<Empty title={t('spaces.empty')} />}
          />
        </Card>
      )}
      {creating && <CreateSpace onClose={() => setCreating(false)} />}
    </Page>
  )
}

function CreateSpace({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  return (
    <FormDialog
      title={t('spaces.create')}
      action={t('spaces.create')}
      done={t('spaces.created', { name })}
      failed={t('spaces.createFailed')}
      call={api('createSpace', { body: { name: name.trim() } })}
      ready={name.trim() !== ''}
      onClose={onClose}
      onDone={() => void navigate({ to: '/spaces/$name', params: { name: name.trim() } })}
    >
      <TextField label={t('streams.name')} hint={t('create.nameHelp')} value={name} onChange={setName} autoFocus />
    </FormDialog>
  )
}

function useColumns(): readonly Column<Space>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(160px, 2fr)',
        phone: 'title',
        render: ({ name }) => (
          <Link to="/spaces/$name" params={{ name }} className="stream-name">
            <strong>{name}</strong>
          </Link>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '132px',
        phone: 'side',
        render: ({ enabled }) => (
          <StateTag state={enabled ? 'on' : 'off'} word={t(enabled ? 'spaces.open' : 'spaces.closed')} />
        ),
      },
      {
        key: 'publish',
        title: t('spaces.publish'),
        track: 'minmax(120px, 1fr)',
        phone: 'meta',
        render: ({ publish }) => t(`spaces.publishShort.${publish}`),
      },
      {
        key: 'play',
        title: t('spaces.play'),
        track: 'minmax(120px, 1fr)',
        phone: 'meta',
        render: ({ play }) => t(`spaces.playShort.${play}`),
      },
      {
        key: 'rules',
        title: t('spaces.rules'),
        track: 'minmax(120px, 1fr)',
        render: ({ addressRules, refererRules }) =>
          [addressRules && t('spaces.byAddress'), refererRules && t('spaces.byPage')].filter(Boolean).join(', ') || '–',
      },
      {
        key: 'limit',
        title: t('spaces.maxViewers'),
        track: '140px',
        numeric: true,
        render: ({ maxViewers }) => <span className="tabular">{maxViewers === null ? '–' : count(maxViewers)}</span>,
      },
      {
        key: 'created',
        title: t('table.created'),
        track: '168px',
        numeric: true,
        render: ({ createdAt }) => <Moment at={createdAt} />,
      },
    ],
    [t],
  )
}
