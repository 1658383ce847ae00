import type { Schemas } from '@sightline/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Modal } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { count } from '../../lib/format.ts'
import { CallbackFields, isReady, NEW_CALLBACK } from './callback-fields.tsx'
import { CallbackState } from './callback-state.tsx'
import { type Callback, callbacksQuery } from './queries.ts'
import './callbacks.css'

export function CallbacksPage() {
  const { t } = useTranslation()
  const callbacks = useQuery(callbacksQuery())
  const mayWrite = useMay('callbacks.write')
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<Schemas['NewCallback'] | null>(null)
  const columns = useColumns()
  const create = mayWrite && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('callbacks.create')}
    </Button>
  )
  return (
    <Page
      title={t('section.callbacks')}
      lead={t('callbacks.lead')}
      actions={
        <>
          <ShowApiCall call={api('listCallbacks')} compact />
          {create}
        </>
      }
    >
      {callbacks.isError && (
        <ErrorPanel error={callbacks.error} what={t('callbacks.loadFailed')} onRetry={() => void callbacks.refetch()} />
      )}
      {(callbacks.data !== undefined || !callbacks.isError) && (
        <Card className="flush">
          <DataTable
            label={t('section.callbacks')}
            columns={columns}
            rows={callbacks.data}
            rowKey={({ id }) => id}
            empty={
              <Empty title={t('callbacks.empty')} action={create}>
                <p className="muted">{t('callbacks.emptyText')}</p>
              </Empty>
            }
          />
        </Card>
      )}
      {creating && <CreateCallback onClose={() => setCreating(false)} onMade={setMade} />}
      {made !== null && <Secret callback={made} onClose={() => setMade(null)} />}
    </Page>
  )
}

interface CreateProps {
  readonly onClose: () => void
  readonly onMade: (callback: Schemas['NewCallback']) => void
}

function CreateCallback({ onClose, onMade }: CreateProps) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState(NEW_CALLBACK)
  const body = { ...draft, url: draft.url.trim(), name: draft.name.trim() }
  return (
    <FormDialog
      title={t('callbacks.create')}
      action={t('callbacks.createAction')}
      done={t('callbacks.created')}
      failed={t('callbacks.createFailed')}
      call={api('createCallback', { body })}
      ready={isReady(draft)}
      onClose={onClose}
      onDone={onMade}
    >
      <CallbackFields draft={draft} onChange={setDraft} />
    </FormDialog>
  )
}

/** The secret, this once. */
function Secret({ callback: { id, secret }, onClose }: { callback: Schemas['NewCallback']; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const close = () => {
    onClose()
    void navigate({ to: '/callbacks/$id', params: { id } })
  }
  return (
    <Modal
      open
      width={560}
      title={t('callbacks.secretTitle')}
      onCancel={close}
      footer={
        <Button type="primary" onClick={close}>
          {t('callbacks.secretKept')}
        </Button>
      }
    >
      <p className="notice suspect">{t('callbacks.secretOnce')}</p>
      <CopyField label={t('callbacks.secret')} value={secret} />
      <p className="muted">{t('callbacks.secretHow')}</p>
      <CopyField
        label={t('callbacks.check')}
        value={`'v1=' + hmacSha256(secret, headers['X-Sightline-Timestamp'] + '.' + body).hex`}
      />
    </Modal>
  )
}

function useColumns(): readonly Column<Callback>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'url',
        title: t('callbacks.url'),
        track: 'minmax(220px, 3fr)',
        phone: 'title',
        render: ({ id, name, url }) => (
          <Link to="/callbacks/$id" params={{ id }} className="stream-name">
            <strong>{name || url}</strong>
            {name !== '' && <small>{url}</small>}
          </Link>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '150px',
        phone: 'side',
        render: callback => <CallbackState callback={callback} />,
      },
      {
        key: 'events',
        title: t('callbacks.events'),
        track: 'minmax(140px, 1.4fr)',
        render: ({ events }) => (
          <span className="ellipsis" title={events.join('\n')}>
            {events.map(event => t(`callbacks.event.${event}`)).join(', ')}
          </span>
        ),
      },
      ...(['waiting', 'delivered', 'dead'] as const).map(
        (key): Column<Callback> => ({
          key,
          title: t(`callbacks.state.${key}`),
          track: '110px',
          numeric: true,
          phone: 'meta',
          named: true,
          render: callback => (
            <span className={key === 'dead' && callback.dead > 0 ? 'tabular wrong' : 'tabular'}>
              {count(callback[key])}
            </span>
          ),
        }),
      ),
    ],
    [t],
  )
}
