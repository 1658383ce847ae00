import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Alarm } from '../../lib/api/types.ts'
import { methodKey, typeKey } from './alarm-words.ts'

/** What an alarm is about: its type where the standard names it, else who noticed it. */
export function useAlarmName(): (alarm: Pick<Alarm, 'method' | 'alarmType'>) => string {
  const { t } = useTranslation()
  return useCallback(
    alarm => {
      const type = typeKey(alarm)
      if (type !== null) return t(`alarms.type.${type}`)
      const method = methodKey(alarm.method)
      return method === null ? t('alarms.unknown', { n: alarm.method }) : t(`alarms.method.${method}`)
    },
    [t],
  )
}
