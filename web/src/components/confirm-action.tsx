import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiCall, request } from '../lib/api/client.ts'
import { ShowApiCall } from './api-call.tsx'
import { ErrorPanel } from './error-panel.tsx'

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
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const field = useId()
  const run = useMutation({
    mutationFn: () => request(call),
    onSuccess: async () => {
      void message.success(done)
      onClose()
      onDone?.()
      // The noun of the path is the first word of the keys of what was asked for; the feed tells other pages.
      const noun = call.path.split(/[/?]/)[1]
      await queryClient.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === noun || queryKey[0] === 'viewers',
      })
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
            onClick={() => run.mutate()}
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
