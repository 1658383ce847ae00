import { useTranslation } from 'react-i18next'
import { useNowMs } from '../../components/ago.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFeedState } from '../../lib/api/live-updates.ts'
import { duration } from '../../lib/format.ts'

/** A restart of the platform takes less; it is not worth a word. */
const QUIET_MS = 4000

/** Says that what is on the screen grows old, and that it mends itself. */
export function LostPlatform() {
  const { t } = useTranslation()
  const now = useNowMs()
  const { lostAtMs } = useFeedState()
  if (lostAtMs === null || now - lostAtMs < QUIET_MS) return null
  return (
    <p className="notice suspect" role="status">
      <Icon name="alert" />
      {t('frame.lost', { time: duration(now - lostAtMs) })}
    </p>
  )
}
