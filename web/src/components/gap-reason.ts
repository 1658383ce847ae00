import { useTranslation } from 'react-i18next'

/** Why nothing was recorded, as nodes say it. */
const REASONS = ['noStream', 'nodeDown', 'diskFull', 'storeError', 'overload', 'forbidden', 'noKeyframe'] as const

/** A gap's reason in words; one this console does not know by its own name. Pages load the topic `recordings` for it. */
export function useGapReason(): (reason: string) => string {
  const { t } = useTranslation()
  return reason => {
    const known = REASONS.find(each => each === reason)
    return known === undefined ? reason : t(`recordings.reason.${known}`)
  }
}
