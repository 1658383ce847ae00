import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { AlarmsTable } from '../../components/alarms/alarms-table.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { AttemptsTable } from '../../components/attempts/attempts-table.tsx'
import { DeviceState } from '../../components/device-state.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { useReason } from '../../components/off-reason.ts'
import { Card, Page, Skeleton } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Device } from '../../lib/api/types.ts'
import { CatalogNotice } from './catalog-progress.tsx'
import { DeviceActions } from './device-actions.tsx'
import { DeviceChannels } from './device-channels.tsx'
import { DeviceConfig } from './device-config.tsx'
import { DeviceInfo } from './device-info.tsx'
import { DevicePositions } from './device-positions.tsx'
import { DeviceQuirks } from './device-quirks.tsx'
import { deviceQuery } from './queries.ts'
import { DEVICE_TABS, type DeviceTab } from './routes.ts'
import './devices.css'

export function DevicePage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/devices/$id' })
  const { data: device, isError, error, refetch } = useQuery(deviceQuery(id))
  if (device !== undefined) return <Loaded key={id} device={device} />
  return (
    <Page title={t('devices.title')}>
      {isError ? (
        <ErrorPanel error={error} what={t('devices.oneFailed')} onRetry={() => void refetch()} />
      ) : (
        <Card>
          <Skeleton width="40%" height={20} />
          <Skeleton width="80%" />
          <Skeleton width="60%" />
        </Card>
      )}
    </Page>
  )
}

function Loaded({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { tab = 'channels' } = useSearch({ from: '/frame/devices/$id' })
  const navigate = useNavigate({ from: '/devices/$id' })
  const mayAdmin = useMay('devices.admin')
  return (
    <Page
      title={device.name}
      lead={
        <span className="stream-lead">
          <Link to="/devices">{t('section.devices')}</Link>
          <code>{device.gbId}</code>
          <DeviceState state={device.state} />
        </span>
      }
      actions={
        <>
          <ShowApiCall call={api('getDevice', { path: { id: device.id } })} compact />
          <DeviceActions device={device} />
        </>
      }
    >
      <Notices device={device} />
      <CatalogNotice device={device.id} />
      <Tabs<DeviceTab>
        label={device.name}
        tabs={DEVICE_TABS.filter(key => key !== 'config' || mayAdmin).map(key => ({
          key,
          title: t(`devices.tab.${key}`),
        }))}
        open={tab}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true })}
      >
        {tab === 'channels' && <DeviceChannels device={device} />}
        {tab === 'info' && <DeviceInfo device={device} />}
        {tab === 'alarms' && <AlarmsTable filter={{ device: device.id }} />}
        {tab === 'positions' && <DevicePositions device={device} />}
        {tab === 'diagnosis' && <AttemptsTable filter={{ device: device.id }} />}
        {tab === 'config' && <DeviceConfig device={device} />}
        {tab === 'quirks' && <DeviceQuirks device={device} />}
      </Tabs>
    </Page>
  )
}

/** What stands between the operator and a picture, with what to do. */
function Notices({ device: { id, state, reason, stopped, enabled, redirect, catalog } }: { device: Device }) {
  const { t } = useTranslation()
  const reasonOf = useReason()
  return (
    <>
      {(state === 'failed' || state === 'suspect' || (state === 'off' && reason !== '')) && (
        <p className="notice suspect" role="status">
          <Icon name="alert" />
          <span className="grow">
            <strong>{t(`devices.why.${state}`)}</strong> {reasonOf(reason)}
          </span>
          <Link to="/devices/$id" params={{ id }} search={{ tab: 'diagnosis' }}>
            {t('devices.whyNot')}
          </Link>
        </p>
      )}
      {state === 'new' && (
        <p className="notice" role="status">
          <Icon name="info" />
          <span className="grow">{t('devices.why.new')}</span>
          <Link to="/devices/add" search={{ device: id }}>
            {t('devices.typeIn')}
          </Link>
        </p>
      )}
      {stopped !== null && (
        <p className="notice suspect">
          <Icon name="pause" />
          <span>
            {stopped.until === null ? t('devices.why.stopped') : t('devices.why.stoppedUntil')}{' '}
            {stopped.until !== null && <Moment at={stopped.until} />}
          </span>
        </p>
      )}
      {!enabled && <p className="notice suspect">{t('devices.why.disabled')}</p>}
      {redirect !== null && (
        <p className="notice">{t('devices.why.redirect', { to: `${redirect.host}:${redirect.port}` })}</p>
      )}
      {catalog !== null && catalog.received < catalog.promised && (
        <p className="notice suspect">{t('devices.why.short', { n: catalog.received, of: catalog.promised })}</p>
      )}
    </>
  )
}
