import { Button, Modal } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiCall } from '../lib/api/client.ts'
import { ShowApiCall } from './api-call.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { useAction } from './use-action.ts'

interface Props<Answer> {
  readonly title: string
  /** The verb on the button. */
  readonly action: string
  readonly done: string
  readonly failed: string
  readonly call: ApiCall<Answer>
  /** What is written so far can be sent. */
  readonly ready: boolean
  /** What is written is not for a screen: the call is not shown. */
  readonly secret?: boolean
  readonly onClose: () => void
  readonly onDone?: (answer: Answer) => void
  readonly children: ReactNode
}

/** A form in a dialog that sends one request. */
export function FormDialog<Answer>({
  title,
  action,
  done,
  failed,
  call,
  ready,
  secret = false,
  onClose,
  onDone,
  children,
}: Props<Answer>) {
  const { t } = useTranslation()
  const send = useAction<Answer>({
    done,
    onDone: answer => {
      onClose()
      onDone?.(answer)
    },
  })
  return (
    <Modal open width={520} title={title} footer={null} onCancel={onClose}>
      <form
        className="form"
        onSubmit={event => {
          event.preventDefault()
          if (ready) send.mutate(call)
        }}
      >
        {children}
        {send.isError && <ErrorPanel error={send.error} what={failed} />}
        <div className="dialog-foot">
          {!secret && <ShowApiCall call={call} />}
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button type="primary" htmlType="submit" disabled={!ready} loading={send.isPending}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
