import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { AttemptDialog } from '../../components/attempts/attempt-view.tsx'
import { AttemptsTable } from '../../components/attempts/attempts-table.tsx'
import { ChannelState } from '../../components/channel-state.tsx'
import { ConfigEditor } from '../../components/device-config/config-editor.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Page, Skeleton } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useAction } from '../../components/use-action.ts'
import { api, deviceApi } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Channel } from '../../lib/api/types.ts'
import { bitrate, codecName, count, milliseconds, text } from '../../lib/format.ts'
import { ChannelInfo } from './channel-info.tsx'
import { ChannelPicture, Failed, Picture } from './channel-picture.tsx'
import { Controls } from './controls.tsx'
import { DeviceRecordings } from './device-recordings.tsx'
import { DragZoom } from './drag-zoom.tsx'
import { EditChannel } from './edit-channel.tsx'
import { Lens } from './lens.tsx'
import { Presets } from './presets.tsx'
import { PtzPad } from './ptz-pad.tsx'
import { channelQuery } from './queries.ts'
import { ReplayBar } from './replay-bar.tsx'
import { CHANNEL_TABS, type ChannelTab } from './routes.ts'
import { SnapshotButton } from './snapshots.tsx'
import { TalkButton } from './talk-button.tsx'
import { useLivePicture } from './use-live-picture.ts'
import { useMotion } from './use-motion.ts'
import { useReplay } from './use-replay.ts'
import './channels.css'

export function ChannelPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/channels/$id' })
  const { data: channel, isError, error, refetch } = useQuery(channelQuery(id))
  if (channel !== undefined) return <Loaded key={id} channel={channel} />
  return (
    <Page title={t('channel.title')}>
      {isError ? (
        <ErrorPanel error={error} what={t('channel.loadFailed')} onRetry={() => void refetch()} />
      ) : (
        <div className="channel-columns" aria-busy="true">
          <div className="channel-main">
            <div className="player" />
          </div>
          <Card>
            <Skeleton width="60%" />
            <Skeleton width="80%" />
          </Card>
        </div>
      )}
    </Page>
  )
}

function Loaded({ channel }: { channel: Channel }) {
  const { t } = useTranslation()
  const { id } = channel
  const navigate = useNavigate({ from: '/channels/$id' })
  const mayControl = useMay('devices.control')
  const mayAdmin = useMay('devices.admin')
  const open: ChannelTab = useSearch({ from: '/frame/channels/$id' }).tab ?? 'recordings'
  const live = useLivePicture(channel)
  const replay = useReplay(id)
  const sender = useMotion(id)
  const [drawing, setDrawing] = useState(false)
  const replaying = replay.session !== null || replay.starting || replay.error !== null
  const tabs = CHANNEL_TABS.filter(key => (key !== 'controls' || mayControl) && (key !== 'config' || mayAdmin))
  return (
    <Page
      title={channel.name}
      lead={
        <span className="stream-lead">
          <Link to="/devices/$id" params={{ id: channel.deviceId }}>
            {channel.deviceName}
          </Link>
          <code>{channel.gbId}</code>
          <ChannelState channel={channel} />
        </span>
      }
      actions={<Actions channel={channel} />}
    >
      <div className="channel-columns">
        <div className="channel-main">
          {!replaying ? (
            <ChannelPicture channel={channel} live={live}>
              {drawing && <DragZoom id={id} onDone={() => setDrawing(false)} />}
            </ChannelPicture>
          ) : replay.session !== null ? (
            <Picture
              key={replay.session.id}
              playable={{
                id: replay.session.id,
                name: channel.name,
                state: 'on',
                play: replay.session.play,
                live: null,
              }}
            />
          ) : replay.error !== null ? (
            <Failed error={replay.error} onRetry={replay.retry} />
          ) : (
            <div className="player">
              <div className="player-panel" role="status">
                <Icon name="clock" size={28} />
                <strong>{t('channel.replayStarting')}</strong>
              </div>
            </div>
          )}
          {replaying ? <ReplayBar replay={replay} /> : <LiveBar live={live} />}
          {mayControl && (
            <div className="channel-tools">
              <TalkButton id={id} />
              <span className="grow" />
              <SnapshotButton id={id} />
              <Button
                icon={<Icon name="frame" size={16} />}
                aria-pressed={drawing}
                type={drawing ? 'primary' : 'default'}
                onClick={() => setDrawing(!drawing)}
              >
                {t('channel.dragZoom')}
              </Button>
            </div>
          )}
        </div>
        {mayControl && (
          <div className="channel-side">
            <Card
              title={t('channel.move')}
              extra={
                <ShowApiCall
                  call={api('moveChannel', { path: { id }, body: { pan: 0.5, tilt: 0, zoom: 0 } })}
                  compact
                />
              }
            >
              {channel.ptzType === 3 && <p className="muted">{t('channel.fixed')}</p>}
              <PtzPad sender={sender} />
              <Lens id={id} />
            </Card>
            <Presets id={id} />
          </div>
        )}
      </div>
      <Tabs<ChannelTab>
        label={channel.name}
        tabs={tabs.map(key => ({ key, title: t(`channel.tab.${key}`) }))}
        open={open}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true })}
      >
        {open === 'recordings' && <DeviceRecordings id={id} replay={replay} />}
        {open === 'controls' && <Controls id={id} />}
        {open === 'diagnosis' && <AttemptsTable filter={{ device: channel.deviceId, channel: channel.gbId }} />}
        {open === 'config' && <ConfigEditor channel={id} />}
        {open === 'info' && <ChannelInfo channel={channel} />}
      </Tabs>
    </Page>
  )
}

