import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfigEditor } from '../../components/device-config/config-editor.tsx'
import { ChoiceField } from '../../components/field.tsx'
import { Empty, Skeleton } from '../../components/page.tsx'
import type { Device } from '../../lib/api/types.ts'
import { deviceChannelsQuery } from './queries.ts'

/** The configuration in the device itself, channel by channel. */
export function DeviceConfig({ device }: { device: Device }) {
  const { t } = useTranslation()
  const channels = useInfiniteQuery(deviceChannelsQuery(device.id, { kind: 'video' }))
  const rows = channels.data?.pages.flatMap(({ items }) => items)
  const [chosen, setChosen] = useState<string | null>(null)
  const id = chosen ?? rows?.[0]?.id
  if (rows === undefined) return <Skeleton width="50%" />
  if (id === undefined)
    return (
      <Empty title={t('devices.noChannels')}>
        <p className="muted">{t('devices.noChannelsHow')}</p>
      </Empty>
    )
  return (
    <>
      {rows.length > 1 && (
        <ChoiceField
          label={t('devices.configOf')}
          value={id}
          options={rows.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosen}
        />
      )}
      <ConfigEditor key={id} channel={id} />
    </>
  )
}
