import { shareOf, type Tick } from './timeline-view.ts'
import type { Mark, Span, Track } from './track.ts'

/** Pixels of a ruler, of one stream's row, and of the space between them. */
export const RULER_PX = 26
const ROW_PX = 26
const ROW_SPACE_PX = 4
export const heightOf = (rows: number): number => RULER_PX + rows * (ROW_PX + ROW_SPACE_PX)

/** Narrower ones are drawn so wide: a second of recording is there, and is seen. */
const MIN_PX = 1.5

export interface Colours {
  readonly line: string
  readonly text: string
  readonly soft: string
  readonly recorded: string
  readonly gap: string
  readonly alert: string
  readonly cursor: string
  readonly clip: string
}

export interface Scene {
  readonly width: number
  readonly view: Span
  readonly tracks: readonly Track[]
  readonly ticks: readonly Tick[]
  readonly positionMs: number
  readonly hoverMs: number | null
  readonly clip: Span | null
  readonly nowMs: number
}

/** Colours of the theme in force, as a canvas takes them. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  return {
    line: colour('--line'),
    text: colour('--text-2'),
    soft: colour('--surface-2'),
    recorded: colour('--recorded'),
    gap: colour('--gap'),
    alert: colour('--failed'),
    cursor: colour('--accent'),
    clip: colour('--chart-2'),
  }
}

const MARKS: Readonly<Record<Mark['kind'], keyof Colours>> = { recording: 'text', alert: 'alert', alarm: 'clip' }

export function paint(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  const { width, view, tracks, ticks, positionMs, hoverMs, clip, nowMs } = scene
  const height = heightOf(tracks.length)
  const x = (ms: number) => shareOf(view, ms) * width
  const fill = ({ fromMs, toMs }: Span, y: number, h: number, colour: string) => {
    const [from, to] = [Math.max(-2, x(fromMs)), Math.min(width + 2, x(Math.min(toMs, nowMs)))]
    if (to < 0 || from > width || to < from) return
    context.fillStyle = colour
    context.fillRect(from, y, Math.max(MIN_PX, to - from), h)
  }
  context.clearRect(0, 0, width, height)
  context.font = '12px system-ui, "Noto Sans CJK SC", sans-serif'
  context.textBaseline = 'middle'
  for (const { ms, label, day } of ticks) {
    const at = Math.round(x(ms)) + 0.5
    context.fillStyle = day ? colours.text : colours.line
    context.fillRect(at, day ? 0 : RULER_PX - 8, 1, day ? height : 8)
    context.fillStyle = colours.line
    context.fillRect(at, RULER_PX, 1, height - RULER_PX)
    context.fillStyle = colours.text
    context.textAlign = at < 24 ? 'left' : at > width - 24 ? 'right' : 'center'
    context.fillText(label, Math.min(width - 2, Math.max(2, day ? at + 20 : at)), RULER_PX / 2 - 2)
  }
  tracks.forEach((track, row) => {
    const y = RULER_PX + row * (ROW_PX + ROW_SPACE_PX)
    fill({ fromMs: view.fromMs, toMs: nowMs }, y, ROW_PX, colours.soft)
    for (const gap of track.gaps) fill(gap, y + ROW_PX - 8, 8, colours.gap)
    for (const span of track.spans) fill(span, y, ROW_PX, colours.recorded)
    for (const { atMs, kind, untilMs } of track.marks) {
      if (atMs < view.fromMs || atMs > view.toMs) continue
      const at = x(atMs)
      context.fillStyle = colours[MARKS[kind]]
      if (kind === 'recording') context.fillRect(at - 0.5, y, 1.5, ROW_PX)
      else triangle(context, at, y)
      if (untilMs !== null) fill({ fromMs: atMs, toMs: untilMs }, y, 2, colours.alert)
    }
  })
  if (clip !== null) paintClip(context, [x(clip.fromMs), x(clip.toMs)], height, colours)
  if (hoverMs !== null) {
    context.fillStyle = colours.text
    context.fillRect(Math.round(x(hoverMs)), RULER_PX - 8, 1, height - RULER_PX + 8)
  }
  const at = x(positionMs)
  if (at < -8 || at > width + 8) return
  context.fillStyle = colours.cursor
  context.fillRect(Math.round(at) - 1, 12, 2, height - 12)
  context.beginPath()
  context.arc(at, 14, 5, 0, 2 * Math.PI)
  context.fill()
}

function paintClip(
  context: CanvasRenderingContext2D,
  [from, to]: readonly [number, number],
  height: number,
  { clip }: Colours,
) {
  context.globalAlpha = 0.22
  context.fillStyle = clip
  context.fillRect(from, RULER_PX - 8, to - from, height)
  context.globalAlpha = 1
  for (const at of [from, to]) {
    context.fillRect(at - 1, RULER_PX - 12, 2, height)
    context.fillRect(at - 4, RULER_PX - 14, 8, 8)
  }
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath()
  context.moveTo(x - 5, y)
  context.lineTo(x + 5, y)
  context.lineTo(x, y + 8)
  context.fill()
}
