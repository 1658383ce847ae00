import { useTranslation } from 'react-i18next'
import { type State, StateTag } from '../../components/state-tag.tsx'
import type { Callback, Delivery } from './queries.ts'

/** Whether what happens gets through. */
export function CallbackState({ callback: { enabled, dead, waiting } }: { callback: Callback }) {
  const { t } = useTranslation()
  if (!enabled) return <StateTag state="off" word={t('callbacks.off')} />
  if (dead > 0) return <StateTag state="failed" word={t('callbacks.someDead')} />
  if (waiting > 0) return <StateTag state="starting" word={t('callbacks.someWait')} />
  return <StateTag state="on" word={t('callbacks.works')} />
}

const STATES = { waiting: 'starting', delivered: 'on', dead: 'failed' } as const satisfies Record<
  Delivery['state'],
  State
>

export function DeliveryState({ state }: { state: Delivery['state'] }) {
  const { t } = useTranslation()
  return <StateTag state={STATES[state]} word={t(`callbacks.state.${state}`)} />
}
