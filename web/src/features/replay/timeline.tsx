import { type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { themePreference, usePreference } from '../../lib/preferences.ts'
import { Preview } from './preview.tsx'
import type { ReplaySession } from './replay-session.ts'
import { coloursOf, heightOf, paint, RULER_PX } from './timeline-paint.ts'
import { clockText, msAt, shareOf, shifted, ticksOf, widthOf, zoomed } from './timeline-view.ts'
import type { Span, Track } from './track.ts'

/** A row of the timeline. */
export interface Row {
  readonly id: string
  readonly name: string
  readonly track: Track
}

interface Props {
  readonly session: ReplaySession
  readonly rows: readonly Row[]
  readonly view: Span
  readonly onView: (view: Span) => void
  readonly positionMs: number
  readonly clip: Span | null
  readonly onClip: (clip: Span) => void
  /** A time was chosen; `done` false while the pointer still moves. */
  readonly onSeek: (ms: number, done: boolean) => void
}

/** Turn of a wheel that halves or doubles the view. */
const WHEEL_STEP = 400
/** How near to its edge a clip is taken hold of. */
const HANDLE_PX = 8

type Hold =
  | { readonly kind: 'seek' }
  | { readonly kind: 'pan'; readonly fromX: number; readonly view: Span }
  | { readonly kind: 'edge'; readonly other: number }
  | { readonly kind: 'pinch'; readonly view: Span; readonly fromX: number; readonly distance: number }

/** What was recorded of some streams over time: hovered, dragged, zoomed and walked through by keyboard. */
export function Timeline(props: Props) {
  const { session, rows, view, onView, positionMs, clip, onClip, onSeek } = props
  const { t } = useTranslation()
  const theme = usePreference(themePreference)
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const [hover, setHover] = useState<{ readonly ms: number; readonly row: number } | null>(null)
  const hold = useRef<Hold | null>(null)
  const pointers = useRef(new Map<number, number>())
  const height = heightOf(rows.length)

  useEffect(() => {
    if (box.current === null) return
    const observer = new ResizeObserver(entries => setWidth(Math.round(entries.at(-1)?.contentRect.width ?? 0)))
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context == null || canvas.current === null || width === 0) return
    const ratio = window.devicePixelRatio || 1
    canvas.current.width = Math.round(width * ratio)
    canvas.current.height = Math.round(height * ratio)
    context.scale(ratio, ratio)
    const scene = {
      ...{ width, view, positionMs, clip },
      tracks: rows.map(({ track }) => track),
      ticks: ticksOf(view, width),
      hoverMs: hover?.ms ?? null,
      nowMs: Date.now(),
    }
    paint(context, scene, coloursOf(canvas.current))
  }, [width, height, view, positionMs, clip, rows, hover, theme])

  // React listens to wheels passively: the page would scroll along.
  const wheel = useRef<(event: WheelEvent) => void>(() => {})
  wheel.current = event => {
    event.preventDefault()
    const sideways = event.shiftKey ? event.deltaY : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0
    if (sideways !== 0) onView(shifted(view, (sideways / Math.max(1, width)) * widthOf(view), Date.now()))
    else onView(zoomed(view, 2 ** (event.deltaY / WHEEL_STEP), msOf(event.clientX), Date.now()))
  }
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const onWheel = (event: WheelEvent) => wheel.current(event)
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [])

  const left = () => box.current?.getBoundingClientRect().left ?? 0
  const top = () => box.current?.getBoundingClientRect().top ?? 0
  const msOf = (clientX: number) => msAt(view, (clientX - left()) / Math.max(1, width))
  const near = (ms: number, clientX: number) => Math.abs(shareOf(view, ms) * width - (clientX - left())) < HANDLE_PX

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    pointers.current.set(event.pointerId, event.clientX)
    const [first, second] = [...pointers.current.values()]
    if (first !== undefined && second !== undefined) {
      hold.current = {
        kind: 'pinch',
        view,
        fromX: (first + second) / 2,
        distance: Math.max(20, Math.abs(second - first)),
      }
      return
    }
    if (clip !== null && near(clip.fromMs, event.clientX)) hold.current = { kind: 'edge', other: clip.toMs }
    else if (clip !== null && near(clip.toMs, event.clientX)) hold.current = { kind: 'edge', other: clip.fromMs }
    else if (event.clientY - top() < RULER_PX) hold.current = { kind: 'pan', fromX: event.clientX, view }
    else {
      hold.current = { kind: 'seek' }
      onSeek(msOf(event.clientX), false)
    }
  }

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (pointers.current.has(event.pointerId)) pointers.current.set(event.pointerId, event.clientX)
    const row = Math.floor(((event.clientY - top() - RULER_PX) / Math.max(1, height - RULER_PX)) * rows.length)
    if (event.pointerType === 'mouse' || hold.current?.kind === 'seek')
      setHover({ ms: msOf(event.clientX), row: Math.min(rows.length - 1, Math.max(0, row)) })
    const held = hold.current
    if (held === null) return
    if (held.kind === 'seek') onSeek(msOf(event.clientX), false)
    else if (held.kind === 'edge') onClip(clipOf(held.other, msOf(event.clientX)))
    else if (held.kind === 'pan') {
      const byMs = ((held.fromX - event.clientX) / Math.max(1, width)) * widthOf(held.view)
      onView(shifted(held.view, byMs, Date.now()))
    } else {
      const [first = 0, second = 0] = [...pointers.current.values()]
      const middle = (first + second) / 2
      const factor = held.distance / Math.max(20, Math.abs(second - first))
      const closer = zoomed(held.view, factor, msAt(held.view, (held.fromX - left()) / width), Date.now())
      onView(shifted(closer, ((held.fromX - middle) / Math.max(1, width)) * widthOf(closer), Date.now()))
    }
  }

  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    pointers.current.delete(event.pointerId)
    const held = hold.current
    hold.current = null
    if (held?.kind === 'seek') onSeek(msOf(event.clientX), true)
    if (event.pointerType !== 'mouse') setHover(null)
  }

  return (
    <div className="timeline">
      {rows.length > 1 && (
        <div className="timeline-names" style={{ paddingTop: RULER_PX }} aria-hidden="true">
          {rows.map(({ id, name }) => (
            <span key={id} className="ellipsis" title={name}>
              {name}
            </span>
          ))}
        </div>
      )}
      <div
        ref={box}
        className="timeline-box"
        style={{ height }}
        role="slider"
        tabIndex={0}
        aria-label={t('replay.timeline')}
        aria-valuemin={Math.round(view.fromMs / 1000)}
        aria-valuemax={Math.round(view.toMs / 1000)}
        aria-valuenow={Math.round(Math.min(view.toMs, Math.max(view.fromMs, positionMs)) / 1000)}
        aria-valuetext={clockText(positionMs)}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onPointerLeave={() => hold.current === null && setHover(null)}
      >
        <canvas ref={canvas} style={{ width, height }} />
        {hover !== null && (
          <Preview
            session={session}
            row={rows[hover.row]}
            ms={hover.ms}
            view={view}
            x={shareOf(view, hover.ms) * width}
            width={width}
          />
        )}
      </div>
    </div>
  )
}

/** Between two moments, whichever comes first; never nothing. */
export function clipOf(a: number, b: number): Span {
  const [fromMs, toMs] = a < b ? [a, b] : [b, a]
  return { fromMs, toMs: Math.max(toMs, fromMs + 1000) }
}
