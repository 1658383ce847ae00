import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { type CatalogProgress, catalogProgressQuery } from '../../lib/api/live-updates.ts'
import { count } from '../../lib/format.ts'

/** How far the catalog of a device is while it is read; null otherwise. */
export const useCatalogProgress = (device: string): CatalogProgress | null =>
  useQuery(catalogProgressQuery(device)).data ?? null

/** Said where the channels will be: whoever asked for the catalog, and when the device has registered by itself. */
export function CatalogNotice({ device }: { device: string }) {
  const { t } = useTranslation()
  const progress = useCatalogProgress(device)
  if (progress === null) return null
  const { promised, received } = progress
  return (
    <div className="notice catalog-notice" role="status">
      <Icon name="refresh" />
      <span className="grow tabular">
        {promised === null
          ? t('devices.reading', { n: count(received) })
          : t('devices.readingOf', { n: count(received), of: count(promised) })}
      </span>
      <progress
        className="progress"
        aria-label={t('operation.progress')}
        {...(promised === null ? {} : { value: received, max: Math.max(promised, received) })}
      />
    </div>
  )
}
