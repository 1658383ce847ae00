import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { AttemptSummary } from '../../lib/api/types.ts'
import { knownVerdict } from './verdicts.ts'

interface Words {
  /** What was found. */
  readonly found: string
  readonly advice: string
}

/** What became of an attempt and what to do, in the page's language where there are words for it. */
export function useVerdict(): (attempt: Pick<AttemptSummary, 'verdict' | 'advice'>) => Words {
  const { t } = useTranslation()
  return useCallback(
    ({ verdict, advice }) => {
      const known = knownVerdict(verdict)
      if (known === undefined) return { found: verdict, advice }
      return { found: t(`attempt.found.${known}`), advice: t(`attempt.advice.${known}`) }
    },
    [t],
  )
}
