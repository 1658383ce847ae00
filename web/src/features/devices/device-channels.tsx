import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ChannelCard } from '../../components/channel-card.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Card, Empty, Skeleton } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { api } from '../../lib/api/client.ts'
import type { Channel, Device } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { deviceChannelsQuery } from './queries.ts'

const KINDS = ['video', 'audioIn', 'audioOut', 'alarmIn', 'alarmOut', 'other'] as const

/** What the device has to show, more of it as one scrolls: recorders have dozens, platforms tens of thousands. */
export function DeviceChannels({ device }: { device: Device }) {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/devices/$id' })
  const { q } = useSearch({ from: '/frame/devices/$id' })
  const [state, setState] = useState<'on' | 'off' | undefined>(undefined)
  const [kind, setKind] = useState<Channel['kind'] | undefined>(undefined)
  const filter = { q, state, kind }
  const channels = useInfiniteQuery(deviceChannelsQuery(device.id, filter))
  const rows = channels.data?.pages.flatMap(({ items }) => items)
  const filtered = q !== undefined || state !== undefined || kind !== undefined
  return (
    <Card className="flush">
      <div className="toolbar card-toolbar">
        <SearchBox
          label={t('devices.searchChannels')}
          q={q ?? ''}
          onSearch={text => void navigate({ search: old => ({ ...old, q: text || undefined }), replace: true })}
        />
        <FilterSelect
          label={t('streams.state')}
          all={t('devices.allStates')}
          value={state}
          options={(['on', 'off'] as const).map(value => ({ value, label: t(`state.${value}`) }))}
          onChange={setState}
        />
        <FilterSelect
          label={t('devices.kind')}
          all={t('devices.allKinds')}
          value={kind}
          options={KINDS.map(value => ({ value, label: t(`devices.kinds.${value}`) }))}
          onChange={setKind}
        />
        <span className="grow" />
        <span className="muted tabular">
          {t('devices.channelsOf', { online: count(device.stats.online), n: count(device.stats.channels) })}
        </span>
        <ShowApiCall call={api('listDeviceChannels', { path: { id: device.id }, query: filter })} compact />
      </div>
      {channels.isError && rows === undefined && (
        <ErrorPanel error={channels.error} what={t('devices.channelsFailed')} onRetry={() => void channels.refetch()} />
      )}
      {rows?.length === 0 && (
        <Empty title={t(filtered ? 'devices.noChannelMatch' : 'devices.noChannels')}>
          {!filtered && <p className="muted">{t('devices.noChannelsHow')}</p>}
        </Empty>
      )}
      <div className="channel-grid" aria-busy={channels.isPending}>
        {channels.isPending && [1, 2, 3, 4].map(i => <Skeleton key={i} height={150} />)}
        {rows?.map(channel => (
          <ChannelCard key={channel.id} channel={channel} />
        ))}
      </div>
      <Endless query={channels} />
    </Card>
  )
}
