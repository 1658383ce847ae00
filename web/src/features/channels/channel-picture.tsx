import { SightlineError } from '@sightline/client'
import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNowMs } from '../../components/ago.tsx'
import { AttemptDialog } from '../../components/attempts/attempt-view.tsx'
import { useVerdict } from '../../components/attempts/use-verdict.ts'
import { Icon } from '../../components/icon.tsx'
import { useReason } from '../../components/off-reason.ts'
import { PlayerView } from '../../components/player/player-view.tsx'
import { type Playable, usePlayer } from '../../components/player/use-player.ts'
import type { Channel } from '../../lib/api/types.ts'
import type { useLivePicture } from './use-live-picture.ts'

type Live = ReturnType<typeof useLivePicture>

/** The picture of a channel as it is now, or what stands in its way. */
export function ChannelPicture({ channel, live, children }: { channel: Channel; live: Live; children?: ReactNode }) {
  const { t } = useTranslation()
  const reasonOf = useReason()
  const { play, stream } = live
  if (play.isError) return <Failed error={play.error} onRetry={() => play.mutate()} />
  if (channel.state === 'off')
    return (
      <Black role="status">
        <Icon name="ring" size={28} />
        <strong>{t('channel.off')}</strong>
        <p>{channel.reason === '' ? t('channel.offHow') : reasonOf(channel.reason)}</p>
      </Black>
    )
  if (stream === undefined) return <Starting />
  if (stream.state === 'off')
    return (
      <Black role="status">
        <Icon name="ring" size={28} />
        <strong>{t('channel.ended')}</strong>
        <Button type="primary" icon={<Icon name="play" />} loading={play.isPending} onClick={() => play.mutate()}>
          {t('channel.again')}
        </Button>
      </Black>
    )
  return (
    <Picture key={stream.id} playable={stream}>
      {children}
    </Picture>
  )
}

/** A player of something that is on, with what is drawn over it. */
export function Picture({ playable, children }: { playable: Playable; children?: ReactNode }) {
  const player = usePlayer(playable)
  return (
    <div className="channel-video">
      <PlayerView player={player} stream={playable} />
      {children}
    </div>
  )
}

function Black({ role, children }: { role: 'status' | 'alert'; children: ReactNode }) {
  return (
    <div className="player">
      <div className="player-panel" role={role}>
        {children}
      </div>
    </div>
  )
}

/** Devices take from a tenth of a second to ten seconds; what takes long is said. */
function Starting() {
  const { t } = useTranslation()
  const now = useNowMs()
  const [sinceMs] = useState(() => Date.now())
  const seconds = Math.max(0, Math.floor((now - sinceMs) / 1000))
  return (
    <Black role="status">
      <Icon name="clock" size={28} />
      <strong>{t('channel.starting')}</strong>
      <p className="tabular">{seconds < 3 ? t('channel.startingHow') : t('channel.startingSlow', { seconds })}</p>
    </Black>
  )
}

/** What was found out, what to do, and the exchange. */
export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation()
  const wordsOf = useVerdict()
  const [open, setOpen] = useState(false)
  const details = error instanceof SightlineError ? error.details : {}
  const { verdict, attempt } = details
  const words =
    typeof verdict === 'string'
      ? wordsOf({ verdict, advice: (error instanceof SightlineError ? error.hint : undefined) ?? '' })
      : {
          found: error instanceof Error ? error.message : String(error),
          advice: (error instanceof SightlineError ? error.hint : undefined) ?? '',
        }
  return (
    <Black role="alert">
      <Icon name="alert" size={28} />
      <strong>{t('channel.failed', { why: words.found })}</strong>
      {words.advice !== '' && <p>{words.advice}</p>}
      <div className="player-panel-actions">
        <Button type="primary" icon={<Icon name="refresh" size={16} />} onClick={onRetry}>
          {t('error.retry')}
        </Button>
        {typeof attempt === 'string' && attempt !== '' && (
          <Button icon={<Icon name="search" size={16} />} onClick={() => setOpen(true)}>
            {t('channel.exchange')}
          </Button>
        )}
      </div>
      {open && typeof attempt === 'string' && <AttemptDialog id={attempt} onClose={() => setOpen(false)} />}
    </Black>
  )
}
