import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { type State, StateTag } from '../../components/state-tag.tsx'
import type { Recording } from '../../lib/api/recording-queries.ts'

const STATES = { open: 'starting', closed: 'on', recovered: 'suspect' } as const satisfies Record<
  Recording['state'],
  State
>

/** Whether a file is finished, and whether it is held. */
export function RecordingState({ recording: { state, held } }: { recording: Recording }) {
  const { t } = useTranslation()
  return (
    <span className="recording-state">
      <StateTag state={STATES[state]} word={t(`recordings.stateOf.${state}`)} />
      {held && (
        <span className="held" role="img" aria-label={t('recordings.held')} title={t('recordings.heldHow')}>
          <Icon name="lock" size={16} />
        </span>
      )}
    </span>
  )
}
