import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { copyText } from '../lib/clipboard.ts'
import { Icon } from './icon.tsx'
import { QrButton } from './qr-button.tsx'

const CONFIRM_MS = 1600

export function CopyButton({ value, label }: { value: string; label?: string }) {
  const { t } = useTranslation()
  const [result, setResult] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (result === null) return
    const timer = window.setTimeout(() => setResult(null), CONFIRM_MS)
    return () => window.clearTimeout(timer)
  }, [result])
  const word = result === null ? t('copy.copy') : t(`copy.${result}`)
  return (
    <Button
      size="small"
      type="text"
      className={result === 'copied' ? 'copy-button copied' : 'copy-button'}
      aria-label={label === undefined ? word : `${word}: ${label}`}
      onClick={async () => setResult((await copyText(value)) ? 'copied' : 'failed')}
      icon={<Icon name={result === 'copied' ? 'check' : 'copy'} size={16} />}
    >
      <span aria-live="polite">{word}</span>
    </Button>
  )
}

/** A value made to be pasted elsewhere: label, the value as it is, one button. Secrets stay covered until asked for. */
export function CopyField(props: {
  label: string
  value: string
  hint?: string
  multiline?: boolean
  secret?: boolean
  /** Worth reading with a phone's camera. */
  qr?: boolean
}) {
  const { label, value, hint, multiline = false, secret = false, qr = false } = props
  const { t } = useTranslation()
  const [shown, setShown] = useState(!secret)
  return (
    <div className="copy-field">
      <div className="copy-field-head">
        <span className="copy-field-label">{label}</span>
        {hint !== undefined && <span className="copy-field-hint">{hint}</span>}
        <span className="grow" />
        {secret && (
          <Button size="small" type="text" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? t('copy.hide') : t('copy.show')}
          </Button>
        )}
        {qr && <QrButton label={label} value={value} />}
        <CopyButton value={value} label={label} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, so the keyboard must reach it */}
      <code className={multiline ? 'copy-field-value multiline' : 'copy-field-value'} tabIndex={0}>
        {shown ? value : '•'.repeat(24)}
      </code>
    </div>
  )
}
