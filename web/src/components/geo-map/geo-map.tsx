import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../icon-button.tsx'
import {
  degreesText,
  graticule,
  movedBy,
  onScreen,
  type Place,
  placeText,
  scaleBar,
  toPlace,
  type View,
  viewOf,
  zoomedBy,
} from './projection.ts'
import './geo-map.css'

export interface Marker extends Place {
  readonly key: string
  readonly label: string
  /** Degrees clockwise from north; null: it is not said. */
  readonly direction: number | null
  readonly title?: ReactNode
}

interface Props {
  readonly label: string
  /** In the order of time. */
  readonly track: readonly Place[]
  readonly markers: readonly Marker[]
  readonly chosen?: string | null
  readonly onChoose?: (key: string) => void
}

const HEIGHT = 420
const ZOOM_STEP = 1.6
const PAN_PX = 60
const BAR_PX = 140
/** Points of a track that are drawn; more than a line of this many pixels can show. */
const MAX_POINTS = 4000

/**
 * Places on lines of longitude and latitude, without a server of map pictures: it works where there is no Internet,
 * and tells nobody where the cameras are. Dragged, zoomed by wheel, pinch, buttons and keys.
 */
export function GeoMap({ label, track, markers, chosen = null, onChoose }: Props) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [moved, setMoved] = useState<View | null>(null)
  const [pointed, setPointed] = useState<Place | null>(null)
  const pointers = useRef(new Map<number, { x: number; y: number }>())
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(entries => setWidth(Math.round(entries.at(-1)?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  // Follows what comes until somebody moves it.
  const view = moved ?? viewOf([...track, ...markers], width, HEIGHT)
  const latest = useRef(view)
  latest.current = view
  useEffect(() => {
    const element = box.current
    if (element === null) return
    // React listens to wheels passively, which may not keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !element.contains(document.activeElement)) return
      event.preventDefault()
      const { x, y } = fromCentre(event, element)
      setMoved(zoomedBy(latest.current, event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP, x, y))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [])

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
    event.currentTarget.setPointerCapture(event.pointerId)
    event.currentTarget.focus()
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const { x, y } = fromCentre(event, event.currentTarget)
    setPointed(toPlace(view.x + x / view.worldPx, view.y + y / view.worldPx))
    const before = pointers.current.get(event.pointerId)
    if (before === undefined) return
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    const now = { x: event.clientX, y: event.clientY }
    pointers.current.set(event.pointerId, now)
    if (other === undefined) return setMoved(movedBy(view, now.x - before.x, now.y - before.y))
    const stretch = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y)
    const middle = fromCentre({ clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 }, event.currentTarget)
    setMoved(zoomedBy(view, Number.isFinite(stretch) && stretch > 0 ? stretch : 1, middle.x, middle.y))
  }
  const onPointerUp = (event: PointerEvent) => void pointers.current.delete(event.pointerId)
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyed(view, event.key)
    if (next === null) return
    event.preventDefault()
    setMoved(next)
  }

  const { meridians, parallels } = graticule(view, width, HEIGHT)
  const bar = scaleBar(view, BAR_PX)
  const every = Math.max(1, Math.ceil(track.length / MAX_POINTS))
  const points = track
    .filter((_, i) => i % every === 0 || i === track.length - 1)
    .map(place => onScreen(place, view, width, HEIGHT))
  return (
    <div className="geo-map" ref={box}>
      <div
        className="geo-map-pane"
        role="application"
        aria-label={`${label}. ${t('map.keys')}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved by keys
        tabIndex={0}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onPointerLeave={() => setPointed(null)}
        onKeyDown={onKeyDown}
        onDoubleClick={event => {
          const { x, y } = fromCentre(event, event.currentTarget)
          setMoved(zoomedBy(view, ZOOM_STEP, x, y))
        }}
      >
        {width > 0 && (
          <svg width={width} height={HEIGHT} aria-hidden="true">
            {meridians.map(({ degrees, at }) => (
              <g key={`m${degrees}`}>
                <line className="geo-line" x1={at} x2={at} y1={0} y2={HEIGHT} />
                <text x={at + 4} y={HEIGHT - 6}>
                  {degreesText(degrees, ['E', 'W'])}
                </text>
              </g>
            ))}
            {parallels.map(({ degrees, at }) => (
              <g key={`p${degrees}`}>
                <line className="geo-line" x1={0} x2={width} y1={at} y2={at} />
                <text x={4} y={at - 4} visibility={at > HEIGHT - 30 ? 'hidden' : undefined}>
                  {degreesText(degrees, ['N', 'S'])}
                </text>
              </g>
            ))}
            {points.length > 1 && (
              <polyline
                className="geo-track"
                points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}
              />
            )}
            {points[0] !== undefined && points.length > 1 && (
              <circle className="geo-start" cx={points[0].x} cy={points[0].y} r={4} />
            )}
            {markers.map(marker => {
              const { x, y } = onScreen(marker, view, width, HEIGHT)
              return (
                <g
                  key={marker.key}
                  className={marker.key === chosen ? 'geo-marker chosen' : 'geo-marker'}
                  transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
                  onPointerDown={() => onChoose?.(marker.key)}
                >
                  {marker.direction !== null && (
                    <path className="geo-heading" d="M0-24 6-10H-6z" transform={`rotate(${marker.direction})`} />
                  )}
                  <circle r={7} />
                  <text x={11} y={4}>
                    {marker.label}
                  </text>
                </g>
              )
            })}
            <g className="geo-bar" transform={`translate(${width - bar.px - 16} 20)`}>
              <path d={`M0-5V0H${bar.px.toFixed(1)}V-5`} />
              <text x={bar.px / 2} y={14} textAnchor="middle">
                {bar.metres >= 1000 ? `${bar.metres / 1000} km` : `${bar.metres} m`}
              </text>
            </g>
          </svg>
        )}
      </div>
      <div className="geo-tools">
        <IconButton icon="plus" label={t('map.in')} onClick={() => setMoved(zoomedBy(view, ZOOM_STEP))} />
        <IconButton icon="minus" label={t('map.out')} onClick={() => setMoved(zoomedBy(view, 1 / ZOOM_STEP))} />
        <IconButton icon="fullscreen" label={t('map.all')} onClick={() => setMoved(null)} />
      </div>
      {pointed !== null && <span className="geo-place tabular">{placeText(pointed)}</span>}
    </div>
  )
}

function fromCentre({ clientX, clientY }: { clientX: number; clientY: number }, element: Element) {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { x: clientX - left - width / 2, y: clientY - top - height / 2 }
}

function keyed(view: View, key: string): View | null {
  switch (key) {
    case 'ArrowLeft':
      return movedBy(view, PAN_PX, 0)
    case 'ArrowRight':
      return movedBy(view, -PAN_PX, 0)
    case 'ArrowUp':
      return movedBy(view, 0, PAN_PX)
    case 'ArrowDown':
      return movedBy(view, 0, -PAN_PX)
    case '+':
    case '=':
      return zoomedBy(view, ZOOM_STEP)
    case '-':
      return zoomedBy(view, 1 / ZOOM_STEP)
    default:
      return null
  }
}
