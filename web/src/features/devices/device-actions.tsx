import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { Icon } from '../../components/icon.tsx'
import { useAction } from '../../components/use-action.ts'
import { api, deviceApi } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Device } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { EditDevice } from './edit-device.tsx'
import { deviceQuery } from './queries.ts'

/** Everything that can be done with the device as a whole. */
export function DeviceActions({ device }: { device: Device }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<'edit' | 'reboot' | 'delete' | 'stop' | null>(null)
  const navigate = useNavigate()
  const mayWrite = useMay('devices.write')
  const mayControl = useMay('devices.control')
  const mayAdmin = useMay('devices.admin')
  const close = () => setAsked(null)
  const { id, name, state, stopped } = device
  return (
    <>
      {mayWrite && state === 'failed' && <UnlockButton device={device} />}
      {mayWrite && <SyncButton device={device} />}
      {mayControl && stopped !== null && <StartButton device={device} />}
      {mayControl && stopped === null && (
        <Button icon={<Icon name="pause" size={16} />} onClick={() => setAsked('stop')}>
          {t('devices.bulk.stop')}
        </Button>
      )}
      {mayAdmin && state !== 'new' && (
        <Button icon={<Icon name="refresh" size={16} />} onClick={() => setAsked('reboot')}>
          {t('devices.reboot')}
        </Button>
      )}
      {mayWrite && (
        <Button icon={<Icon name="edit" size={16} />} onClick={() => setAsked('edit')}>
          {t('devices.edit')}
        </Button>
      )}
      {mayWrite && (
        <Button danger icon={<Icon name="trash" size={16} />} onClick={() => setAsked('delete')}>
          {t('devices.bulk.delete')}
        </Button>
      )}
      {asked === 'edit' && <EditDevice device={device} onClose={close} />}
      {asked === 'stop' && (
        <ConfirmAction
          title={t('devices.stopTitle', { name })}
          action={t('devices.bulk.stop')}
          done={t('devices.stopped', { name })}
          failed={t('devices.failed')}
          call={api('stopDevice', { path: { id }, body: {} })}
          onClose={close}
        >
          <p>{t('devices.bulkEffect.stop')}</p>
        </ConfirmAction>
      )}
      {asked === 'reboot' && (
        <ConfirmAction
          title={t('devices.rebootTitle', { name })}
          action={t('devices.reboot')}
          done={t('devices.rebooting', { name })}
          failed={t('devices.failed')}
          call={deviceApi('rebootDevice', { path: { id } })}
          onClose={close}
        >
          <p>{t('devices.rebootEffect')}</p>
        </ConfirmAction>
      )}
      {asked === 'delete' && (
        <ConfirmAction
          title={t('delete.title', { name })}
          action={t('delete.action')}
          done={t('delete.done', { name })}
          failed={t('devices.deleteFailed')}
          call={api('deleteDevice', { path: { id } })}
          typed={name}
          onClose={close}
          onDone={() => void navigate({ to: '/devices' })}
        >
          <p>{t('devices.deleteEffect', { channels: count(device.stats.channels) })}</p>
        </ConfirmAction>
      )}
    </>
  )
}

export function UnlockButton({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const unlock = useAction({ done: t('devices.unlocked', { name: device.name }) })
  return (
    <Button
      type="primary"
      icon={<Icon name="key" size={16} />}
      loading={unlock.isPending}
      onClick={() =>
        unlock.mutate(api('unlockDevice', { path: { id: device.id } }), {
          onError: error => void message.error(error.message),
        })
      }
    >
      {t('devices.bulk.unlock')}
    </Button>
  )
}

function StartButton({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const start = useAction({ done: t('devices.started', { name: device.name }) })
  return (
    <Button
      icon={<Icon name="play" size={16} />}
      loading={start.isPending}
      onClick={() =>
        start.mutate(api('startDevice', { path: { id: device.id }, body: { always: false } }), {
          onError: error => void message.error(error.message),
        })
      }
    >
      {t('devices.bulk.start')}
    </Button>
  )
}

/** Asked for this often while a catalog is on its way, to show how many channels there are already. */
const SYNC_MS = 1000
/** Platforms with tens of thousands of channels take minutes; after that the page says so and stops watching. */
const MAX_SYNC_MS = 600_000

/** Reads the catalog, and tells how far it is until its end, or why it did not begin. */
function SyncButton({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [sinceMs, setSinceMs] = useState<number | null>(null)
  const { data: now = device } = useQuery({
    ...deviceQuery(device.id),
    refetchInterval: sinceMs === null ? false : SYNC_MS,
    enabled: sinceMs !== null,
  })
  const sync = useAction({ done: t('devices.syncing'), onDone: () => setSinceMs(Date.now()) })
  const { catalog } = now
  useEffect(() => {
    if (sinceMs === null) return
    const timer = window.setTimeout(() => setSinceMs(null), Math.max(0, sinceMs + MAX_SYNC_MS - Date.now()))
    return () => window.clearTimeout(timer)
  }, [sinceMs])
  useEffect(() => {
    // a second of grace: the clocks of platform and browser differ
    if (sinceMs === null || catalog === null || Date.parse(catalog.at) < sinceMs - SYNC_MS) return
    setSinceMs(null)
    const words = { n: count(catalog.received), of: count(catalog.promised) }
    if (catalog.received < catalog.promised) void message.warning(t('devices.syncedShort', words))
    else void message.success(t('devices.synced', words))
  }, [sinceMs, catalog, message, t])
  return (
    <Button
      icon={<Icon name="refresh" size={16} />}
      loading={sync.isPending || sinceMs !== null}
      onClick={() =>
        sync.mutate(deviceApi('syncCatalog', { path: { id: device.id } }), {
          onError: error => void message.error(error.message),
        })
      }
    >
      {sinceMs === null ? t('devices.bulk.sync') : t('devices.syncingNow', { n: count(now.stats.channels) })}
    </Button>
  )
}
