import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clock, msAt, type Recorded, type Span, shareOf, shifted, ticks, zoomed } from './timeline-scale.ts'

interface Props {
  readonly day: Span
  readonly blocks: readonly Recorded[]
  /** What is shown now; null: nothing is played. */
  readonly atMs: number | null
  readonly onSeek: (ms: number) => void
  /** Faster, slower, pause: J K L as editors have them. */
  readonly onKey: (key: 'j' | 'k' | 'l') => void
}

const HEIGHT = 64
const BAR_TOP = 22
const STEP_MS = 10_000
const PAGE_MS = 600_000
const ZOOM = 1.5
/** A press that moves less is a click. */
const CLICK_PX = 4

/** A day of recordings to play from any second: click, drag to move, wheel to zoom, arrows to step. */
export function DayBar({ day, blocks, atMs, onSeek, onKey }: Props) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [window_, setWindow] = useState<Span>(day)
  const [hover, setHover] = useState<number | null>(null)
  const press = useRef<{ x: number; moved: boolean; window: Span } | null>(null)
  const shown = window_.fromMs >= day.fromMs && window_.toMs <= day.toMs ? window_ : day
  const latest = useRef(shown)
  latest.current = shown
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(entries => setWidth(Math.round(entries.at(-1)?.contentRect.width ?? 0)))
    observer.observe(element)
    // React listens to wheels passively, which may not keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && document.activeElement !== element) return
      event.preventDefault()
      const { left, width } = element.getBoundingClientRect()
      const ms = msAt(latest.current, (event.clientX - left) / width)
      setWindow(zoomed(latest.current, event.deltaY < 0 ? 1 / ZOOM : ZOOM, ms, day))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      observer.disconnect()
      element.removeEventListener('wheel', onWheel)
    }
  }, [day])

  const share = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return (event.clientX - left) / width
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const now = atMs ?? blocks[0]?.fromMs ?? day.fromMs
    const step = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS, PageUp: -PAGE_MS, PageDown: PAGE_MS }[event.key]
    const key = event.key.toLowerCase()
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (step !== undefined) onSeek(Math.max(day.fromMs, Math.min(day.toMs - 1, now + step)))
    else if (event.key === 'Home') onSeek(blocks[0]?.fromMs ?? day.fromMs)
    else if (key === 'j' || key === 'k' || key === 'l') onKey(key)
    else if (key === '+' || key === '=') setWindow(zoomed(shown, 1 / ZOOM, now, day))
    else if (key === '-') setWindow(zoomed(shown, ZOOM, now, day))
    else return
    event.preventDefault()
  }
  const x = (ms: number) => shareOf(shown, ms) * width
  const marked = hover ?? null
  return (
    <div
      ref={box}
      className="day-bar"
      role="slider"
      tabIndex={0}
      aria-label={t('channel.dayKeys')}
      aria-valuemin={0}
      aria-valuemax={Math.round((day.toMs - day.fromMs) / 1000)}
      aria-valuenow={Math.round(((atMs ?? day.fromMs) - day.fromMs) / 1000)}
      aria-valuetext={atMs === null ? t('channel.nothingPlays') : clock(atMs, true)}
      onKeyDown={onKeyDown}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId)
        event.currentTarget.focus()
        press.current = { x: event.clientX, moved: false, window: shown }
      }}
      onPointerMove={event => {
        setHover(msAt(shown, share(event)))
        const from = press.current
        if (from === null) return
        if (Math.abs(event.clientX - from.x) > CLICK_PX) from.moved = true
        if (from.moved && width > 0) {
          const byMs = ((from.x - event.clientX) / width) * (from.window.toMs - from.window.fromMs)
          setWindow(shifted(from.window, byMs, day))
        }
      }}
      onPointerUp={event => {
        if (press.current?.moved === false) onSeek(msAt(shown, share(event)))
        press.current = null
      }}
      onPointerCancel={() => {
        press.current = null
      }}
      onPointerLeave={() => setHover(null)}
    >
      {width > 0 && (
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {ticks(shown, day, width).map(({ ms, label }) => (
            <g key={ms} transform={`translate(${x(ms).toFixed(1)} 0)`}>
              <line className="day-tick" y1={14} y2={HEIGHT} />
              <text x={3} y={12}>
                {label}
              </text>
            </g>
          ))}
          <rect className="day-base" x={0} y={BAR_TOP} width={width} height={HEIGHT - BAR_TOP - 8} />
          {blocks
            .filter(({ fromMs, toMs }) => toMs > shown.fromMs && fromMs < shown.toMs)
            .map(({ fromMs, toMs, kind }) => (
              <rect
                key={`${fromMs} ${kind}`}
                className={`day-block ${kind}`}
                x={x(fromMs)}
                width={Math.max(1, x(toMs) - x(fromMs))}
                y={BAR_TOP}
                height={HEIGHT - BAR_TOP - 8}
              />
            ))}
          {marked !== null && (
            <g className="day-hover" transform={`translate(${x(marked).toFixed(1)} 0)`}>
              <line y1={BAR_TOP} y2={HEIGHT - 8} />
              <text
                y={HEIGHT - 12}
                x={x(marked) > width - 70 ? -4 : 4}
                textAnchor={x(marked) > width - 70 ? 'end' : 'start'}
              >
                {clock(marked, true)}
              </text>
            </g>
          )}
          {atMs !== null && atMs >= shown.fromMs && atMs <= shown.toMs && (
            <path className="day-now" d={`M${x(atMs).toFixed(1)} ${BAR_TOP - 4}v${HEIGHT - BAR_TOP}`} />
          )}
        </svg>
      )}
    </div>
  )
}
