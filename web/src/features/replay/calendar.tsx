import { useQueries } from '@tanstack/react-query'
import { Button } from 'antd'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { dayLater, dayName, dayStart } from '../../lib/days.ts'
import { duration } from '../../lib/format.ts'
import { languageTag } from '../../lib/i18n.ts'
import { languagePreference, usePreference } from '../../lib/preferences.ts'
import { daysQuery } from './queries.ts'

const DAY_S = 86_400
/** Of the panel, at most. */
const PANEL_PX = { width: 340, height: 400 }

interface Props {
  readonly streams: readonly string[]
  /** YYYY-MM-DD of the browser's zone. */
  readonly day: string
  readonly onDay: (day: string) => void
}

/** The day that is shown, and a month to choose another one from: days with recordings stand out. */
export function Calendar({ streams, day, onDay }: Props) {
  const { t } = useTranslation()
  const language = languageTag(usePreference(languagePreference))
  const panel = useId()
  const element = useRef<HTMLDivElement>(null)
  const [opened, setOpened] = useState(false)
  const long = new Intl.DateTimeFormat(language, { dateStyle: 'full' }).format(dayStart(day))
  const short = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', weekday: 'short' }).format(
    dayStart(day),
  )
  const tomorrow = dayLater(day, 1)
  const button = useRef<HTMLButtonElement>(null)
  /** Above the button, or below it where there is no room. */
  const place = () => {
    const at = button.current?.getBoundingClientRect()
    const panel = element.current
    if (at === undefined || panel === null) return
    panel.style.left = `${Math.max(16, Math.min(at.left, window.innerWidth - PANEL_PX.width - 16))}px`
    const above = at.top > PANEL_PX.height
    panel.style.bottom = above ? `${window.innerHeight - at.top + 4}px` : 'auto'
    panel.style.top = above ? 'auto' : `${at.bottom + 4}px`
  }
  return (
    <div className="calendar">
      <Button
        type="text"
        icon={<Icon name="left" />}
        aria-label={t('replay.dayBefore')}
        title={t('replay.dayBefore')}
        onClick={() => onDay(dayLater(day, -1))}
      />
      <button ref={button} type="button" className="calendar-open" popoverTarget={panel} title={long}>
        <Icon name="calendar" />
        {short}
      </button>
      <Button
        type="text"
        icon={<Icon name="right" />}
        disabled={dayStart(tomorrow) > Date.now()}
        aria-label={t('replay.dayAfter')}
        title={t('replay.dayAfter')}
        onClick={() => onDay(tomorrow)}
      />
      <div
        ref={element}
        id={panel}
        popover="auto"
        className="pop-panel calendar-panel"
        onBeforeToggle={place}
        onToggle={event => setOpened(event.newState === 'open')}
      >
        {opened && (
          <Month
            key={day.slice(0, 7)}
            streams={streams}
            day={day}
            onDay={chosen => {
              onDay(chosen)
              element.current?.hidePopover()
            }}
          />
        )}
      </div>
    </div>
  )
}

function Month({ streams, day, onDay }: Props) {
  const { t } = useTranslation()
  const language = languageTag(usePreference(languagePreference))
  const [month, setMonth] = useState(day.slice(0, 7))
  const answers = useQueries({ queries: streams.map(id => daysQuery(id, month)) })
  const recorded = new Map<string, number>()
  for (const { data } of answers)
    for (const { date, recordedS } of data ?? []) recorded.set(date, Math.max(recorded.get(date) ?? 0, recordedS))
  const first = `${month}-01`
  // Weeks begin on Monday, as plans do.
  const blanks = (new Date(dayStart(first)).getDay() + 6) % 7
  const days: string[] = []
  for (let each = first; each.startsWith(month); each = dayLater(each, 1)) days.push(each)
  const monthLater = (months: number) => {
    const [year = 0, number = 1] = month.split('-').map(Number)
    setMonth(dayName(new Date(year, number - 1 + months, 1).getTime()).slice(0, 7))
  }
  const today = dayName(Date.now())
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'narrow' })
  return (
    <>
      <div className="calendar-head">
        <Button
          type="text"
          icon={<Icon name="left" />}
          aria-label={t('replay.monthBefore')}
          onClick={() => monthLater(-1)}
        />
        <strong className="grow">
          {new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long' }).format(dayStart(first))}
        </strong>
        <Button
          type="text"
          icon={<Icon name="right" />}
          disabled={month >= today.slice(0, 7)}
          aria-label={t('replay.monthAfter')}
          onClick={() => monthLater(1)}
        />
      </div>
      <div className="calendar-days" aria-busy={answers.some(({ isPending }) => isPending)}>
        {[5, 6, 7, 8, 9, 10, 11].map(date => (
          // 5 January 2026 is a Monday
          <span key={date} className="muted" aria-hidden="true">
            {weekday.format(new Date(2026, 0, date))}
          </span>
        ))}
        {days.map((each, i) => {
          const seconds = recorded.get(each) ?? 0
          return (
            <button
              key={each}
              type="button"
              className="calendar-day tabular"
              style={i === 0 ? { gridColumnStart: blanks + 1 } : undefined}
              aria-current={each === day ? 'date' : undefined}
              aria-label={`${each}: ${seconds === 0 ? t('replay.notRecorded') : t('replay.recordedFor', { time: duration(seconds * 1000) })}`}
              title={
                seconds === 0 ? t('replay.notRecorded') : t('replay.recordedFor', { time: duration(seconds * 1000) })
              }
              disabled={each > today}
              data-recorded={seconds > 0}
              onClick={() => onDay(each)}
            >
              {Number(each.slice(8))}
              <span className="calendar-share" style={{ width: `${Math.min(100, (seconds / DAY_S) * 100)}%` }} />
            </button>
          )
        })}
      </div>
      <p className="muted calendar-note">{t('replay.calendarHow')}</p>
    </>
  )
}
