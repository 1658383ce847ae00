import { type PointerEvent, useEffect, useId, useRef, useState } from 'react'
import { type Quantity, text } from '../lib/format.ts'
import { languageTag } from '../lib/i18n.ts'
import { languagePreference, usePreference } from '../lib/preferences.ts'
import { niceTop, runsOf } from './chart-scale.ts'
import './chart.css'

export interface Series {
  readonly name: string
  /** One value for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[]
}

interface Props {
  readonly title: string
  /** Unix milliseconds of each value, rising. */
  readonly times: readonly number[]
  /** Usual distance of two values; more than that is a gap. */
  readonly stepMs: number
  readonly fromMs: number
  readonly toMs: number
  /** At most two: more lines in one small picture cannot be told apart. */
  readonly series: readonly Series[]
  readonly format: (value: number) => Quantity
  /** Shown in place of lines. */
  readonly empty: string
}

const HEIGHT = 132
const FOOT = 20
const TOP = 8
const LINES = 3

function useWidth(): readonly [ref: (element: Element | null) => void, width: number] {
  const [element, ref] = useState<Element | null>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (element === null) return
    const observer = new ResizeObserver(entries => setWidth(Math.round(entries.at(-1)?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [ref, width]
}

/** The course of one or two numbers over time: lines, a scale from zero, the values under the pointer. */
export function Chart(props: Props) {
  const { title, times, stepMs, fromMs, toMs, series, format, empty } = props
  const [box, width] = useWidth()
  const [at, setAt] = useState<number | null>(null)
  const svg = useRef<SVGSVGElement>(null)
  const name = useId()
  const language = languageTag(usePreference(languagePreference))
  const clock = new Intl.DateTimeFormat(language, clockOf(toMs - fromMs))
  const top = niceTop(Math.max(0, ...series.flatMap(({ values }) => values.map(value => value ?? 0))))
  const lines = Array.from({ length: LINES + 1 }, (_, i) => (top * i) / LINES)
  const height = HEIGHT - TOP - FOOT
  const x = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * width
  const y = (value: number) => TOP + height - (value / top) * height
  const onPointer = (event: PointerEvent) => {
    const left = svg.current?.getBoundingClientRect().left ?? 0
    const ms = fromMs + ((event.clientX - left) / Math.max(1, width)) * (toMs - fromMs)
    let nearest = -1
    for (const [i, each] of times.entries())
      if (nearest < 0 || Math.abs(each - ms) < Math.abs((times[nearest] ?? 0) - ms)) nearest = i
    setAt(nearest < 0 ? null : nearest)
  }
  const shownMs = at === null ? undefined : times[at]
  const newest = times.length - 1
  return (
    <figure className="chart" aria-labelledby={name}>
      <figcaption id={name}>
        <strong>{title}</strong>
        <span className="grow" />
        {shownMs !== undefined && <span className="muted tabular">{clock.format(shownMs)}</span>}
        {series.map(({ name, values }, i) => {
          const value = values[at ?? newest]
          return (
            <span key={name} className={`chart-legend chart-${i}`}>
              {series.length > 1 && `${name} `}
              <b className="tabular">{value == null ? '–' : text(format(value))}</b>
            </span>
          )
        })}
      </figcaption>
      <div ref={box} className="chart-box" style={{ height: HEIGHT }}>
        {times.length === 0 && <p className="chart-empty muted">{empty}</p>}
        {width > 0 && times.length > 0 && (
          <svg
            ref={svg}
            width={width}
            height={HEIGHT}
            aria-hidden="true"
            onPointerMove={onPointer}
            onPointerLeave={() => setAt(null)}
          >
            {lines.map(value => (
              <line key={value} className="chart-line" x1={0} x2={width} y1={y(value)} y2={y(value)} />
            ))}
            {[0, 1, 2, 3].map(i => (
              <text
                key={i}
                className="chart-time"
                x={(width * i) / 3}
                y={HEIGHT - 4}
                textAnchor={i === 0 ? 'start' : i === 3 ? 'end' : 'middle'}
              >
                {clock.format(fromMs + ((toMs - fromMs) * i) / 3)}
              </text>
            ))}
            {series.map(({ name, values }, i) =>
              runsOf(times, values, 2 * stepMs).map(run => {
                const points = run.map(([ms, value]) => `${x(ms).toFixed(1)},${y(value).toFixed(1)}`)
                const [first, last] = [run[0]?.[0] ?? 0, run.at(-1)?.[0] ?? 0]
                return (
                  <g key={`${name} ${first}`} className={`chart-${i}`}>
                    {run.length === 1 && <circle cx={x(first)} cy={y(run[0]?.[1] ?? 0)} r={2} />}
                    <polygon points={`${x(first)},${y(0)} ${points.join(' ')} ${x(last)},${y(0)}`} />
                    <polyline points={points.join(' ')} />
                  </g>
                )
              }),
            )}
            {lines.slice(1).map(value => (
              <text key={value} x={0} y={y(value) + 12}>
                {text(format(value))}
              </text>
            ))}
            {shownMs !== undefined && <line className="chart-at" x1={x(shownMs)} x2={x(shownMs)} y1={TOP} y2={y(0)} />}
          </svg>
        )}
      </div>
    </figure>
  )
}

const DAY_MS = 86_400_000

function clockOf(spanMs: number): Intl.DateTimeFormatOptions {
  if (spanMs <= 2 * DAY_MS) return { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  return { month: 'short', day: 'numeric' }
}
