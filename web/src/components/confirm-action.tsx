import { Button, Input, Modal } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiCall } from '../lib/api/client.ts'
import { ShowApiCall } from './api-call.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { useAction } from './use-action.ts'

interface Props {
  readonly title: string
  /** The verb on the button. */
  readonly action: string
  readonly done: string
  readonly failed: string
  readonly call: ApiCall
  /** What goes with it. */
  readonly children: ReactNode
  /** For what cannot be undone: this name has to be typed. */
  readonly typed?: string
  readonly onClose: () => void
  readonly onDone?: () => void
}

/** One destructive request, asked back with its consequences. */
export function ConfirmAction({ title, action, done, failed, call, children, typed, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const field = useId()
  const run = useAction({
    done,
    onDone: () => {
      onClose()
      onDone?.()
    },
  })
  return (
    <Modal
      open
      title={title}
      width={480}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={call} />
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button
            type="primary"
            danger
            loading={run.isPending}
            disabled={typed !== undefined && name !== typed}
            onClick={() => run.mutate(call)}
          >
            {action}
          </Button>
        </div>
      }
    >
      {children}
      {typed !== undefined && (
        <label className="field" htmlFor={field}>
          <span>{t('dialog.typeName', { name: typed })}</span>
          <Input id={field} value={name} onChange={event => setName(event.target.value)} autoComplete="off" />
        </label>
      )}
      {run.isError && <ErrorPanel error={run.error} what={failed} />}
    </Modal>
  )
}
