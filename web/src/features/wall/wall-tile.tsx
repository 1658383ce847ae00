import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { usePhone } from '../../components/media.ts'
import { type Player, usePlayer, usePlayerPhase } from '../../components/player/use-player.ts'
import { StreamState } from '../../components/stream-state.tsx'
import { streamQuery } from '../../lib/api/queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { bitrate, text } from '../../lib/format.ts'

/** What a tile carries while it is dragged: the stream's id. */
const DRAG_TYPE = 'application/x-sightline-stream'
/** A tile scrolled past quickly is not worth a connection, nor breaking one. */
const SIGHT_PAUSE_MS = 300

interface Props {
  readonly at: number
  readonly id: string | null
  /** The stream when it is on; otherwise the tile asks for it. */
  readonly known: Stream | null
  /** The decoder has room for it. */
  readonly fits: boolean
  readonly alone: boolean
  /** A key on the tile; false when it means nothing. */
  readonly onKey: (key: string) => boolean
  readonly onToggle: () => void
  readonly onPlayAnyway: () => void
  readonly onPick: () => void
  readonly onClear: () => void
  readonly onDropStream: (id: string) => void
}

export function WallTile(props: Props) {
  const { t } = useTranslation()
  const { at, id, known, alone, onKey, onToggle, onPick, onClear, onDropStream } = props
  const phone = usePhone()
  const [over, setOver] = useState(false)
  const { data: asked, isError } = useQuery({
    ...streamQuery(id ?? '', ASK_MS),
    enabled: id !== null && known === null,
  })
  const stream = known ?? (id === null ? undefined : asked)
  const onDrop = (event: DragEvent) => {
    setOver(false)
    const dropped = event.dataTransfer.getData(DRAG_TYPE)
    if (dropped === '') return
    event.preventDefault()
    onDropStream(dropped)
  }
  const word =
    id === null ? t('wall.empty') : stream === undefined ? '…' : `${stream.name}, ${t(`state.${stream.state}`)}`
  const label = t('wall.tile', { n: at + 1, word })
  return (
    <section
      className={over ? 'tile-box over' : 'tile-box'}
      aria-label={label}
      onDragOver={event => {
        if (!event.dataTransfer.types.includes(DRAG_TYPE)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {stream !== undefined && <TilePicture key={stream.id} {...props} stream={stream} />}
      {isError && <TileNote icon="alert" words={t('wall.gone')} />}
      {/* biome-ignore lint/a11y/useSemanticElements: Firefox does not drag a <button> */}
      <div
        role="button"
        tabIndex={0}
        className="tile-hit"
        data-at={at}
        aria-label={label}
        draggable={id !== null && !phone}
        onDragStart={event => id !== null && event.dataTransfer.setData(DRAG_TYPE, id)}
        onKeyDown={event => {
          if (!event.ctrlKey && !event.metaKey && !event.altKey && onKey(event.key)) event.preventDefault()
        }}
        // A screen reader's click has no detail.
        onClick={event => {
          if (id === null) onPick()
          else if (phone || event.detail === 0) onToggle()
        }}
        onDoubleClick={() => id !== null && !phone && onToggle()}
      />
      {id === null ? (
        <div className="tile-empty">
          <Icon name="plus" size={24} />
          {t('wall.pick')}
        </div>
      ) : (
        <div className="tile-tools">
          {stream !== undefined && (
            <Link
              to="/streams/$id"
              params={{ id: stream.id }}
              className="player-control"
              aria-label={`${t('wall.open')}: ${stream.name}`}
              title={t('wall.open')}
            >
              <Icon name="info" size={18} />
            </Link>
          )}
          <Tool icon="streams" label={t('wall.pick')} onClick={onPick} />
          <Tool icon={alone ? 'grid' : 'fullscreen'} label={t(alone ? 'wall.all' : 'wall.one')} onClick={onToggle} />
          <Tool icon="close" label={t('wall.clear')} onClick={onClear} />
        </div>
      )}
      {stream !== undefined && (
        <div className="tile-name">
          <strong>{stream.name}</strong>
          {stream.live && <span className="tabular">{text(bitrate(stream.live.bitrateKbps))}</span>}
          {(stream.state !== 'on' || stream.live?.waiting) && <StreamState stream={stream} />}
        </div>
      )}
    </section>
  )
}

/** How often a stream that is off, or beyond the list, is asked for. */
const ASK_MS = 5000

function Tool({
  icon,
  label,
  onClick,
}: {
  icon: 'streams' | 'grid' | 'fullscreen' | 'close'
  label: string
  onClick: () => void
}) {
  return (
    <button type="button" className="player-control" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} size={18} />
    </button>
  )
}

/** Whether any of it is on the screen. */
function useInSight(): readonly [ref: (element: Element | null) => void, inSight: boolean] {
  const [element, ref] = useState<Element | null>(null)
  const [inSight, setInSight] = useState(false)
  useEffect(() => {
    if (element === null) return
    let timer: number | undefined
    const observer = new IntersectionObserver(entries => {
      window.clearTimeout(timer)
      const seen = entries.at(-1)?.isIntersecting ?? false
      timer = window.setTimeout(() => setInSight(seen), SIGHT_PAUSE_MS)
    })
    observer.observe(element)
    return () => {
      window.clearTimeout(timer)
      observer.disconnect()
    }
  }, [element])
  return [ref, inSight]
}

function TilePicture({ stream, fits, onPlayAnyway }: Props & { stream: Stream }) {
  const { t } = useTranslation()
  const [sight, inSight] = useInSight()
  const player = usePlayer(stream, { tile: true, active: fits && inSight })
  const video = useRef<HTMLVideoElement>(null)
  const { attach } = player
  useEffect(() => {
    attach(video.current)
    return () => attach(null)
  }, [attach])
  return (
    <div ref={sight} className="tile-picture">
      <video ref={video} muted playsInline tabIndex={-1} aria-hidden="true" />
      {stream.state !== 'on' ? (
        <TileNote icon="ring" words={t('player.off')} />
      ) : !fits ? (
        <div className="tile-note">
          <Icon name="pause" size={22} />
          <span>{t('wall.overBudget')}</span>
          <Button size="small" onClick={onPlayAnyway}>
            {t('wall.playAnyway')}
          </Button>
        </div>
      ) : (
        inSight && <Progress player={player} />
      )}
    </div>
  )
}

function Progress({ player }: { player: Player }) {
  const { t } = useTranslation()
  const phase = usePlayerPhase(player)
  if (phase === 'playing') return null
  if (phase === 'waiting') return <TileNote icon="alert" words={t('player.failed')} />
  if (phase === 'idle') return <TileNote icon="alert" words={t('player.cannotPlay')} />
  return <span className="tile-connecting" aria-hidden="true" />
}

function TileNote({ icon, words }: { icon: 'ring' | 'alert'; words: string }) {
  return (
    <div className="tile-note">
      <Icon name={icon} size={22} />
      <span>{words}</span>
    </div>
  )
}
