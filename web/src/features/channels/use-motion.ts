import { App } from 'antd'
import { useEffect, useMemo } from 'react'
import { api } from '../../lib/api/client.ts'
import { MotionSender } from './ptz-motion.ts'

/** The one sender of a channel; it stops the camera when the page is left, hidden, or loses the keyboard. */
export function useMotion(id: string): MotionSender {
  const { message } = App.useApp()
  const sender = useMemo(
    () =>
      new MotionSender(
        motion => api('moveChannel', { path: { id }, body: motion }).send(),
        error => void message.error({ content: error instanceof Error ? error.message : String(error), key: 'ptz' }),
      ),
    [id, message],
  )
  useEffect(() => {
    const { stop } = sender
    const onHidden = () => {
      if (document.hidden) stop()
    }
    window.addEventListener('blur', stop)
    document.addEventListener('visibilitychange', onHidden)
    return () => {
      window.removeEventListener('blur', stop)
      document.removeEventListener('visibilitychange', onHidden)
      stop()
    }
  }, [sender])
  return sender
}
