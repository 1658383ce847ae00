import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'

/** Hours; 0: until somebody resumes it. */
const HOURS = [1, 8, 24, 0] as const

/** How long and why, as the API takes it, and the fields for it. */
export function useForbidFields() {
  const { t } = useTranslation()
  const [hours, setHours] = useState<number>(1)
  const [reason, setReason] = useState('')
  const [openedMs] = useState(() => Date.now())
  const until = hours === 0 ? null : new Date(openedMs + hours * 3_600_000).toISOString()
  const fields = (
    <div className="form">
      <div className="field">
        <span>{t('forbid.until')}</span>
        <Segmented<number>
          block
          aria-label={t('forbid.until')}
          value={hours}
          onChange={setHours}
          options={HOURS.map(value => ({
            value,
            label: value === 0 ? t('forbid.untilResumed') : t('forbid.hours', { n: value }),
          }))}
        />
      </div>
      <TextField
        label={t('forbid.reason')}
        hint={t('forbid.reasonHow')}
        maxLength={256}
        value={reason}
        onChange={setReason}
      />
    </div>
  )
  return { until, reason, fields }
}
