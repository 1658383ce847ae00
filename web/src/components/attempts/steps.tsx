import { useTranslation } from 'react-i18next'
import type { Attempt } from '../../lib/api/types.ts'
import { count, milliseconds, text } from '../../lib/format.ts'
import { Icon } from '../icon.tsx'
import { type Step, stepsOf } from './attempt-steps.ts'

const ICONS = { done: 'check', missing: 'close', open: 'more' } as const

/** What happened one after the other, up to where it ended; there stands what to do. */
export function Steps({ attempt, advice }: { attempt: Attempt; advice: string }) {
  const { t } = useTranslation()
  return (
    <ol className="attempt-steps" aria-label={t('attempt.step.title')}>
      {stepsOf(attempt).map(step => (
        <li key={step.name} className={`step ${step.state}`}>
          <span className="step-mark" aria-hidden="true">
            <Icon name={ICONS[step.state]} size={14} />
          </span>
          <span className="step-words">
            <span>
              {t(`attempt.step.${step.name}`)} <Detail step={step} />
            </span>
            {step.state === 'missing' && <small>{advice}</small>}
          </span>
          <span className="step-time tabular">
            {step.state === 'missing' ? t('attempt.step.ended') : step.ms !== null && text(milliseconds(step.ms))}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Detail({ step: { status, parts } }: { step: Step }) {
  const { t } = useTranslation()
  if (status !== null) return <code>SIP {status}</code>
  if (parts === null) return null
  const { received, expected } = parts
  const words =
    expected === null ? count(received) : t('attempt.step.partsOf', { n: count(received), of: count(expected) })
  return <span className="muted tabular">{words}</span>
}
