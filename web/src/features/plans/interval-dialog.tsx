import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChoiceField, Fields, TextField } from '../../components/field.tsx'
import {
  type Changed,
  conflict,
  type Interval,
  removed,
  replaced,
  WEEKDAYS,
  type Week,
  wallSeconds,
  wallText,
} from './week.ts'

interface Props {
  readonly week: Week
  readonly day: number
  readonly interval: Interval
  readonly onClose: () => void
  readonly onDelete: () => void
  readonly onDone: (day: number, changed: Changed) => void
}

/** Exact times, and what recordings made in them are filed by. */
export function IntervalDialog({ week, day: fromDay, interval, onClose, onDelete, onDone }: Props) {
  const { t } = useTranslation()
  const [weekday, setWeekday] = useState<(typeof WEEKDAYS)[number]>(WEEKDAYS[fromDay] ?? 'monday')
  const [start, setStart] = useState(wallText(interval.startS))
  const [end, setEnd] = useState(wallText(interval.endS))
  const [subject, setSubject] = useState(interval.subject)
  const [teacher, setTeacher] = useState(interval.teacher)
  const day = WEEKDAYS.indexOf(weekday)
  const [startS, endS] = [wallSeconds(start), wallSeconds(end)]
  const wrongTime = (seconds: number | null) => (seconds === null ? t('plans.timeWrong') : null)
  const next =
    startS === null || endS === null ? null : { startS, endS, subject: subject.trim(), teacher: teacher.trim() }
  const why = next === null ? null : conflict(week[day] ?? [], next, day === fromDay ? interval : undefined)
  const ready = next !== null && why === null
  const submit = () => {
    if (next === null || why !== null) return
    if (day === fromDay) return onDone(day, replaced(week, day, interval, next))
    // Off its day first: an interval that nobody has yet takes the new place.
    onDone(day, replaced(removed(week, fromDay, interval), day, interval, next))
  }
  return (
    <Modal open width={520} title={t('plans.intervalTitle')} footer={null} onCancel={onClose}>
      <form
        className="form"
        onSubmit={event => {
          event.preventDefault()
          submit()
        }}
      >
        <ChoiceField
          label={t('plans.weekday')}
          value={weekday}
          onChange={setWeekday}
          options={WEEKDAYS.map(value => ({ value, label: t(`plans.day.${value}`) }))}
        />
        <Fields>
          <TextField
            label={t('plans.start')}
            hint={t('plans.timeHow')}
            wrong={wrongTime(startS)}
            value={start}
            onChange={setStart}
            autoFocus
          />
          <TextField
            label={t('plans.end')}
            hint={t('plans.timeHow')}
            wrong={wrongTime(endS) ?? (why === null ? null : t(`plans.conflict.${why}`))}
            value={end}
            onChange={setEnd}
          />
        </Fields>
        <Fields>
          <TextField
            label={t('plans.subject')}
            hint={t('plans.filedBy')}
            maxLength={128}
            value={subject}
            onChange={setSubject}
          />
          <TextField label={t('plans.teacher')} maxLength={128} value={teacher} onChange={setTeacher} />
        </Fields>
        <div className="dialog-foot">
          <Button danger onClick={onDelete}>
            {t('plans.remove')}
          </Button>
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button type="primary" htmlType="submit" disabled={!ready}>
            {t('plans.take')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
