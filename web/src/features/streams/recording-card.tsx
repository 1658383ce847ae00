import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Since } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { useGapReason } from '../../components/gap-reason.ts'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Facts, Skeleton } from '../../components/page.tsx'
import { type State, StateTag } from '../../components/state-tag.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { plansQuery, type RecordingNow, recordingNowQuery, templatesQuery } from '../../lib/api/recording-queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { bytes, count } from '../../lib/format.ts'

type Order = 'start' | 'stop' | 'release'

const STATES = { recording: 'on', waiting: 'suspect', paused: 'suspect', off: 'off' } as const satisfies Record<
  RecordingNow['state'],
  State
>

/** Starting and stopping by hand, with what the platform answers shown at once. */
function useControl(stream: Stream) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { queryKey } = recordingNowQuery(stream.id)
  const control = useAction<RecordingNow>({
    done: t('recordings.ordered'),
    onDone: now => client.setQueryData(queryKey, now),
  })
  const order = (action: Order) => api('controlRecording', { path: { id: stream.id }, body: { action } })
  return { control, order }
}

/** One press starts recording, or stops it; what is going on stands on it. */
export function RecordButton({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const now = useQuery(recordingNowQuery(stream.id)).data
  const { control, order } = useControl(stream)
  if (!useMay('recordings.write') || now === undefined) return null
  const running = now.state !== 'off'
  return (
    <Button
      className={now.state === 'recording' ? 'record-button on' : 'record-button'}
      icon={<Icon name={running ? 'stop' : 'record'} />}
      loading={control.isPending}
      onClick={() => control.mutate(order(running ? 'stop' : 'start'))}
    >
      {t(running ? 'recordings.stop' : 'recordings.record')}
    </Button>
  )
}

/** Whether it is being recorded, why, and what is in force. */
export function RecordingCard({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const now = useQuery(recordingNowQuery(stream.id))
  const mayWrite = useMay('recordings.write')
  const { control, order } = useControl(stream)
  return (
    <Card
      title={t('recordings.nowTitle')}
      extra={
        <>
          {mayWrite && now.data?.manual != null && (
            <Button
              size="small"
              loading={control.isPending}
              title={t('recordings.leaveHow')}
              onClick={() => control.mutate(order('release'))}
            >
              {t('recordings.leave')}
            </Button>
          )}
          <ShowApiCall call={order(now.data?.state === 'off' ? 'start' : 'stop')} compact />
        </>
      }
    >
      {now.isError && now.data === undefined && <ErrorPanel error={now.error} what={t('recordings.nowFailed')} />}
      {now.isPending && <Skeleton width="70%" />}
      {control.isError && <ErrorPanel error={control.error} what={t('recordings.orderFailed')} />}
      {now.data !== undefined && <NowFacts now={now.data} />}
    </Card>
  )
}

function NowFacts({ now }: { now: RecordingNow }) {
  const { t } = useTranslation()
  const reasonOf = useGapReason()
  const { state, reason, cause, since, bytes: size, droppedFragments, manual } = now
  return (
    <Facts
      rows={[
        {
          label: t('streams.state'),
          value: (
            <span className="recording-now">
              <StateTag state={STATES[state]} word={t(`recordings.now.${state}`)} />
              {since !== null && <Since at={since} />}
            </span>
          ),
          ...(reason === '' ? {} : { note: reasonOf(reason) }),
        },
        ...(cause === null ? [] : [{ label: t('recordings.cause'), value: t(`recordings.causeOf.${cause}`) }]),
        ...(manual === null
          ? []
          : [{ label: t(`recordings.manual.${manual.action}`), value: manual.by, note: t('recordings.manualHow') }]),
        { label: t('recordings.inForce'), value: <InForce now={now} /> },
        ...(size === null ? [] : [{ label: t('recordings.openFile'), value: <Measure of={bytes(size)} /> }]),
        ...(droppedFragments === null || droppedFragments === 0
          ? []
          : [{ label: t('recordings.dropped'), value: <span className="wrong">{count(droppedFragments)}</span> }]),
      ]}
    />
  )
}

/** The template that says so, and whether the stream or its space was given it. */
function InForce({ now: { binding } }: { now: RecordingNow }) {
  const { t } = useTranslation()
  const templates = useQuery(templatesQuery()).data
  const plans = useQuery(plansQuery()).data
  if (binding === null) return <Link to="/templates">{t('recordings.noTemplate')}</Link>
  const { templateId, planId, scope } = binding
  if (templateId === null) return t('recordings.switchedOff')
  return (
    <>
      <Link to="/templates/$id" params={{ id: templateId }}>
        {templates?.find(({ id }) => id === templateId)?.name ?? templateId}
      </Link>
      {planId !== null && (
        <>
          {' · '}
          <Link to="/plans/$id" params={{ id: planId }}>
            {plans?.find(({ id }) => id === planId)?.name ?? planId}
          </Link>
        </>
      )}{' '}
      <small className="muted">{t(`recordings.boundTo.${scope}`)}</small>
    </>
  )
}
