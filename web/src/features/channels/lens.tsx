import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api/client.ts'
import { HoldButton } from './hold-button.tsx'

/** Focus and iris are moved by hand seldom, and gently. */
const LENS_SPEED = 0.5

/** Focus and iris: press and hold. */
export function Lens({ id }: { id: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const send = (body: { focus: number; iris: number }) =>
    void api('adjustLens', { path: { id }, body })
      .send()
      .catch((error: Error) => void message.error({ content: error.message, key: 'lens' }))
  const stop = () => send({ focus: 0, iris: 0 })
  const focus = (sign: 1 | -1) => send({ focus: sign * LENS_SPEED, iris: 0 })
  const iris = (sign: 1 | -1) => send({ focus: 0, iris: sign * LENS_SPEED })
  return (
    <div className="lens">
      <span>{t('channel.focus')}</span>
      <HoldButton icon="minus" label={t('channel.focusNear')} onHold={() => focus(-1)} onRelease={stop} />
      <HoldButton icon="plus" label={t('channel.focusFar')} onHold={() => focus(1)} onRelease={stop} />
      <span>{t('channel.iris')}</span>
      <HoldButton icon="minus" label={t('channel.irisClose')} onHold={() => iris(-1)} onRelease={stop} />
      <HoldButton icon="plus" label={t('channel.irisOpen')} onHold={() => iris(1)} onRelease={stop} />
    </div>
  )
}
