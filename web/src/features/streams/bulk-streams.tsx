import { useTranslation } from 'react-i18next'
import { BulkBar } from '../../components/bulk-bar.tsx'
import type { IconName } from '../../components/icon.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { BulkAction } from '../../lib/api/types.ts'
import { useForbidFields } from './forbid-fields.tsx'

const ACTIONS = [
  { action: 'kick', icon: 'kick' },
  { action: 'forbid', icon: 'forbid' },
  { action: 'resume', icon: 'play' },
  { action: 'delete', icon: 'trash' },
] as const satisfies readonly { action: BulkAction; icon: IconName }[]

/** What can be done with the chosen streams. */
export function BulkStreams({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  const { t } = useTranslation()
  const { until, reason, fields } = useForbidFields()
  if (!useMay('streams.write')) return null
  return (
    <BulkBar
      ids={ids}
      onClear={onClear}
      choices={ACTIONS.map(({ action, icon }) => ({
        key: action,
        icon,
        label: t(`bulk.${action}`),
        effect: t(`bulk.effect.${action}`),
        harm: action !== 'resume',
        final: action === 'delete',
        ...(action === 'forbid' ? { fields } : {}),
        call: ids => api('bulkStreams', { body: { action, ids, ...(action === 'forbid' ? { until, reason } : {}) } }),
      }))}
    />
  )
}
