import { useMutation } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiCall } from '../lib/api/client.ts'
import type { Operation } from '../lib/api/types.ts'
import { count } from '../lib/format.ts'
import { ShowApiCall } from './api-call.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { Icon, type IconName } from './icon.tsx'
import { OperationDialog } from './operation-dialog.tsx'

/** The platform takes no more in one command. */
const MAX_ROWS = 1000

export interface BulkChoice {
  readonly key: string
  readonly icon: IconName
  readonly label: string
  /** What becomes of the rows, before it is confirmed. */
  readonly effect: string
  /** It takes something away from somebody. */
  readonly harm?: boolean
  /** It cannot be undone: the number of rows has to be typed. */
  readonly final?: boolean
  readonly fields?: ReactNode
  readonly call: (ids: readonly string[]) => ApiCall<Operation>
}

interface Props {
  /** Of the chosen rows. */
  readonly ids: readonly string[]
  readonly choices: readonly BulkChoice[]
  readonly onClear: () => void
}

/** What can be done with the chosen rows, as an operation that tells what became of each. */
export function BulkBar({ ids, choices, onClear }: Props) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<string | null>(null)
  const [operation, setOperation] = useState<string | null>(null)
  const choice = choices.find(({ key }) => key === asked)
  return (
    <>
      {ids.length > 0 && (
        <div className="bulk-bar">
          <strong className="tabular" aria-live="polite">
            {t('bulk.chosen', { n: count(ids.length) })}
          </strong>
          {ids.length > MAX_ROWS && <span className="wrong">{t('bulk.tooMany', { n: count(MAX_ROWS) })}</span>}
          <span className="grow" />
          {choices.map(({ key, icon, label, final = false }) => (
            <Button
              key={key}
              danger={final}
              disabled={ids.length > MAX_ROWS}
              icon={<Icon name={icon} size={16} />}
              onClick={() => setAsked(key)}
            >
              {label}
            </Button>
          ))}
          <Button
            type="text"
            icon={<Icon name="close" size={16} />}
            aria-label={t('bulk.clear')}
            title={t('bulk.clear')}
            onClick={onClear}
          />
        </div>
      )}
      {choice !== undefined && (
        <Confirm
          choice={choice}
          ids={ids}
          onClose={() => setAsked(null)}
          onStarted={id => {
            setAsked(null)
            setOperation(id)
            onClear()
          }}
        />
      )}
      {operation !== null && <OperationDialog id={operation} onClose={() => setOperation(null)} />}
    </>
  )
}

interface ConfirmProps {
  readonly choice: BulkChoice
  readonly ids: readonly string[]
  readonly onClose: () => void
  readonly onStarted: (operation: string) => void
}

function Confirm({ choice, ids, onClose, onStarted }: ConfirmProps) {
  const { t } = useTranslation()
  const { label, effect, harm = false, final = false, fields } = choice
  const field = useId()
  const [typed, setTyped] = useState('')
  const call = choice.call(ids)
  const start = useMutation({ mutationFn: call.send, onSuccess: ({ id }) => onStarted(id) })
  const ready = !final || typed === String(ids.length)
  return (
    <Modal
      open
      width={480}
      title={`${label}: ${t('bulk.chosen', { n: count(ids.length) })}`}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={call} />
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button
            type="primary"
            danger={harm || final}
            disabled={!ready}
            loading={start.isPending}
            onClick={() => start.mutate()}
          >
            {label}
          </Button>
        </div>
      }
    >
      <p>{effect}</p>
      {fields}
      {final && (
        <label className="field" htmlFor={field}>
          <span>{t('dialog.typeName', { name: ids.length })}</span>
          <Input id={field} autoComplete="off" value={typed} onChange={event => setTyped(event.target.value)} />
        </label>
      )}
      {start.isError && <ErrorPanel error={start.error} what={t('bulk.failed')} />}
    </Modal>
  )
}
