import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ExportDialog } from '../../components/export-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Stream } from '../../lib/api/types.ts'
import { duration } from '../../lib/format.ts'
import type { ReplaySession } from './replay-session.ts'
import { mp4Url } from './replay-urls.ts'
import { clockText } from './timeline-view.ts'
import type { Span } from './track.ts'

/** A day and an hour: the longest a node makes into one download. */
const MAX_DOWNLOAD_MS = 25 * 3_600_000
/** And into one exported file. */
const MAX_EXPORT_MS = 48 * 3_600_000

interface Props {
  readonly session: ReplaySession
  readonly streams: readonly Stream[]
  readonly clip: Span | null
  /** The day that is shown. */
  readonly day: string
  readonly onClip: (clip: Span | null) => void
  /** Begin or end of the clip at the position. */
  readonly onMark: (edge: 'begin' | 'end') => void
}

/** A marked time: downloaded at once, or made into a file by an operation. */
export function ClipBar({ session, streams, clip, day, onClip, onMark }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const mayWrite = useMay('recordings.write')
  const [chosen, setChosen] = useState<string | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  const stream = streams.find(({ id }) => id === chosen) ?? streams[0]
  const make = useMutation({
    mutationFn: (call: ReturnType<typeof exportOf>) => call.send(),
    onSuccess: async ({ id }) => {
      setOpen(id)
      await queryClient.invalidateQueries({
        predicate: ({ queryKey: [noun] }) => noun === 'exports' || noun === 'operations',
      })
    },
    onError: error => void message.error(error.message),
  })
  const download = useMutation({
    mutationFn: async ({ stream, clip }: { stream: Stream; clip: Span }) =>
      mp4Url(await session.urls.of(stream.id, clip), clip),
    onSuccess: url => window.location.assign(url), // answered as a file: the page stays
    onError: error => void message.error(error.message),
  })
  if (stream === undefined) return null
  if (clip === null)
    return (
      <div className="clip-bar">
        <Button size="small" type="text" icon={<Icon name="cut" size={16} />} onClick={() => onMark('begin')}>
          {t('replay.clip')}
        </Button>
        <span className="muted clip-keys">{t('replay.clipHow')}</span>
        <span className="grow" />
        <LinkButton
          size="small"
          type="text"
          to="/recordings"
          search={{ path: stream.path, day }}
          title={t('replay.filesHow')}
          icon={<Icon name="lock" size={16} />}
        >
          {t('replay.files')}
        </LinkButton>
      </div>
    )
  const length = clip.toMs - clip.fromMs
  const call = exportOf(stream.id, clip)
  return (
    <div className="clip-bar marked">
      <Icon name="cut" size={16} />
      <Button size="small" onClick={() => onMark('begin')}>
        {t('replay.clipBegin')} <span className="tabular">{clockText(clip.fromMs)}</span>
      </Button>
      <Button size="small" onClick={() => onMark('end')}>
        {t('replay.clipEnd')} <span className="tabular">{clockText(clip.toMs)}</span>
      </Button>
      <strong className="tabular">{duration(length)}</strong>
      {streams.length > 1 && (
        <select
          className="select"
          aria-label={t('recordings.stream')}
          value={stream.id}
          onChange={event => setChosen(event.target.value)}
        >
          {streams.map(({ id, title, name }) => (
            <option key={id} value={id}>
              {title || name}
            </option>
          ))}
        </select>
      )}
      <span className="grow" />
      <ShowApiCall call={call} compact />
      <Button
        icon={<Icon name="download" size={16} />}
        disabled={length > MAX_DOWNLOAD_MS}
        loading={download.isPending}
        onClick={() => download.mutate({ stream, clip })}
      >
        {t('replay.download')}
      </Button>
      {mayWrite && (
        <Button
          type="primary"
          icon={<Icon name="cut" size={16} />}
          disabled={length > MAX_EXPORT_MS}
          loading={make.isPending}
          title={t('replay.exportHow')}
          onClick={() => make.mutate(call)}
        >
          {t('replay.export')}
        </Button>
      )}
      <Button
        type="text"
        icon={<Icon name="close" size={16} />}
        aria-label={t('replay.clipClear')}
        title={t('replay.clipClear')}
        onClick={() => onClip(null)}
      />
      {open !== null && <ExportDialog id={open} onClose={() => setOpen(null)} />}
    </div>
  )
}

const exportOf = (stream: string, { fromMs, toMs }: Span) =>
  api('createExport', {
    body: { stream, start: new Date(fromMs).toISOString(), end: new Date(toMs).toISOString(), format: 'mp4' },
  })
