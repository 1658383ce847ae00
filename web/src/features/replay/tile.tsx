import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../components/copy-field.tsx'
import { useGapReason } from '../../components/gap-reason.ts'
import { Icon } from '../../components/icon.tsx'
import type { Stream } from '../../lib/api/types.ts'
import type { ReplaySession } from './replay-session.ts'
import type { TileSnapshot } from './tile-session.ts'
import { spanAt, type Track } from './track.ts'

interface Props {
  readonly session: ReplaySession
  readonly stream: Pick<Stream, 'id' | 'name' | 'title'>
  readonly track: Track
  readonly positionMs: number
  readonly muted: boolean
  /** One of several: its name stands in the picture. */
  readonly named: boolean
  readonly speed: number
}

const NONE: TileSnapshot = { state: 'loading', error: '', way: null }

/** One recorded picture, or why there is none at this time. */
export function Tile({ session, stream, track, positionMs, muted, named, speed }: Props) {
  const { t } = useTranslation()
  const reasonOf = useGapReason()
  const video = useRef<HTMLVideoElement>(null)
  const { state, error, way } = useSyncExternalStore(session.subscribe, () => session.tile(stream.id)?.snapshot ?? NONE)
  useEffect(() => {
    const tile = session.tile(stream.id)
    tile?.setVideo(video.current)
    return () => tile?.setVideo(null)
  }, [session, stream.id])
  const gap = spanAt(track.gaps, positionMs)
  const name = stream.title || stream.name
  return (
    <figure className="replay-tile" data-state={state}>
      <video ref={video} muted={muted || speed !== 1} playsInline aria-label={name} />
      {state === 'gap' && (
        <div className="replay-panel" role="status">
          <Icon name="ring" size={24} />
          <strong>{t('replay.notRecorded')}</strong>
          {gap !== null && <span>{reasonOf(gap.reason)}</span>}
        </div>
      )}
      {state === 'loading' && <div className="player-connecting">{t('replay.loading')}</div>}
      {state === 'failed' && (
        <div className="replay-panel" role="alert">
          <Icon name="alert" size={24} />
          <strong>{t('replay.failed')}</strong>
          <span>{error}</span>
          <span>{t('replay.failedHow')}</span>
          <CopyButton value={error} label={t('error.details')} />
        </div>
      )}
      <figcaption>
        {named && <strong className="ellipsis">{name}</strong>}
        {way === 'flv' && (
          <span title={t('replay.keyframesHow')}>{t(speed > 4 ? 'replay.keyframes' : 'replay.noSound')}</span>
        )}
      </figcaption>
    </figure>
  )
}
