import { Button } from 'antd'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { CopyDayDialog } from './copy-day.tsx'
import { IntervalDialog } from './interval-dialog.tsx'
import {
  added,
  atHour,
  type Changed,
  DAY_S,
  drawn,
  EMPTY_WEEK,
  type Interval,
  MAX_INTERVALS,
  moved,
  removed,
  resized,
  STEP_S,
  secondsOf,
  WEEKDAYS,
  type Week,
  wallText,
} from './week.ts'

interface Chosen {
  readonly day: number
  readonly interval: Interval
}

/** What the pointer is doing: each move is worked out anew from the week it began with. */
interface Drag {
  readonly kind: 'draw' | 'move' | 'start' | 'end'
  readonly day: number
  readonly interval: Interval | null
  /** Where the pointer took hold: seconds of the day, for a move seconds behind its start. */
  readonly heldS: number
  readonly week: Week
  readonly moved: boolean
}

const HOURS = Array.from({ length: 25 }, (_, hour) => hour)
const percent = (seconds: number) => `${(seconds / DAY_S) * 100}%`

interface Props {
  readonly week: Week
  readonly readOnly: boolean
  readonly onChange: (week: Week) => void
}

/** A week as seven bars: drawn, dragged and stretched by pointer or keyboard. */
export function WeekEditor({ week, readOnly, onChange }: Props) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [drag, setDrag] = useState<Drag | null>(null)
  const [editing, setEditing] = useState<Chosen | null>(null)
  const [copying, setCopying] = useState<number | null>(null)
  const root = useRef<HTMLDivElement>(null)
  const refocus = useRef(false)
  // A change from elsewhere may have taken the chosen one away.
  const known = chosen !== null && week[chosen.day]?.includes(chosen.interval) ? chosen : null

  useEffect(() => {
    if (!refocus.current) return
    refocus.current = false
    root.current?.querySelector<HTMLElement>('.interval[aria-pressed=true]')?.focus()
  })

  const take = (day: number, changed: Changed) => {
    if (changed === null) return
    onChange(changed.week)
    setChosen({ day, interval: changed.interval })
  }
  const drop = ({ day, interval }: Chosen) => {
    onChange(removed(week, day, interval))
    setChosen(null)
  }

  const secondsAt = (event: PointerEvent): { day: number; seconds: number } | null => {
    const bars = [...(root.current?.querySelectorAll<HTMLElement>('.week-bar') ?? [])]
    const boxes = bars.map(bar => bar.getBoundingClientRect())
    const [first] = boxes
    if (first === undefined) return null
    const day = boxes.findIndex(({ bottom }) => event.clientY < bottom)
    const share = (event.clientX - first.left) / first.width
    return { day: day < 0 ? boxes.length - 1 : day, seconds: Math.max(0, Math.min(1, share)) * DAY_S }
  }

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const at = secondsAt(event)
    if (readOnly || event.button !== 0 || at === null || !(event.target instanceof HTMLElement)) return
    const bar = event.target.closest<HTMLElement>('.week-bar')
    if (bar === null) return
    const day = Number(bar.dataset['day'])
    const index = event.target.closest<HTMLElement>('.interval')?.dataset['index']
    const interval = index === undefined ? null : (week[day]?.[Number(index)] ?? null)
    const edge = event.target.dataset['edge']
    const kind = interval === null ? 'draw' : edge === 'start' || edge === 'end' ? edge : 'move'
    setChosen(interval === null ? null : { day, interval })
    const heldS = kind === 'move' && interval !== null ? at.seconds - interval.startS : at.seconds
    setDrag({ kind, day, interval, heldS, week, moved: false })
  }

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const at = secondsAt(event)
    if (drag === null || at === null) return
    const { kind, interval, day, heldS } = drag
    // Not before it moves: a captured click would not be the interval's any more.
    event.currentTarget.setPointerCapture(event.pointerId)
    if (kind === 'draw' || interval === null) {
      const changed = drawn(drag.week, day, heldS, at.seconds)
      onChange(changed?.week ?? drag.week)
      setChosen(changed === null ? null : { day, interval: changed.interval })
    } else if (kind === 'move') {
      const still = Math.abs(at.seconds - heldS - interval.startS) < STEP_S / 2 && at.day === day
      if (still && !drag.moved) return
      const changed = moved(drag.week, day, interval, at.day, at.seconds - heldS)
      if (changed === null) return
      onChange(changed.week)
      setChosen({ day: at.day, interval: changed.interval })
    } else take(day, resized(drag.week, day, interval, kind, at.seconds))
    if (!drag.moved) setDrag({ ...drag, moved: true })
  }

  const onPointerUp = () => setDrag(null)

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape' && drag !== null) {
      onChange(drag.week)
      setDrag(null)
      setChosen(null)
      return
    }
    if (readOnly || known === null || !(event.target instanceof HTMLElement)) return
    if (event.target.closest('.interval') === null) return
    const { day, interval } = known
    const step = { ArrowLeft: -STEP_S, ArrowRight: STEP_S }[event.key]
    const days = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step !== undefined && event.shiftKey) take(day, resized(week, day, interval, 'end', interval.endS + step))
    else if (step !== undefined) take(day, moved(week, day, interval, day, interval.startS + step))
    else if (days !== undefined) {
      const to = day + days
      if (to >= 0 && to < 7) take(to, moved(week, day, interval, to, interval.startS))
    } else if (event.key === 'Delete' || event.key === 'Backspace') drop(known)
    else return
    event.preventDefault()
    refocus.current = true
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is inside is reached by the keyboard
    <div
      ref={root}
      className="week"
      data-dragging={drag?.kind ?? ''}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onKeyDown={onKeyDown}
    >
      {WEEKDAYS.map((name, day) => (
        <DayRow
          key={name}
          day={day}
          week={week}
          chosen={known}
          readOnly={readOnly}
          onChoose={interval => setChosen({ day, interval })}
          onOpen={interval => setEditing({ day, interval })}
          onAdd={() => {
            take(day, added(week, day))
            refocus.current = true
          }}
          onCopy={() => setCopying(day)}
        />
      ))}
      <div className="week-hours">
        {HOURS.map(hour => (
          <button
            key={hour}
            type="button"
            className="week-hour tabular"
            style={{ left: percent(hour * 3600) }}
            disabled={readOnly || known === null}
            title={known === null ? t('plans.hourFirst') : t('plans.hourHow')}
            aria-label={t('plans.hour', { hour })}
            onClick={() => known && take(known.day, atHour(week, known.day, known.interval, hour))}
          >
            {hour}
          </button>
        ))}
      </div>
      {!readOnly && (
        <ChosenBar
          chosen={known}
          empty={week.every(({ length }) => length === 0)}
          onEdit={() => setEditing(known)}
          onDelete={() => known && drop(known)}
          onDeleteAll={() => {
            onChange(EMPTY_WEEK)
            setChosen(null)
          }}
        />
      )}
      {editing !== null && (
        <IntervalDialog
          week={week}
          day={editing.day}
          interval={editing.interval}
          onClose={() => setEditing(null)}
          onDelete={() => {
            drop(editing)
            setEditing(null)
          }}
          onDone={(day, changed) => {
            take(day, changed)
            setEditing(null)
          }}
        />
      )}
      {copying !== null && (
        <CopyDayDialog
          week={week}
          from={copying}
          onClose={() => setCopying(null)}
          onDone={next => {
            onChange(next)
            setCopying(null)
          }}
        />
      )}
    </div>
  )
}

