import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { ChoiceField, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { spacesQuery } from '../../lib/api/queries.ts'
import type { Device, PendingDevice } from '../../lib/api/types.ts'
import { address, count } from '../../lib/format.ts'
import { pendingQuery } from './queries.ts'
import { typeOfCode } from './type-of-code.ts'
import './devices.css'

/** Devices that asked to be let in and that nobody listed. */
export function PendingPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/devices/pending' })
  const { space, rejected = false } = useSearch({ from: '/frame/devices/pending' })
  const pending = useQuery(pendingQuery(space, rejected))
  const [approving, setApproving] = useState<PendingDevice | null>(null)
  const columns = useColumns(setApproving)
  return (
    <Page
      title={t('devices.pending')}
      lead={
        <span>
          <Link to="/devices">{t('section.devices')}</Link> · {t('devices.pendingLead')}
        </span>
      }
      actions={<ShowApiCall call={api('listPendingDevices', { query: { space } })} compact />}
    >
      <div className="toolbar">
        <Segmented<'waiting' | 'rejected'>
          aria-label={t('devices.pending')}
          value={rejected ? 'rejected' : 'waiting'}
          options={[
            { value: 'waiting', label: t('devices.waiting') },
            { value: 'rejected', label: t('devices.rejected') },
          ]}
          onChange={value =>
            void navigate({
              search: old => ({ ...old, rejected: value === 'rejected' ? true : undefined }),
              replace: true,
            })
          }
        />
        <span className="grow" />
        <span className="muted tabular">{pending.data && t('devices.count', { n: count(pending.data.length) })}</span>
      </div>
      {pending.isError && (
        <ErrorPanel error={pending.error} what={t('devices.loadFailed')} onRetry={() => void pending.refetch()} />
      )}
      {(pending.data !== undefined || !pending.isError) && (
        <Card className="flush">
          <DataTable
            label={t('devices.pending')}
            columns={columns}
            rows={pending.data}
            rowKey={({ id }) => id}
            empty={
              <Empty title={t('devices.pendingEmpty')}>
                <Admission space={space} />
              </Empty>
            }
          />
        </Card>
      )}
      {approving !== null && <Approve pending={approving} onClose={() => setApproving(null)} />}
    </Page>
  )
}

/** Says under which condition somebody would be here at all. */
function Admission({ space }: { space: string | undefined }) {
  const { t } = useTranslation()
  const { data: spaces = [] } = useQuery(spacesQuery())
  const open = spaces.filter(({ name, gb28181 }) => gb28181.admission === 'approve' && (space ?? name) === name)
  return <p className="muted">{t(open.length > 0 ? 'devices.pendingHow' : 'devices.pendingOff')}</p>
}

function useColumns(approve: (device: PendingDevice) => void): readonly Column<PendingDevice>[] {
  const { t } = useTranslation()
  const mayWrite = useMay('devices.write')
  return useMemo(
    () => [
      {
        key: 'gbId',
        title: t('devices.gbId'),
        track: 'minmax(190px, 1.4fr)',
        phone: 'title',
        render: ({ gbId, space }) => (
          <span className="two-lines">
            <strong className="tabular">{gbId}</strong>
            <small>{space}</small>
          </span>
        ),
      },
      {
        key: 'agent',
        title: t('viewers.agent'),
        track: 'minmax(120px, 1.4fr)',
        render: ({ agent }) => (
          <span className="ellipsis" title={agent}>
            {agent || '–'}
          </span>
        ),
      },
      {
        key: 'remote',
        title: t('viewers.remote'),
        track: 'minmax(150px, 1fr)',
        phone: 'meta',
        render: ({ remote }) => <code>{address(remote)}</code>,
      },
      {
        key: 'asked',
        title: t('devices.asked'),
        track: '84px',
        numeric: true,
        render: ({ asked }) => <span className="tabular">{count(asked)}</span>,
      },
      {
        key: 'last',
        title: t('devices.seen'),
        track: '132px',
        numeric: true,
        phone: 'meta',
        render: ({ lastAt }) => <Ago at={lastAt} />,
      },
      {
        key: 'actions',
        title: '',
        track: '240px',
        numeric: true,
        phone: 'meta',
        render: row =>
          mayWrite && (
            <span className="row-actions">
              <Button size="small" type="primary" icon={<Icon name="check" size={16} />} onClick={() => approve(row)}>
                {t('devices.approve')}
              </Button>
              {row.rejectedBy === null && <Reject pending={row} />}
            </span>
          ),
      },
    ],
    [t, mayWrite, approve],
  )
}

function Reject({ pending: { id, gbId } }: { pending: PendingDevice }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const reject = useAction({ done: t('devices.rejectedNow', { name: gbId }) })
  return (
    <Button
      size="small"
      loading={reject.isPending}
      icon={<Icon name="close" size={16} />}
      onClick={() =>
        reject.mutate(api('rejectDevice', { path: { id } }), { onError: error => void message.error(error.message) })
      }
    >
      {t('devices.reject')}
    </Button>
  )
}

function Approve({ pending: { id, gbId }, onClose }: { pending: PendingDevice; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [type, setType] = useState(() => typeOfCode(gbId))
  return (
    <FormDialog<Device>
      title={t('devices.approveTitle', { name: gbId })}
      action={t('devices.approve')}
      done={t('devices.approved', { name: gbId })}
      failed={t('devices.approveFailed')}
      call={api('approveDevice', {
        path: { id },
        body: { type, ...(name.trim() === '' ? {} : { name: name.trim() }) },
      })}
      ready
      onClose={onClose}
      onDone={device => void navigate({ to: '/devices/$id', params: { id: device.id } })}
    >
      <p className="muted">{t('devices.approveEffect')}</p>
      <TextField label={t('streams.name')} value={name} onChange={setName} maxLength={200} autoFocus />
      <ChoiceField
        label={t('devices.type')}
        value={type}
        options={(['ipc', 'nvr', 'platform'] as const).map(value => ({ value, label: t(`devices.types.${value}`) }))}
        onChange={setType}
      />
    </FormDialog>
  )
}
