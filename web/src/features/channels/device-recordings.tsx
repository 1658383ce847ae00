import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Card, Skeleton } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { duration } from '../../lib/format.ts'
import { DayBar } from './day-bar.tsx'
import { Downloads } from './downloads.tsx'
import { dayRecordingsQuery } from './queries.ts'
import { blocksOf, dateOf, dayAfter, dayOf, endOfRun, playableAt, total } from './timeline-scale.ts'
import { type Replay, SPEEDS } from './use-replay.ts'

/** Devices record alarms a moment after they tell of them; what begins later than this is about something else. */
const NEAR_MS = 60_000

interface Props {
  readonly id: string
  readonly replay: Replay
}

/** What the device itself has recorded: a day to play from any second, and to fetch as a file. */
export function DeviceRecordings({ id, replay }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const navigate = useNavigate({ from: '/channels/$id' })
  const { day: chosen, at: wanted } = useSearch({ from: '/frame/channels/$id' })
  const wantedMs = wanted === undefined ? Number.NaN : Date.parse(wanted)
  const date = chosen ?? dateOf(Number.isNaN(wantedMs) ? Date.now() : wantedMs)
  const recordings = useQuery(dayRecordingsQuery(id, date))
  const day = useMemo(() => dayOf(date), [date])
  const blocks = useMemo(
    () =>
      blocksOf(
        (recordings.data?.items ?? []).map(({ start, end, kind }) => ({
          fromMs: Date.parse(start),
          toMs: Date.parse(end),
          kind,
        })),
        day,
      ),
    [recordings.data, day],
  )
  const show = (date: string) =>
    void navigate({ search: ({ at: _, ...old }) => ({ ...old, day: date }), replace: true })
  const seek = (ms: number) => {
    const at = playableAt(blocks, ms)
    if (at !== null) replay.playFrom(at, endOfRun(blocks, at))
  }
  const { session, atMs, speed } = replay
  // a link to a moment plays from there, once what is recorded is known
  const pending = useRef(Number.isNaN(wantedMs) ? null : wantedMs)
  const { isSuccess } = recordings
  useEffect(() => {
    const ms = pending.current
    if (ms === null || !isSuccess) return
    pending.current = null
    const at = playableAt(blocks, ms)
    if (at === null || at - ms > NEAR_MS) void message.info(t('channel.noRecordingThen'))
    else replay.playFrom(at, endOfRun(blocks, at))
  }, [isSuccess, blocks, replay, message, t])
  return (
    <Card
      title={t('channel.recordings')}
      extra={<ShowApiCall call={api('listDeviceRecordings', { path: { id } })} compact />}
    >
      <div className="toolbar">
        <IconButton icon="left" label={t('channel.dayBefore')} onClick={() => show(dayAfter(date, -1))} />
        <input
          type="date"
          className="select"
          aria-label={t('channel.day')}
          value={date}
          onChange={event => event.target.value !== '' && show(event.target.value)}
        />
        <IconButton icon="right" label={t('channel.dayAfter')} onClick={() => show(dayAfter(date, 1))} />
        <span className="muted tabular" aria-live="polite">
          {recordings.isFetching ? t('channel.asking') : t('channel.recorded', { time: duration(total(blocks)) })}
        </span>
        <span className="grow" />
        <Button
          size="small"
          type="text"
          icon={<Icon name="refresh" size={16} />}
          loading={recordings.isFetching}
          onClick={() => void recordings.refetch()}
        >
          {t('channel.askAgain')}
        </Button>
      </div>
      {recordings.isError && (
        <ErrorPanel
          error={recordings.error}
          what={t('channel.recordingsFailed')}
          onRetry={() => void recordings.refetch()}
        />
      )}
      {recordings.isPending ? (
        <Skeleton height={64} />
      ) : (
        <DayBar
          key={`bar ${date}`}
          day={day}
          blocks={blocks}
          atMs={atMs}
          onSeek={seek}
          onKey={key => {
            if (key === 'k') replay.togglePause()
            else
              replay.setSpeed(
                SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(speed) + (key === 'l' ? 1 : -1)))] ?? 1,
              )
          }}
        />
      )}
      <p className="day-legend">
        {(['time', 'alarm', 'manual'] as const).map(kind => (
          <span key={kind}>
            <i className={`day-key ${kind}`} />
            {t(`channel.recordKind.${kind}`)}
          </span>
        ))}
        <span className="grow" />
        <span className="muted">{t(session === null ? 'channel.dayHow' : 'channel.dayKeysShort')}</span>
      </p>
      {recordings.data?.complete === false && <p className="notice suspect">{t('channel.recordingsCut')}</p>}
      {recordings.data !== undefined && blocks.length === 0 && <p className="muted">{t('channel.noRecordings')}</p>}
      <Downloads key={`files ${date}`} id={id} day={day} blocks={blocks} atMs={atMs} />
    </Card>
  )
}
