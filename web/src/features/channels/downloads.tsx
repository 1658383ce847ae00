import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { OperationState } from '../../components/operation-dialog.tsx'
import { api, deviceApi } from '../../lib/api/client.ts'
import { downloadQuery } from './queries.ts'
import { clock, playableAt, type Recorded, type Span } from './timeline-scale.ts'

interface Props {
  readonly id: string
  readonly day: Span
  readonly blocks: readonly Recorded[]
  readonly atMs: number | null
}

/** What is offered first: some minutes from where one looks. */
const OFFERED_MS = 5 * 60_000

/** `08:15:00` of that day; null: no time of day. */
function timeOn(day: Span, text: string): number | null {
  const [, hours = '', minutes = '', seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
  if (hours === '') return null
  const date = new Date(day.fromMs)
  date.setHours(Number(hours), Number(minutes), Number(seconds))
  return date.getTime()
}

/** A part of the day as a file: from the device through here to this browser. */
export function Downloads({ id, day, blocks, atMs }: Props) {
  const { t } = useTranslation()
  const first = playableAt(blocks, atMs ?? day.fromMs) ?? day.fromMs
  const [typed, setTyped] = useState<{ readonly from: string; readonly to: string } | null>(null)
  const [downloads, setDownloads] = useState<readonly string[]>([])
  const from = typed?.from ?? clock(first, true)
  const to = typed?.to ?? clock(Math.min(first + OFFERED_MS, day.toMs - 1000), true)
  const [fromMs, toMs] = [timeOn(day, from), timeOn(day, to)]
  const ready = fromMs !== null && toMs !== null && toMs > fromMs
  const call = deviceApi('startDownload', {
    path: { id },
    body: ready
      ? { start: new Date(fromMs).toISOString(), end: new Date(toMs).toISOString() }
      : { start: new Date(day.fromMs).toISOString(), end: new Date(day.toMs).toISOString() },
  })
  const start = useMutation({ mutationFn: call.send, onSuccess: ({ id }) => setDownloads(old => [id, ...old]) })
  if (blocks.length === 0) return null
  return (
    <div className="downloads">
      <form
        className="download-form"
        onSubmit={event => {
          event.preventDefault()
          if (ready) start.mutate()
        }}
      >
        <strong>{t('channel.download')}</strong>
        <input
          type="time"
          step={1}
          className="select"
          aria-label={t('channel.downloadFrom')}
          value={from}
          onChange={event => setTyped({ from: event.target.value, to })}
        />
        –
        <input
          type="time"
          step={1}
          className="select"
          aria-label={t('channel.downloadTo')}
          value={to}
          onChange={event => setTyped({ from, to: event.target.value })}
        />
        <Button htmlType="submit" icon={<Icon name="download" size={16} />} disabled={!ready} loading={start.isPending}>
          {t('channel.downloadNow')}
        </Button>
        <ShowApiCall call={call} compact />
      </form>
      {start.isError && <ErrorPanel error={start.error} what={t('channel.downloadFailed')} />}
      {downloads.length > 0 && (
        <ul className="switches">
          {downloads.map(each => (
            <Download key={each} id={each} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Download({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data } = useQuery(downloadQuery(id))
  const cancel = useMutation({ mutationFn: api('cancelOperation', { path: { id } }).send })
  const share = data?.progress ?? 0
  return (
    <li>
      {data !== undefined && <OperationState state={data.operation.state} />}
      <progress className="progress grow" max={1} value={share} aria-label={t('operation.progress')} />
      <span className="tabular">{Math.round(share * 100)} %</span>
      {data?.operation.state === 'running' && (
        <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {t('operation.cancel')}
        </Button>
      )}
      {data?.url != null && (
        <Button type="primary" size="small" href={data.url} download>
          {t('operation.save')}
        </Button>
      )}
      {data?.operation.error != null && <span className="wrong">{data.operation.error.message}</span>}
    </li>
  )
}
