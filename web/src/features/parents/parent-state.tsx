import { useTranslation } from 'react-i18next'
import { StateTag } from '../../components/state-tag.tsx'
import type { ParentPlatform } from '../../lib/api/types.ts'

/** Whether we are registered with it. */
export function ParentState({ parent: { enabled, state } }: { parent: ParentPlatform }) {
  const { t } = useTranslation()
  return enabled ? <StateTag state={state} /> : <StateTag state="off" word={t('parents.stopped')} />
}
