import { useTranslation } from 'react-i18next'
import type { Device } from '../lib/api/types.ts'
import { type State, StateTag } from './state-tag.tsx'

const STATES = {
  new: 'starting',
  on: 'on',
  suspect: 'suspect',
  off: 'off',
  failed: 'failed',
} as const satisfies Record<Device['state'], State>

/** Of a device: it is new until it registers for the first time, and failed while it is locked. */
export function DeviceState({ state }: { state: Device['state'] }) {
  const { t } = useTranslation()
  return <StateTag state={STATES[state]} word={t(state === 'new' ? 'state.new' : `state.${state}`)} />
}
