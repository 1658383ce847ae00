import type { TFunction } from 'i18next'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

/** Why something is off, as platform and nodes say it in English: the texts of `why` in the console's languages. */
const REASONS = {
  'its device is disabled': 'deviceDisabled',
  'it is disabled': 'disabled',
  'its device is stopped': 'deviceStopped',
  'its device says so': 'toldOff',
  registered: 'registered',
  'heard of again': 'heard',
  'a keepalive was missed': 'silent',
  'its TCP connection ended': 'flowLost',
  'nothing was heard of it for three keepalives': 'lost',
  'its registration ran out': 'expired',
  'it unregistered': 'unregistered',
  'wrong credentials too often': 'locked',
  unlocked: 'unlocked',
  'switched off': 'switchedOff',
} as const

const DEVICE_IS = /^its device is (new|suspect|off|failed)(?:: (.+))?$/

/** In the page's language where there are words for it, as it was told otherwise. */
export function reasonIn(t: TFunction, reason: string): string {
  const [, state, because = ''] = DEVICE_IS.exec(reason) ?? []
  if (state !== undefined) {
    const words = t('why.deviceIs', { state: t(`state.${state as 'off'}`) }) // one of those of the expression
    return because === '' ? words : t('why.because', { what: words, why: reasonIn(t, because) })
  }
  const known = Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : undefined // just looked up
  return known === undefined ? reason : t(`why.${known}`)
}

export function useReason(): (reason: string) => string {
  const { t } = useTranslation()
  return useCallback((reason: string) => reasonIn(t, reason), [t])
}
