import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Empty, Page } from '../../components/page.tsx'
import { liveStreamsQuery } from '../../lib/api/queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { decodable } from './decode-budget.ts'
import { Layouts } from './layouts.tsx'
import { StreamPicker } from './stream-picker.tsx'
import { tileAct } from './tile-keys.ts'
import { useWalls } from './use-walls.ts'
import { WallTile } from './wall-tile.tsx'
import { placed, places, SIZES, type Size } from './walls.ts'
import '../../components/player/player.css'
import './wall.css'

/** Many pictures at once: what is on by itself, or what this user put where. */
export function WallPage() {
  const { t } = useTranslation()
  const { space } = useSearch({ from: '/frame' })
  const live = useQuery(liveStreamsQuery(space))
  const [walls, change] = useWalls()
  const [picking, setPicking] = useState<number | null>(null)
  const wall = useRef<HTMLDivElement>(null)
  const { size } = walls
  const on = live.data ?? []
  const automatic = walls.tiles === null
  const ids = places(walls.tiles ?? on.map(({ id }) => id), size)
  const put = (at: number, id: string | null) => change({ tiles: placed(walls.tiles ?? ids, at, id) })
  const pick = (id: string) => {
    put(picking ?? Math.max(0, ids.indexOf(null)), id)
    setPicking(null)
  }
  return (
    <Page
      title={t('section.live')}
      actions={
        <>
          <Layouts walls={walls} change={change} />
          <Segmented<Size>
            aria-label={t('wall.size')}
            value={size}
            options={SIZES.map(value => ({ value, label: value }))}
            onChange={value => change({ size: value })}
          />
          <Button
            icon={<Icon name="fullscreen" />}
            aria-label={t('player.fullscreen')}
            title={t('player.fullscreen')}
            onClick={() => void wall.current?.requestFullscreen?.()}
          />
        </>
      }
    >
      {live.isError && live.data === undefined && (
        <ErrorPanel error={live.error} what={t('streams.loadFailed')} onRetry={() => void live.refetch()} />
      )}
      {automatic && live.data?.length === 0 ? (
        <div className="card">
          <Empty
            title={t('overview.nothingOn')}
            action={
              <Link to="/connect">
                <Button type="primary" tabIndex={-1} icon={<Icon name="plug" size={16} />}>
                  {t('section.connect')}
                </Button>
              </Link>
            }
          >
            <p className="muted">{t('overview.nothingOnHint')}</p>
          </Empty>
        </div>
      ) : (
        <div ref={wall} className="wall" aria-busy={live.isPending}>
          {!live.isPending && <Tiles size={size} ids={ids} on={on} put={put} pick={setPicking} change={change} />}
        </div>
      )}
      <p className="wall-keys muted">{t('wall.keys')}</p>
      {picking !== null && <StreamPicker space={space} shown={ids} onPick={pick} onClose={() => setPicking(null)} />}
    </Page>
  )
}

interface TilesProps {
  readonly size: Size
  readonly ids: readonly (string | null)[]
  readonly on: readonly Stream[]
  readonly put: (at: number, id: string | null) => void
  readonly pick: (at: number) => void
  readonly change: (change: { size: Size }) => void
}

function Tiles({ size, ids, on, put, pick, change }: TilesProps) {
  /** Place of the only picture shown, after a double click. */
  const [one, setOne] = useState<number | null>(null)
  const [first, setFirst] = useState<string | null>(null)
  const grid = useRef<HTMLDivElement>(null)
  const streams = ids.map(id => on.find(stream => stream.id === id) ?? null)
  const shown = one !== null && one < size ? [one] : ids.map((_, i) => i)
  // The one asked for comes first in the budget, the others in their order.
  const order = shown.toSorted((a, b) => Number(ids[b] === first) - Number(ids[a] === first) || a - b)
  const fits = decodable(
    order.map(at => streams[at]?.live?.video ?? null),
    navigator.hardwareConcurrency || 4,
  )
  const playable = new Set(order.filter((_, i) => fits[i]))
  const focus = (at: number) => grid.current?.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus()
  /** False when the key means nothing here. */
  const onKey = (at: number, key: string): boolean => {
    const act = tileAct(key, { at, size, one: one !== null })
    if (act === null) return false
    if (act.type === 'focus') focus(act.at)
    if (act.type === 'toggle') setOne(one === null ? at : null)
    if (act.type === 'back') setOne(null)
    if (act.type === 'pick') pick(at)
    if (act.type === 'clear') put(at, null)
    if (act.type === 'size') change({ size: act.size })
    return true
  }
  return (
    <div ref={grid} className="wall-grid" data-columns={shown.length === 1 ? 1 : Math.sqrt(size)}>
      {shown.map(at => (
        <WallTile
          key={ids[at] ?? `empty ${at}`}
          at={at}
          id={ids[at] ?? null}
          known={streams[at] ?? null}
          fits={playable.has(at)}
          alone={shown.length === 1}
          onKey={key => onKey(at, key)}
          onToggle={() => setOne(one === null && size > 1 ? at : null)}
          onPlayAnyway={() => setFirst(ids[at] ?? null)}
          onPick={() => pick(at)}
          onClear={() => put(at, null)}
          onDropStream={id => put(at, id)}
        />
      ))}
    </div>
  )
}
