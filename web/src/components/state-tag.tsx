import { useTranslation } from 'react-i18next'
import { Icon, type IconName } from './icon.tsx'

/** The five states of anything, everywhere: colour, word and icon together. */
export type State = 'on' | 'starting' | 'suspect' | 'off' | 'failed'

const ICONS = {
  on: 'dot',
  starting: 'clock',
  suspect: 'alert',
  off: 'ring',
  failed: 'close',
} as const satisfies Record<State, IconName>

/** `word` replaces the state's own word where the noun has a better one ('lost', 'no audio'). */
export function StateTag({ state, word }: { state: State; word?: string }) {
  const { t } = useTranslation()
  return (
    <span className={`state state-${state}`}>
      <Icon name={ICONS[state]} size={14} />
      {word ?? t(`state.${state}`)}
    </span>
  )
}
