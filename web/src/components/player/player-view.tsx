import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { codecName, milliseconds, text } from '../../lib/format.ts'
import { useNowMs } from '../ago.tsx'
import { CopyButton } from '../copy-field.tsx'
import { Icon, type IconName } from '../icon.tsx'
import { failureAdvice, planAdvice } from './advice.ts'
import type { PlayerSnapshot } from './session.ts'
import { type Playable, type Player, usePlayerSnapshot } from './use-player.ts'
import './player.css'

/** The picture on black; controls over it fade while nothing moves. */
export function PlayerView({ player, stream }: { player: Player; stream: Playable }) {
  const { t } = useTranslation()
  const snapshot = usePlayerSnapshot(player)
  const box = useRef<HTMLDivElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const { attach } = player
  useEffect(() => {
    attach(video.current)
    return () => attach(null)
  }, [attach])
  const size = stream.live?.video
  const audioOnly = stream.state === 'on' && size === null && stream.live?.audio !== null
  return (
    <div
      ref={box}
      className="player"
      style={size ? { aspectRatio: `${size.width} / ${size.height}` } : undefined}
      data-phase={snapshot.playback.phase}
    >
      <video ref={video} muted playsInline aria-label={stream.name} />
      {audioOnly && snapshot.playback.phase === 'playing' && (
        <div className="player-audio-only">
          <Icon name="sound" size={40} />
          {t('player.audioOnly')}
        </div>
      )}
      <Overlay stream={stream} snapshot={snapshot} player={player} />
      {snapshot.playback.phase === 'playing' && (
        <Controls
          box={box}
          video={video}
          player={player}
          snapshot={snapshot}
          hasAudio={snapshot.attempt?.audio ?? false}
        />
      )}
    </div>
  )
}

function Overlay({ stream, snapshot, player }: { stream: Playable; snapshot: PlayerSnapshot; player: Player }) {
  const { t } = useTranslation()
  const { playback, plan, attempt, blocked } = snapshot
  if (stream.state !== 'on')
    return (
      <div className="player-panel" role="status">
        <Icon name="ring" size={28} />
        <strong>{t('player.off')}</strong>
        <p>{t('player.offHint')}</p>
      </div>
    )
  if (playback.phase === 'waiting') return <Failed snapshot={snapshot} player={player} />
  if (playback.phase === 'idle' && plan.skipped.length > 0 && plan.attempts.length === 0)
    return <CannotPlay snapshot={snapshot} />
  if (blocked && playback.phase !== 'playing')
    return (
      <div className="player-panel">
        <Button type="primary" size="large" icon={<Icon name="play" />} onClick={player.session.resume}>
          {t('player.play')}
        </Button>
        <p>{t('player.blocked')}</p>
      </div>
    )
  if (stream.live?.waiting)
    return (
      <div className="player-connecting" role="status">
        {t('player.waiting')}
      </div>
    )
  if (playback.phase === 'connecting' && attempt !== null)
    return (
      <div className="player-connecting" role="status">
        {t('player.connecting', { protocol: t(`player.protocol.${attempt.protocol}`) })}
      </div>
    )
  return null
}

function Failed({ snapshot, player }: { snapshot: PlayerSnapshot; player: Player }) {
  const { t } = useTranslation()
  const now = useNowMs()
  const { failures } = snapshot.playback
  const seconds = Math.max(0, Math.ceil((snapshot.retryAtMs - now) / 1000))
  const line = failures.map(({ protocol, message }) => `${protocol}: ${message}`).join('\n')
  return (
    <div className="player-panel" role="alert">
      <Icon name="alert" size={28} />
      <strong>{t('player.failed')}</strong>
      <ul className="player-tried">
        {failures.map(({ protocol, message }) => (
          <li key={protocol}>
            <b>{t(`player.protocol.${protocol}`)}</b> <span>{message}</span>
          </li>
        ))}
      </ul>
      <p>{t(`player.advice.${failureAdvice(failures)}`)}</p>
      <div className="player-panel-actions">
        <Button type="primary" onClick={player.session.retryNow} icon={<Icon name="refresh" size={16} />}>
          {t('player.retryIn', { seconds })}
        </Button>
        <CopyButton value={line} label={t('error.details')} />
      </div>
    </div>
  )
}

