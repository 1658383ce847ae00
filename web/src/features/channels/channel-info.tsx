import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { CopyField } from '../../components/copy-field.tsx'
import { placeText } from '../../components/geo-map/projection.ts'
import { Moment } from '../../components/moment.tsx'
import { Card, Facts } from '../../components/page.tsx'
import type { Channel } from '../../lib/api/types.ts'

const PTZ_TYPES = [1, 2, 3, 4, 5, 6, 7] as const

/** What its catalog says, and the addresses by which others play it. */
export function ChannelInfo({ channel }: { channel: Channel }) {
  const { t } = useTranslation()
  const { longitude, latitude, ptzType, play } = channel
  const kind = PTZ_TYPES.find(each => each === ptzType)
  return (
    <div className="two-cards">
      <Card title={t('channel.catalog')}>
        <Facts
          rows={[
            { label: t('channel.told'), value: channel.toldName || '–' },
            { label: t('channel.code'), value: <code>{channel.gbId}</code> },
            { label: t('channel.make'), value: [channel.manufacturer, channel.model].filter(Boolean).join(' ') || '–' },
            { label: t('channel.ptzType'), value: kind === undefined ? '–' : t(`channel.ptzTypes.${kind}`) },
            { label: t('channel.address'), value: channel.address || '–' },
            { label: t('channel.civilCode'), value: channel.civilCode || '–' },
            {
              label: t('channel.place'),
              value: longitude === null || latitude === null ? '–' : placeText({ longitude, latitude }),
            },
            { label: t('channel.parents'), value: <code>{channel.parentIds.join(' ') || '–'}</code> },
            ...Object.entries(channel.more)
              .filter(([key]) => key !== 'ptzType') // said above
              .map(([key, value]) => ({ label: toldName(t, key), value: toldValue(t, value) })),
            { label: t('channel.updated'), value: <Moment at={channel.updatedAt} /> },
          ]}
        />
      </Card>
      <Card title={t('channel.urls')}>
        <p className="muted">{t('channel.urlsHow')}</p>
        <CopyField label="WS-FLV" value={play.wsFlv} />
        <CopyField label="HTTP-FLV" value={play.flv} qr />
        <CopyField label="HLS" value={play.hls} qr />
        <CopyField label="RTMP" value={play.rtmp} qr />
      </Card>
    </div>
  )
}

/** The other fields of a catalog entry (GB/T 28181-2022 §A.2.1.9), however the device writes them. */
const TOLD = [
  'registerWay',
  'secrecy',
  'resolution',
  'downloadSpeed',
  'owner',
  'block',
  'ipAddress',
  'port',
  'certifiable',
  'certNum',
  'errCode',
  'endTime',
  'safetyWay',
  'positionType',
  'roomType',
  'useType',
  'supplyLightType',
  'directionType',
  'svcSpaceSupportMode',
  'svcTimeSupportMode',
  'photoelectricImagingType',
  'capturePositionType',
  'streamNumberList',
  'functionType',
  'encodeType',
  'installTime',
  'contactInfo',
  'recordSaveDays',
  'industrialClassification',
  'mac',
  'ssvcRatioSupportList',
] as const

function toldName(t: TFunction, key: string): string {
  const known = TOLD.find(each => each.toLowerCase() === key.toLowerCase())
  return known === undefined ? key : t(`channel.field.${known}`)
}

const toldValue = (t: TFunction, value: string): string =>
  value === 'true' || value === 'false' ? t(`channel.flag.${value}`) : value
