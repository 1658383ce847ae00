import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Facts, Skeleton } from '../../components/page.tsx'
import { type ApiCall, api } from '../../lib/api/client.ts'
import type { Device } from '../../lib/api/types.ts'
import { address, count } from '../../lib/format.ts'
import { deviceInfoQuery, deviceStatusQuery } from './queries.ts'

/** X-GB-Ver: the edition of the standard. */
const EDITIONS: Readonly<Record<string, string>> = { '1.0': '2011', '1.1': '2014', '2.0': '2016', '3.0': '2022' }

const moment = (at: string | null) => (at === null ? '–' : <Moment at={at} />)

/** What is known here, and what the device itself says when it is asked. */
export function DeviceInfo({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { gbVersion, remote, transport, catalog } = device
  return (
    <div className="two-cards">
      <Card title={t('devices.registration')}>
        <Facts
          rows={[
            { label: t('viewers.remote'), value: remote === '' ? '–' : <code>{address(remote)}</code> },
            { label: t('devices.transport'), value: transport.toUpperCase() || '–' },
            { label: t('devices.registeredAt'), value: moment(device.registeredAt) },
            { label: t('devices.registeredUntil'), value: moment(device.registeredUntil) },
            { label: t('devices.seen'), value: device.lastSeenAt === null ? '–' : <Ago at={device.lastSeenAt} /> },
            { label: t('devices.edition'), value: EDITIONS[gbVersion] ?? (gbVersion || '–'), title: 'X-GB-Ver' },
            { label: t('viewers.agent'), value: device.userAgent || '–' },
            { label: t('section.nodes'), value: device.nodeId ?? '–' },
          ]}
        />
      </Card>
      <Card title={t('devices.what')}>
        <Facts
          rows={[
            { label: t('devices.type'), value: t(`devices.types.${device.type}`) },
            { label: t('devices.make'), value: [device.manufacturer, device.model].filter(Boolean).join(' ') || '–' },
            { label: t('devices.firmware'), value: device.firmware || '–' },
            { label: t('frame.space'), value: device.space },
            {
              label: t('devices.password'),
              value: t(device.passwordSet ? 'devices.passwordOwn' : 'devices.passwordSpace'),
            },
            { label: t('devices.draft.media'), value: t(`devices.media.${device.media}`) },
            {
              label: t('devices.catalog'),
              value:
                catalog === null ? (
                  '–'
                ) : (
                  <>
                    {count(catalog.received)} / {count(catalog.promised)} · <Ago at={catalog.at} />
                  </>
                ),
            },
            { label: t('table.created'), value: moment(device.createdAt) },
          ]}
        />
        {device.description !== '' && <p className="muted device-description">{device.description}</p>}
      </Card>
      <Asked
        title={t('devices.says')}
        query={deviceInfoQuery(device.id)}
        call={api('getDeviceInfo', { path: { id: device.id } })}
      />
      <Asked
        title={t('devices.status')}
        query={deviceStatusQuery(device.id)}
        call={api('getDeviceStatus', { path: { id: device.id } })}
      />
    </div>
  )
}

interface AskedProps {
  readonly title: string
  readonly query: ReturnType<typeof deviceInfoQuery> | ReturnType<typeof deviceStatusQuery>
  readonly call: ApiCall
}

/** An answer of the device in its own words, asked for when this is opened. */
function Asked({ title, query, call }: AskedProps) {
  const { t } = useTranslation()
  // both are records under different keys
  const { data, isFetching, isError, error, refetch } = useQuery(query as ReturnType<typeof deviceInfoQuery>)
  return (
    <Card
      title={title}
      extra={
        <>
          <ShowApiCall call={call} compact />
          <Button
            size="small"
            type="text"
            icon={<Icon name="refresh" size={16} />}
            loading={isFetching}
            onClick={() => void refetch()}
          >
            {t('devices.askAgain')}
          </Button>
        </>
      }
    >
      {isError ? (
        <ErrorPanel error={error} what={t('devices.askFailed')} />
      ) : data === undefined ? (
        <Skeleton width="70%" />
      ) : (
        <Answer answer={data} />
      )}
    </Card>
  )
}

const TOLD = [
  'deviceName',
  'manufacturer',
  'model',
  'firmware',
  'channel',
  'online',
  'status',
  'reason',
  'encode',
  'record',
  'deviceTime',
  'alarmStatus',
] as const
const VALUES = ['ONLINE', 'OFFLINE', 'OK', 'ERROR', 'ON', 'OFF', 'ONDUTY', 'OFFDUTY', 'ALARM'] as const

/** That it answered, and who, is seen. */
const UNSAID: ReadonlySet<string> = new Set(['sn', 'result', 'deviceId'])

/** What it said in our words; what has none as it was said. */
function Answer({ answer }: { answer: Readonly<Record<string, unknown>> }) {
  const { t } = useTranslation()
  const word = (value: unknown): string => {
    const known = VALUES.find(each => each === value)
    return known === undefined ? String(value) : t(`devices.toldValue.${known}`)
  }
  const said = (key: string, value: unknown): ReactNode => {
    if (key === 'deviceTime') return <span className="tabular">{String(value).replace('T', ' ')}</span>
    if (Array.isArray(value)) {
      const lines = value as readonly { deviceId?: string; dutyStatus?: string }[] // alarmStatus is the only list of both
      return lines.map(({ deviceId = '', dutyStatus = '' }) => `${deviceId} ${word(dutyStatus)}`).join(', ')
    }
    return typeof value === 'object' ? <code>{JSON.stringify(value)}</code> : word(value)
  }
  const rows = Object.entries(answer).flatMap(([key, value]) => {
    if (UNSAID.has(key) || value === null || value === undefined || value === '') return []
    if (Array.isArray(value) && value.length === 0) return []
    const known = TOLD.find(each => each === key)
    return [{ label: known === undefined ? key : t(`devices.told.${known}`), value: said(key, value) }]
  })
  return rows.length === 0 ? <p className="muted">{t('devices.toldNothing')}</p> : <Facts rows={rows} />
}
