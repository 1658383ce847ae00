import { SightlineError } from '@sightline/client'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { CopyButton } from './copy-field.tsx'
import { Icon } from './icon.tsx'

function details(error: unknown): string {
  if (!(error instanceof SightlineError)) return String(error)
  const parts = [`${error.sent.method} /api/v1${error.sent.path}`, `HTTP ${error.status}`, error.code, error.message]
  if (error.traceId !== undefined) parts.push(`trace ${error.traceId}`)
  return parts.join(' · ')
}

function adviceFor(error: unknown): 'unreachableHint' | 'hint404' | 'hint403' | 'hint' {
  const status = error instanceof SightlineError ? error.status : undefined
  if (status === 0) return 'unreachableHint'
  if (status === 403) return 'hint403'
  return status === 404 ? 'hint404' : 'hint'
}

interface Props {
  readonly error: unknown
  readonly what: string
  /** Words of this page in place of the platform's. */
  readonly why?: string | undefined
  readonly hint?: string | undefined
  readonly onRetry?: () => void
}

/** What happened, why, what to do; the technical line below, copyable. */
export function ErrorPanel({ error, what, why, hint, onRetry }: Props) {
  const { t } = useTranslation()
  const unreachable = error instanceof SightlineError && error.status === 0
  const reason = unreachable ? t('error.unreachable') : error instanceof Error ? error.message : String(error)
  const advice = error instanceof SightlineError ? error.hint : undefined
  const line = details(error)
  return (
    <div className="error-panel" role="alert">
      <Icon name="alert" size={20} />
      <div className="grow">
        <strong>{what}</strong>
        <p>{why ?? reason}</p>
        <p className="muted">{hint ?? advice ?? t(`error.${adviceFor(error)}`)}</p>
        <div className="error-panel-line">
          <code>{line}</code>
          <CopyButton value={line} label={t('error.details')} />
        </div>
      </div>
      {onRetry !== undefined && (
        <Button onClick={onRetry} icon={<Icon name="refresh" size={16} />}>
          {t('error.retry')}
        </Button>
      )}
    </div>
  )
}
