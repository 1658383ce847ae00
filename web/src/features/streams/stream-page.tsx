import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Since } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Facts, Page, Skeleton } from '../../components/page.tsx'
import { PlayerFacts } from '../../components/player/player-facts.tsx'
import { PlayerView } from '../../components/player/player-view.tsx'
import { usePlayer } from '../../components/player/use-player.ts'
import { PublishGuide } from '../../components/publish-guide.tsx'
import { StreamState } from '../../components/stream-state.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { streamQuery } from '../../lib/api/queries.ts'
import type { Live, Stream } from '../../lib/api/types.ts'
import {
  address,
  bitrate,
  bytes,
  codecName,
  count,
  exactTime,
  framesPerSecond,
  milliseconds,
  protocolName,
  text,
} from '../../lib/format.ts'
import { languageTag } from '../../lib/i18n.ts'
import { languagePreference, usePreference } from '../../lib/preferences.ts'
import { AccessCard } from './access-card.tsx'
import { EditButton } from './edit-stream.tsx'
import { ForbidButton, ForbiddenNotice } from './forbid.tsx'
import { KickButton } from './kick-button.tsx'
import { RecordButton, RecordingCard } from './recording-card.tsx'
import { RunsTable } from './runs-table.tsx'
import { SnapshotButton } from './snapshot-button.tsx'
import { useSteadyUrls } from './steady-urls.ts'
import { StreamCharts } from './stream-charts.tsx'
import { TraceTable } from './trace-table.tsx'
import { ViewersTable } from './viewers-table.tsx'
import './streams.css'

export function StreamPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/streams/$id' })
  const { data: stream, isError, error, refetch } = useQuery(streamQuery(id))
  if (stream !== undefined) return <Loaded key={stream.id} stream={stream} />
  return (
    <Page title={t('stream.title')}>
      {isError ? (
        <ErrorPanel error={error} what={t('stream.loadFailed')} onRetry={() => void refetch()} />
      ) : (
        <div className="stream-columns" aria-busy="true">
          <div className="stream-picture">
            <div className="player" />
          </div>
          <Card className="stream-side">
            {[1, 2, 3, 4, 5].map(i => (
              <Skeleton key={i} width={`${95 - i * 9}%`} />
            ))}
          </Card>
        </div>
      )}
    </Page>
  )
}

function Loaded({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const player = usePlayer(stream)
  const { live } = stream
  const play = useSteadyUrls(stream.play)
  const mayKick = useMay('streams.kick')
  const mayWrite = useMay('streams.write')
  const { tab = 'viewers' } = useSearch({ from: '/frame/streams/$id' })
  const navigate = useNavigate({ from: '/streams/$id' })
  return (
    <Page
      title={stream.title || stream.name}
      lead={
        <span className="stream-lead">
          <Link to="/streams">{t('section.streams')}</Link>
          <span className="muted">{stream.path}</span>
          <StreamState stream={stream} />
        </span>
      }
      actions={
        <>
          <ShowApiCall call={api('getStream', { path: { id: stream.id } })} compact />
          <LinkButton to="/replay" search={{ streams: stream.id }} icon={<Icon name="rewind" />}>
            {t('section.replay')}
          </LinkButton>
          <SnapshotButton stream={stream} />
          <RecordButton stream={stream} />
          <EditButton stream={stream} />
          <ForbidButton stream={stream} />
          {live === null ? mayWrite && <DeleteButton stream={stream} /> : mayKick && <KickButton stream={stream} />}
        </>
      }
    >
      <ForbiddenNotice stream={stream} />
      <Written stream={stream} />
      <div className="stream-columns">
        <div className="stream-picture">
          <PlayerView player={player} stream={stream} />
        </div>
        <div className="stream-side">
          {live === null ? (
            <Card title={t('create.send', { name: stream.name })}>
              <PublishGuide publish={stream.publish} />
            </Card>
          ) : (
            <>
              <Card title={t('stream.atThisBrowser')}>
                <PlayerFacts player={player} stream={stream} />
              </Card>
              <Card title={t('stream.atTheServer')}>
                <ServerFacts live={live} />
              </Card>
            </>
          )}
        </div>
        <div className="stream-lower">
          <RecordingCard stream={stream} />
          <Card title={t('stream.urls')} {...(play.expiresAt ? { extra: <Expiry at={play.expiresAt} /> } : {})}>
            <CopyField label="WS-FLV" value={play.wsFlv} hint={t('stream.urlHint.wsFlv')} />
            <CopyField label="HTTP-FLV" value={play.flv} hint={t('stream.urlHint.flv')} qr />
            <CopyField label="HLS" value={play.hls} hint={t('stream.urlHint.hls')} qr />
            <CopyField label="RTMP" value={play.rtmp} hint={t('stream.urlHint.rtmp')} qr />
          </Card>
          {live !== null && (
            <Card title={t('stream.publisher')} extra={live.publisher && <PublisherLink id={live.publisher.id} />}>
              <Facts
                rows={[
                  {
                    label: t('viewers.remote'),
                    value: <code>{live.publisher ? address(live.publisher.remote) : '–'}</code>,
                  },
                  { label: t('viewers.protocol'), value: live.publisher ? protocolName(live.publisher.protocol) : '–' },
                  { label: t('viewers.agent'), value: live.publisher?.agent || '–' },
                  { label: t('streams.since'), value: <Since at={live.startedAt} /> },
                ]}
              />
            </Card>
          )}
          <AccessCard stream={stream} />
        </div>
      </div>
      <Tabs<StreamTab>
        label={t('stream.more')}
        tabs={TABS.map(key => ({ key, title: t(`stream.tab.${key}`) }))}
        open={tab}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true })}
      >
        {tab === 'viewers' && <ViewersTable stream={stream} />}
        {tab === 'numbers' && <StreamCharts stream={stream} />}
        {tab === 'history' && <RunsTable stream={stream} />}
        {tab === 'trace' && <TraceTable stream={stream} />}
      </Tabs>
    </Page>
  )
}

