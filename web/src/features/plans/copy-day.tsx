import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckField } from '../../components/field.tsx'
import { copiedDay, WEEKDAYS, type Week } from './week.ts'

interface Props {
  readonly week: Week
  readonly from: number
  readonly onClose: () => void
  readonly onDone: (week: Week) => void
}

/** All intervals of a day to other days, in place of theirs. */
export function CopyDayDialog({ week, from, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const [to, setTo] = useState<ReadonlySet<number>>(new Set())
  const toggle = (day: number, on: boolean) => setTo(new Set(on ? [...to, day] : [...to].filter(each => each !== day)))
  const lost = [...to].reduce((sum, day) => sum + (week[day]?.length ?? 0), 0)
  return (
    <Modal
      open
      width={420}
      title={t('plans.copyTitle', { day: t(`plans.day.${WEEKDAYS[from] ?? 'monday'}`) })}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button type="primary" disabled={to.size === 0} onClick={() => onDone(copiedDay(week, from, to))}>
            {t('plans.copy')}
          </Button>
        </div>
      }
    >
      <div className="copy-days">
        {WEEKDAYS.map(
          (name, day) =>
            day !== from && (
              <CheckField
                key={name}
                label={t(`plans.day.${name}`)}
                checked={to.has(day)}
                onChange={on => toggle(day, on)}
              />
            ),
        )}
      </div>
      <div className="copy-quick">
        <Button size="small" onClick={() => setTo(new Set([0, 1, 2, 3, 4].filter(day => day !== from)))}>
          {t('plans.workdays')}
        </Button>
        <Button size="small" onClick={() => setTo(new Set([0, 1, 2, 3, 4, 5, 6].filter(day => day !== from)))}>
          {t('plans.everyDay')}
        </Button>
      </div>
      <p className={lost > 0 ? '' : 'muted'}>{t('plans.copyEffect', { n: lost })}</p>
    </Modal>
  )
}
