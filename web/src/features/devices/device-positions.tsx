import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { GeoMap } from '../../components/geo-map/geo-map.tsx'
import { placeText } from '../../components/geo-map/projection.ts'
import { Card, Empty, Facts, Skeleton } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import type { Device } from '../../lib/api/types.ts'
import { trackQuery } from './queries.ts'

const HOURS = [1, 6, 24, 168] as const

/** Where the device and its moving channels were, and are. */
export function DevicePositions({ device }: { device: Device }) {
  const { t } = useTranslation()
  const [hours, setHours] = useState<number>(24)
  const [chosen, setChosen] = useState<string | null>(null)
  const track = useQuery(trackQuery(device.id, hours))
  const items = track.data?.items ?? []
  const newest = new Map(items.map(each => [each.gbId, each]))
  const gbId = chosen !== null && newest.has(chosen) ? chosen : [...newest.keys()].at(-1)
  const of = items.filter(each => each.gbId === gbId)
  const last = of.at(-1)
  const { longitude, latitude } = device
  const fixed =
    longitude === null || latitude === null
      ? []
      : [{ key: 'fixed', label: device.name, longitude, latitude, direction: null }]
  const markers = [...newest.values()].map(each => ({ ...each, key: each.gbId, label: each.gbId.slice(-6) }))
  return (
    <Card
      title={t('devices.track')}
      extra={
        <>
          <Segmented<number>
            size="small"
            aria-label={t('devices.trackSpan')}
            value={hours}
            onChange={setHours}
            options={HOURS.map(value => ({ value, label: t(`devices.trackHours.${value}`) }))}
          />
          <ShowApiCall call={api('getTrack', { path: { id: device.id } })} compact />
        </>
      }
    >
      {track.isError && (
        <ErrorPanel error={track.error} what={t('devices.trackFailed')} onRetry={() => void track.refetch()} />
      )}
      {track.isPending && <Skeleton height={420} />}
      {track.data !== undefined && items.length === 0 && fixed.length === 0 && (
        <Empty title={t('devices.noTrack')}>
          <p className="muted">
            {t(device.subscribe.positionS === null ? 'devices.noTrackHow' : 'devices.noTrackYet')}
          </p>
        </Empty>
      )}
      {(items.length > 0 || (track.data !== undefined && fixed.length > 0)) && (
        <GeoMap
          label={t('devices.track')}
          track={of}
          markers={[...fixed, ...markers]}
          chosen={gbId ?? null}
          onChoose={setChosen}
        />
      )}
      {last !== undefined && (
        <Facts
          rows={[
            { label: t('devices.trackOf'), value: <code>{last.gbId}</code> },
            { label: t('devices.trackPlace'), value: <span className="tabular">{placeText(last)}</span> },
            { label: t('devices.trackSpeed'), value: last.speed === null ? '–' : `${last.speed} km/h` },
            { label: t('devices.trackHeading'), value: last.direction === null ? '–' : `${last.direction}°` },
            { label: t('devices.trackAltitude'), value: last.altitude === null ? '–' : `${last.altitude} m` },
            { label: t('devices.trackAt'), value: <Ago at={last.at} /> },
            { label: t('devices.trackPoints'), value: <span className="tabular">{of.length}</span> },
          ]}
        />
      )}
      {track.data?.complete === false && <p className="muted">{t('devices.trackCut')}</p>}
    </Card>
  )
}