/** What people wrote on it. */
function Written({ stream: { labels, notes } }: { stream: Stream }) {
  if (labels.length === 0 && notes === '') return null
  return (
    <div className="stream-written">
      {labels.map(label => (
        <Link key={label} to="/streams" search={{ label }} className="label">
          {label}
        </Link>
      ))}
      {notes !== '' && <p>{notes}</p>}
    </div>
  )
}

const TABS = ['viewers', 'numbers', 'history', 'trace'] as const
type StreamTab = (typeof TABS)[number]

function PublisherLink({ id }: { id: string }) {
  const { t } = useTranslation()
  return (
    <Link to="/publishers/$id" params={{ id }}>
      {t('stream.everything')}
    </Link>
  )
}

function Expiry({ at }: { at: string }) {
  const { t } = useTranslation()
  const language = languageTag(usePreference(languagePreference))
  return <small className="muted">{t('stream.urlsUntil', { time: exactTime(Date.parse(at), language) })}</small>
}

function ServerFacts({ live }: { live: Live }) {
  const { t } = useTranslation()
  const { video, audio, quality } = live
  const tabular = (words: string) => <span className="tabular">{words}</span>
  return (
    <Facts
      rows={[
        {
          label: t('streams.video'),
          value: video ? `${codecName(video.codec)} ${video.profile} ${video.width}×${video.height}` : '–',
        },
        {
          label: t('stream.audio'),
          value: audio
            ? `${codecName(audio.codec)} ${(audio.sampleRate / 1000).toFixed(1)} kHz × ${audio.channels}`
            : '–',
        },
        { label: t('streams.bitrate'), value: <Measure of={bitrate(live.bitrateKbps)} /> },
        { label: t('streams.fps'), value: tabular(video ? framesPerSecond(live.fps) : '–') },
        {
          label: t('stream.gop'),
          value: <Measure of={live.gopMs ? milliseconds(live.gopMs) : null} />,
          title: t('stream.gopHow'),
        },
        { label: t('streams.viewers'), value: tabular(count(live.viewers)) },
        ...(quality === undefined
          ? []
          : [
              {
                label: t('stream.skew'),
                value: <Measure of={quality.avSkewMs === null ? null : milliseconds(Math.abs(quality.avSkewMs))} />,
                title: t('stream.skewHow'),
              },
              {
                label: t('stream.stalls'),
                value: tabular(`${count(quality.stalls)} · ${text(milliseconds(quality.stalledMs))}`),
                title: t('stream.stallsHow'),
              },
              {
                label: t('stream.gaps'),
                value: tabular(`${count(quality.gaps)} · ${text(milliseconds(quality.longestGapMs))}`),
                title: t('stream.gapsHow'),
              },
            ]),
        { label: t('stream.bytesIn'), value: <Measure of={bytes(live.bytesIn)} /> },
        { label: t('stream.bytesOut'), value: <Measure of={bytes(live.bytesOut)} /> },
      ]}
    />
  )
}

function DeleteButton({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button danger icon={<Icon name="trash" />} onClick={() => setOpen(true)}>
        {t('delete.action')}
      </Button>
      {open && (
        <ConfirmAction
          title={t('delete.title', { name: stream.name })}
          action={t('delete.action')}
          done={t('delete.done', { name: stream.name })}
          failed={t('delete.failed')}
          call={api('deleteStream', { path: { id: stream.id } })}
          typed={stream.name}
          onClose={() => setOpen(false)}
          onDone={() => void navigate({ to: '/streams' })}
        >
          <p>{t('delete.effect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
