import { useTranslation } from 'react-i18next'
import type { Stream } from '../lib/api/types.ts'
import { StateTag } from './state-tag.tsx'

/** On, off, or suspect: the publisher is gone and its viewers are held for the grace time. */
export function StreamState({ stream: { state, live } }: { stream: Stream }) {
  const { t } = useTranslation()
  if (live?.waiting) return <StateTag state="suspect" word={t('streams.waiting')} />
  return <StateTag state={state} />
}
