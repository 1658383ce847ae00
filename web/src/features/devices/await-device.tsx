import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyField } from '../../components/copy-field.tsx'
import { DeviceState } from '../../components/device-state.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Facts, Skeleton } from '../../components/page.tsx'
import type { Device } from '../../lib/api/types.ts'
import { address, count } from '../../lib/format.ts'
import { UnlockButton } from './device-actions.tsx'
import { deviceQuery, gbServerQuery } from './queries.ts'

/** Makers whose menus are known, with the way there. */
const MAKERS = ['hikvision', 'dahua', 'uniview', 'other'] as const
type Maker = (typeof MAKERS)[number]

/** How often a device that is awaited is asked for, should the feed be cut. */
const AWAIT_MS = 3000

/** What to type into the device, ready to copy, and whether it has come. */
export function AwaitDevice({ id, password }: { id: string; password: string | null }) {
  const { t } = useTranslation()
  const { data: device, isError, error, refetch } = useQuery(deviceQuery(id, AWAIT_MS))
  if (device === undefined)
    return isError ? (
      <ErrorPanel error={error} what={t('devices.loadFailed')} onRetry={() => void refetch()} />
    ) : (
      <Skeleton width="60%" />
    )
  return (
    <div className="await-device">
      <DeviceArrival device={device} />
      <div className="two-cards">
        <TypeIn device={device} password={password} />
        <Where />
      </div>
    </div>
  )
}

/** Waiting, refused, or here with the way to it. */
function DeviceArrival({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { id, state, reason, remote, manufacturer, model, stats } = device
  const here = [
    [manufacturer, model].filter(Boolean).join(' '),
    address(remote),
    stats.channels > 0 && t('devices.channelsNow', { n: count(stats.channels) }),
  ]
  const arrived = state === 'on'
  const words = arrived ? here.filter(Boolean).join(' · ') : reason || t('devices.awaitHint')
  return (
    <div className={arrived ? 'arrival arrived' : state === 'failed' ? 'arrival failed' : 'arrival'} role="status">
      <DeviceState state={state} />
      <span className="grow">
        <strong>{t(arrived ? 'devices.arrived' : state === 'failed' ? 'devices.refused' : 'devices.awaiting')}</strong>
        <span className="muted arrival-words">{words}</span>
      </span>
      {state === 'failed' && <UnlockButton device={device} />}
      <LinkButton
        to="/devices/$id"
        params={{ id }}
        search={arrived ? {} : { tab: 'diagnosis' }}
        type={arrived ? 'primary' : 'default'}
        icon={<Icon name={arrived ? 'camera' : 'search'} size={16} />}
      >
        {t(arrived ? 'devices.open' : 'devices.whyNot')}
      </LinkButton>
    </div>
  )
}

/** Values in the order menus ask for them, each with the words of other makers. */
function TypeIn({ device, password }: { device: Device; password: string | null }) {
  const { t } = useTranslation()
  const { data: server, isError, error } = useQuery(gbServerQuery(device.space))
  if (server === undefined)
    return (
      <Card title={t('devices.typeIn')}>
        {isError ? <ErrorPanel error={error} what={t('devices.serverFailed')} /> : <Skeleton width="80%" />}
      </Card>
    )
  const secret = device.passwordSet ? password : server.password
  return (
    <Card title={t('devices.typeIn')}>
      {server.port === null && <p className="notice suspect">{t('devices.noNode')}</p>}
      <CopyField label={t('devices.field.serverId')} hint={t('devices.aka.serverId')} value={server.serverId} />
      <CopyField label={t('devices.field.domain')} hint={t('devices.aka.domain')} value={server.domain} />
      <CopyField label={t('devices.field.host')} hint={t('devices.aka.host')} value={server.host} />
      <CopyField label={t('devices.field.port')} hint={t('devices.aka.port')} value={String(server.port ?? 5060)} />
      <CopyField label={t('devices.field.user')} hint={t('devices.aka.user')} value={device.gbId} />
      {secret === null ? (
        <p className="notice">{t(device.passwordSet ? 'devices.passwordKept' : 'devices.passwordOfSpace')}</p>
      ) : (
        <CopyField label={t('devices.field.password')} hint={t('devices.aka.password')} value={secret} />
      )}
      <Facts
        rows={[
          { label: t('devices.field.transport'), value: 'TCP', note: t('devices.aka.transport') },
          { label: t('devices.field.expires'), value: `${server.registerExpiresS} s` },
          { label: t('devices.field.keepalive'), value: `${server.keepaliveS} s` },
          { label: t('devices.field.channel'), value: t('devices.aka.channel') },
        ]}
      />
    </Card>
  )
}

function Where() {
  const { t } = useTranslation()
  const [maker, setMaker] = useState<Maker>('hikvision')
  return (
    <Card title={t('devices.where')}>
      <Segmented<Maker>
        block
        aria-label={t('devices.where')}
        value={maker}
        onChange={setMaker}
        options={MAKERS.map(value => ({ value, label: t(`devices.maker.${value}`) }))}
      />
      <ol className="steps device-steps">
        <li>{t(`devices.path.${maker}`)}</li>
        <li>{t('devices.step.enable')}</li>
        <li>{t('devices.step.type')}</li>
        <li>{t('devices.step.save')}</li>
      </ol>
      <p className="muted">{t('devices.step.clock')}</p>
    </Card>
  )
}