interface DayProps {
  readonly day: number
  readonly week: Week
  readonly chosen: Chosen | null
  readonly readOnly: boolean
  readonly onChoose: (interval: Interval) => void
  readonly onOpen: (interval: Interval) => void
  readonly onAdd: () => void
  readonly onCopy: () => void
}

function DayRow({ day, week, chosen, readOnly, onChoose, onOpen, onAdd, onCopy }: DayProps) {
  const { t } = useTranslation()
  const intervals = week[day] ?? []
  const name = t(`plans.day.${WEEKDAYS[day] ?? 'monday'}`)
  return (
    <div className="week-day">
      <div className="week-name">
        <strong>{name}</strong>
        <small className="muted tabular">{intervals.length === 0 ? '–' : hoursText(secondsOf(intervals))}</small>
      </div>
      <div className="week-bar" data-day={day}>
        {intervals.map((interval, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: an interval that is dragged must stay the same element
            key={index}
            type="button"
            className="interval"
            data-index={index}
            aria-pressed={interval === chosen?.interval}
            aria-label={`${name} ${spanText(interval)} ${interval.subject} ${interval.teacher}`.trim()}
            title={`${spanText(interval)} ${interval.subject} ${interval.teacher}`.trim()}
            style={{ left: percent(interval.startS), width: percent(interval.endS - interval.startS) }}
            onFocus={() => onChoose(interval)}
            onDoubleClick={() => !readOnly && onOpen(interval)}
            onKeyDown={event => {
              if (event.key !== 'Enter' || readOnly) return
              event.preventDefault()
              onOpen(interval)
            }}
          >
            {!readOnly && <span className="interval-edge" data-edge="start" />}
            <span className="interval-text">{interval.subject || spanText(interval)}</span>{' '}
            {interval.teacher !== '' && <small className="interval-text">{interval.teacher}</small>}
            {!readOnly && <span className="interval-edge end" data-edge="end" />}
          </button>
        ))}
      </div>
      {!readOnly && (
        <div className="week-tools">
          <IconButton
            icon="plus"
            label={intervals.length >= MAX_INTERVALS ? t('plans.full', { n: MAX_INTERVALS }) : t('plans.add')}
            of={name}
            disabled={intervals.length >= MAX_INTERVALS}
            onClick={onAdd}
          />
          <IconButton icon="copy" label={t('plans.copy')} of={name} onClick={onCopy} />
        </div>
      )}
    </div>
  )
}

interface ChosenProps {
  readonly chosen: Chosen | null
  readonly empty: boolean
  readonly onEdit: () => void
  readonly onDelete: () => void
  readonly onDeleteAll: () => void
}

function ChosenBar({ chosen, empty, onEdit, onDelete, onDeleteAll }: ChosenProps) {
  const { t } = useTranslation()
  return (
    <div className="week-chosen">
      {chosen === null ? (
        <span className="muted">{t('plans.how')}</span>
      ) : (
        <>
          <strong>{t(`plans.day.${WEEKDAYS[chosen.day] ?? 'monday'}`)}</strong>
          <span className="tabular">{spanText(chosen.interval)}</span>
          <span className="muted">
            {[chosen.interval.subject, chosen.interval.teacher].filter(Boolean).join(' · ')}
          </span>
          <Button size="small" icon={<Icon name="edit" size={16} />} onClick={onEdit}>
            {t('plans.edit')}
          </Button>
          <Button size="small" danger icon={<Icon name="trash" size={16} />} onClick={onDelete}>
            {t('plans.remove')}
          </Button>
        </>
      )}
      <span className="grow" />
      <Button size="small" type="text" danger disabled={empty} onClick={onDeleteAll}>
        {t('plans.removeAll')}
      </Button>
    </div>
  )
}

const spanText = ({ startS, endS }: Interval): string => `${wallText(startS)}–${wallText(endS)}`

/** Hours of a day or week: 7.5 h. */
export const hoursText = (seconds: number): string => `${Math.round((seconds / 3600) * 100) / 100} h`