function CannotPlay({ snapshot: { plan } }: { snapshot: PlayerSnapshot }) {
  const { t } = useTranslation()
  return (
    <div className="player-panel" role="alert">
      <Icon name="alert" size={28} />
      <strong>{t('player.cannotPlay')}</strong>
      <ul className="player-tried">
        {plan.skipped.map(({ protocol, reason }) => (
          <li key={protocol}>
            <b>{t(`player.protocol.${protocol}`)}</b>{' '}
            <span>{t(`player.skipped.${reason}`, { codec: plan.undecodable.map(codecName).join(', ') })}</span>
          </li>
        ))}
      </ul>
      <p>{t(`player.advice.${planAdvice(plan)}`)}</p>
    </div>
  )
}

/** Controls without a moving pointer disappear after this. */
const FADE_MS = 2500

function useFading(box: React.RefObject<HTMLElement | null>): boolean {
  const [visible, setVisible] = useState(true)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    let timer: number | undefined
    const wake = () => {
      setVisible(true)
      window.clearTimeout(timer)
      timer = window.setTimeout(() => setVisible(false), FADE_MS)
    }
    wake()
    const events = ['pointermove', 'pointerdown', 'focusin', 'keydown'] as const
    for (const event of events) element.addEventListener(event, wake)
    return () => {
      window.clearTimeout(timer)
      for (const event of events) element.removeEventListener(event, wake)
    }
  }, [box])
  return visible
}

interface ControlsProps {
  readonly box: React.RefObject<HTMLDivElement | null>
  readonly video: React.RefObject<HTMLVideoElement | null>
  readonly player: Player
  readonly snapshot: PlayerSnapshot
  readonly hasAudio: boolean
}

function Controls({ box, video, player, snapshot, hasAudio }: ControlsProps) {
  const { t } = useTranslation()
  const visible = useFading(box)
  const [muted, setMuted] = useState(video.current?.muted ?? true)
  const [paused, setPaused] = useState(false)
  const { delayMs } = snapshot.stats
  const protocol = snapshot.attempt?.protocol
  const togglePlay = () => {
    if (paused) player.session.resume()
    else video.current?.pause()
    setPaused(!paused)
  }
  const toggleMute = () => {
    if (video.current === null) return
    video.current.muted = !muted
    setMuted(!muted)
  }
  const toggleFullscreen = () => {
    if (document.fullscreenElement !== null) void document.exitFullscreen()
    else void box.current?.requestFullscreen?.()
  }
  return (
    <>
      {muted && hasAudio && (
        <button type="button" className="player-unmute" onClick={toggleMute}>
          <Icon name="mute" />
          {t('player.unmute')}
        </button>
      )}
      <div className={visible || paused ? 'player-controls' : 'player-controls faded'}>
        <Control
          icon={paused ? 'play' : 'pause'}
          label={t(paused ? 'player.play' : 'player.pause')}
          onClick={togglePlay}
        />
        {hasAudio && (
          <Control
            icon={muted ? 'mute' : 'sound'}
            label={t(muted ? 'player.unmute' : 'player.mute')}
            onClick={toggleMute}
          />
        )}
        <span className="player-live">{t('player.live')}</span>
        {delayMs !== null && (
          <span className="tabular" title={t('player.delayHow')}>
            {t('player.delay')} {text(milliseconds(delayMs))}
          </span>
        )}
        <span className="grow" />
        {protocol !== undefined && <span className="player-protocol">{t(`player.protocol.${protocol}`)}</span>}
        {document.pictureInPictureEnabled && (
          <Control icon="pip" label={t('player.pip')} onClick={() => void video.current?.requestPictureInPicture()} />
        )}
        <Control icon="fullscreen" label={t('player.fullscreen')} onClick={toggleFullscreen} />
      </div>
    </>
  )
}

function Control({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" className="player-control" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} size={20} />
    </button>
  )
}
