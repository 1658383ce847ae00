import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, deviceApi } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Alarm } from '../../lib/api/types.ts'
import { ShowApiCall } from '../api-call.tsx'
import { type Column, DataTable } from '../data-table.tsx'
import { Endless } from '../endless.tsx'
import { ErrorPanel } from '../error-panel.tsx'
import { placeText } from '../geo-map/projection.ts'
import { IconButton } from '../icon-button.tsx'
import { Moment } from '../moment.tsx'
import { Card, Empty } from '../page.tsx'
import { type State, StateTag } from '../state-tag.tsx'
import { useAction } from '../use-action.ts'
import { type AlarmFilter, alarmsQuery } from './alarm-queries.ts'
import { useAlarmName } from './use-alarm-name.ts'
import './alarms.css'

interface Props {
  readonly filter: AlarmFilter
  /** Of many devices: each row says whose it is. */
  readonly ofMany?: boolean
  readonly filtered?: boolean
}

/** What devices raised an alarm about, newest first. */
export function AlarmsTable({ filter, ofMany = false, filtered = false }: Props) {
  const { t } = useTranslation()
  const alarms = useInfiniteQuery(alarmsQuery(filter))
  const columns = useColumns(ofMany)
  return (
    <Card
      className="flush"
      title={t('section.alarms')}
      extra={<ShowApiCall call={api('listAlarms', { query: filter })} compact />}
    >
      {alarms.isError && alarms.data === undefined ? (
        <ErrorPanel error={alarms.error} what={t('alarms.failed')} onRetry={() => void alarms.refetch()} />
      ) : (
        <DataTable
          label={t('section.alarms')}
          columns={columns}
          rows={alarms.data?.pages.flatMap(({ items }) => items)}
          rowKey={({ id }) => id}
          tall
          empty={
            <Empty title={t(filtered ? 'alarms.noMatch' : 'alarms.empty')}>
              {!filtered && <p className="muted">{t('alarms.emptyHow')}</p>}
            </Empty>
          }
        />
      )}
      <Endless query={alarms} />
    </Card>
  )
}

/** 1 is the highest; 0 is not said. */
const STATES: Readonly<Record<number, State>> = { 1: 'failed', 2: 'suspect', 3: 'starting', 4: 'off' }

function Priority({ alarm: { priority } }: { alarm: Alarm }) {
  const { t } = useTranslation()
  return (
    <StateTag
      state={STATES[priority] ?? 'off'}
      word={priority === 0 ? t('alarms.priorityNone') : t('alarms.priority', { n: priority })}
    />
  )
}

function useColumns(ofMany: boolean): readonly Column<Alarm>[] {
  const { t } = useTranslation()
  const nameOf = useAlarmName()
  const mayControl = useMay('devices.control')
  return useMemo(
    () => [
      {
        key: 'what',
        title: t('alarms.what'),
        track: 'minmax(180px, 2fr)',
        phone: 'title',
        render: alarm => {
          const { description, longitude, latitude } = alarm
          const place = longitude !== null && latitude !== null ? placeText({ longitude, latitude }) : ''
          return (
            <span className="two-lines">
              <strong className="ellipsis">{nameOf(alarm)}</strong>
              <small className="ellipsis" title={description}>
                {[description, place].filter(Boolean).join(' · ')}
              </small>
            </span>
          )
        },
      },
      {
        key: 'priority',
        title: t('alarms.level'),
        track: '120px',
        phone: 'side',
        render: alarm => <Priority alarm={alarm} />,
      },
      {
        key: 'who',
        title: t(ofMany ? 'alarms.device' : 'alarms.channel'),
        track: 'minmax(160px, 1.4fr)',
        phone: 'meta',
        render: ({ deviceId, deviceName, channelId, channelName, channelGbId }) => (
          <span className="two-lines">
            {channelId === null ? (
              <span className="ellipsis tabular">{channelName ?? channelGbId}</span>
            ) : (
              <Link className="ellipsis" to="/channels/$id" params={{ id: channelId }}>
                {channelName ?? channelGbId}
              </Link>
            )}
            {ofMany && (
              <small className="ellipsis alarm-device">
                <Link to="/devices/$id" params={{ id: deviceId }}>
                  {deviceName}
                </Link>
              </small>
            )}
          </span>
        ),
      },
      {
        key: 'at',
        title: t('alarms.at'),
        track: '156px',
        numeric: true,
        phone: 'meta',
        render: ({ alarmAt }) => <Moment at={alarmAt} />,
      },
      {
        key: 'evidence',
        title: t('alarms.evidence'),
        track: '120px',
        phone: 'meta',
        render: alarm => <Evidence alarm={alarm} />,
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: 'minmax(150px, 1fr)',
        render: ({ acknowledgedAt, acknowledgedBy }) =>
          acknowledgedAt === null ? (
            <StateTag state="suspect" word={t('alarms.open')} />
          ) : (
            <span className="two-lines">
              <StateTag state="off" word={t('alarms.seen')} />
              <small className="ellipsis">{acknowledgedBy}</small>
            </span>
          ),
      },
      ...(mayControl
        ? [
            {
              key: 'actions',
              title: '',
              track: '84px',
              numeric: true,
              phone: 'meta' as const,
              render: (alarm: Alarm) => <Actions alarm={alarm} />,
            },
          ]
        : []),
    ],
    [t, nameOf, ofMany, mayControl],
  )
}

/** A recording is shown from a little before, to see how it came to it. */
const BEFORE_MS = 10_000

/** The picture and the recording around it: those kept here, or else what the device itself may have recorded. */
function Evidence({ alarm: { at, alarmAt, channelId, recordedStreamId, snapshotId } }: { alarm: Alarm }) {
  const { t } = useTranslation()
  const before = (time: string) => new Date(Date.parse(time) - BEFORE_MS).toISOString()
  return (
    <span className="alarm-evidence">
      {snapshotId !== null && (
        <Link to="/snapshots" search={{ open: snapshotId }}>
          {t('alarms.picture')}
        </Link>
      )}
      {recordedStreamId !== null ? (
        <Link to="/replay" search={{ streams: recordedStreamId, at: before(at) }}>
          {t('alarms.replay')}
        </Link>
      ) : channelId !== null ? (
        <Link
          to="/channels/$id"
          params={{ id: channelId }}
          search={{ at: before(alarmAt) }}
          title={t('alarms.deviceReplayHow')}
        >
          {t('alarms.deviceReplay')}
        </Link>
      ) : (
        snapshotId === null && <span className="muted">–</span>
      )}
    </span>
  )
}

function Actions({ alarm: { id, acknowledgedAt, channelName, channelGbId } }: { alarm: Alarm }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const acknowledge = useAction({ done: t('alarms.acknowledged') })
  const reset = useAction({ done: t('alarms.wasReset') })
  const onError = (error: Error) => void message.error(error.message)
  const of = channelName ?? channelGbId
  return (
    <span className="alarm-actions">
      {acknowledgedAt === null && (
        <IconButton
          icon="check"
          label={t('alarms.acknowledge')}
          of={of}
          disabled={acknowledge.isPending}
          onClick={() => acknowledge.mutate(api('acknowledgeAlarm', { path: { id } }), { onError })}
        />
      )}
      <IconButton
        icon="refresh"
        label={t('alarms.reset')}
        of={of}
        disabled={reset.isPending}
        onClick={() => reset.mutate(deviceApi('resetAlarm', { path: { id } }), { onError })}
      />
    </span>
  )
}
