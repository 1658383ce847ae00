import { useTranslation } from 'react-i18next'
import type { Channel } from '../lib/api/types.ts'
import { StateTag } from './state-tag.tsx'

/** Off, there to be watched, or running now. */
export function ChannelState({ channel: { state, live } }: { channel: Pick<Channel, 'state' | 'live'> }) {
  const { t } = useTranslation()
  if (live !== null) return <StateTag state="on" word={t('state.running')} />
  return state === 'on' ? <StateTag state="starting" word={t('state.ready')} /> : <StateTag state="off" />
}