function Actions({ channel }: { channel: Channel }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const mayWrite = useMay('devices.write')
  const mayControl = useMay('devices.control')
  const [editing, setEditing] = useState(false)
  const stop = useAction({ done: t('channel.stopped') })
  const { id } = channel
  return (
    <>
      <ShowApiCall call={api('getChannel', { path: { id } })} compact />
      {mayControl && channel.live !== null && (
        <Button
          icon={<Icon name="kick" size={16} />}
          loading={stop.isPending}
          onClick={() =>
            stop.mutate(deviceApi('stopChannel', { path: { id } }), {
              onError: error => void message.error(error.message),
            })
          }
        >
          {t('channel.stopStream')}
        </Button>
      )}
      {mayWrite && (
        <Button icon={<Icon name="edit" size={16} />} onClick={() => setEditing(true)}>
          {t('channel.edit')}
        </Button>
      )}
      {editing && <EditChannel channel={channel} onClose={() => setEditing(false)} />}
    </>
  )
}

/** What is shown and how long it took to come. */
function LiveBar({ live: { play, stream } }: { live: ReturnType<typeof useLivePicture> }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const { video, audio, bitrateKbps, viewers } = stream?.live ?? {}
  const words = [
    video && `${codecName(video.codec)} ${video.width}×${video.height}`,
    audio && codecName(audio.codec),
    bitrateKbps !== undefined && text(bitrate(bitrateKbps)),
    viewers !== undefined && t('channel.viewers', { n: count(viewers) }),
  ].filter(Boolean)
  return (
    <div className="live-bar">
      {play.data !== undefined && (
        <span className="tabular">
          {t('channel.firstPicture', { time: text(milliseconds(play.data.firstPictureMs)) })}
        </span>
      )}
      <span className="muted tabular">{words.join(' · ')}</span>
      <span className="grow" />
      {play.data !== undefined && (
        <Button size="small" type="text" icon={<Icon name="search" size={16} />} onClick={() => setOpen(true)}>
          {t('channel.exchange')}
        </Button>
      )}
      {stream !== undefined && (
        <Link to="/streams/$id" params={{ id: stream.id }}>
          {t('channel.stream')}
        </Link>
      )}
      {open && play.data !== undefined && <AttemptDialog id={play.data.attempt} onClose={() => setOpen(false)} />}
    </div>
  )
}
