import { useTranslation } from 'react-i18next'
import { BulkBar } from '../../components/bulk-bar.tsx'
import type { IconName } from '../../components/icon.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'

const ACTIONS = [
  { action: 'sync', icon: 'refresh' },
  { action: 'start', icon: 'play' },
  { action: 'stop', icon: 'pause' },
  { action: 'unlock', icon: 'key' },
  { action: 'delete', icon: 'trash' },
] as const satisfies readonly { action: string; icon: IconName }[]

/** What can be done with the chosen devices. */
export function BulkDevices({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  const { t } = useTranslation()
  if (!useMay('devices.write')) return null
  return (
    <BulkBar
      ids={ids}
      onClear={onClear}
      choices={ACTIONS.map(({ action, icon }) => ({
        key: action,
        icon,
        label: t(`devices.bulk.${action}`),
        effect: t(`devices.bulkEffect.${action}`),
        harm: action === 'stop',
        final: action === 'delete',
        call: ids => api('bulkDevices', { body: { action, ids } }),
      }))}
    />
  )
}
