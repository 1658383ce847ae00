import { useMutation } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon, type IconName } from '../../components/icon.tsx'
import { OperationDialog } from '../../components/operation-dialog.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { BulkAction } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { useForbidFields } from './forbid-fields.tsx'

/** The platform takes no more in one command. */
const MAX_ROWS = 1000

const ACTIONS = [
  { action: 'kick', icon: 'kick' },
  { action: 'forbid', icon: 'forbid' },
  { action: 'resume', icon: 'play' },
  { action: 'delete', icon: 'trash' },
] as const satisfies readonly { action: BulkAction; icon: IconName }[]

interface Props {
  /** Ids of the chosen streams. */
  readonly ids: readonly string[]
  readonly onClear: () => void
}

/** What can be done with the chosen rows. */
export function BulkBar({ ids, onClear }: Props) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<BulkAction | null>(null)
  const [operation, setOperation] = useState<string | null>(null)
  const may = useMay('streams.write')
  if (!may) return null
  return (
    <>
      {ids.length > 0 && (
        <div className="bulk-bar">
          <strong className="tabular" aria-live="polite">
            {t('bulk.chosen', { n: count(ids.length) })}
          </strong>
          {ids.length > MAX_ROWS && <span className="wrong">{t('bulk.tooMany', { n: count(MAX_ROWS) })}</span>}
          <span className="grow" />
          {ACTIONS.map(({ action, icon }) => (
            <Button
              key={action}
              danger={action === 'delete'}
              disabled={ids.length > MAX_ROWS}
              icon={<Icon name={icon} size={16} />}
              onClick={() => setAsked(action)}
            >
              {t(`bulk.${action}`)}
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
      {asked !== null && (
        <Confirm
          action={asked}
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
  readonly action: BulkAction
  readonly ids: readonly string[]
  readonly onClose: () => void
  readonly onStarted: (operation: string) => void
}

function Confirm({ action, ids, onClose, onStarted }: ConfirmProps) {
  const { t } = useTranslation()
  const field = useId()
  const [typed, setTyped] = useState('')
  const { until, reason, fields } = useForbidFields()
  const how = action === 'forbid' ? { until, reason } : {}
  const call = api('bulkStreams', { body: { action, ids, ...how } })
  const start = useMutation({
    mutationFn: call.send,
    onSuccess: ({ id }) => onStarted(id),
  })
  // What cannot be undone wants more than a click: the number of streams.
  const ready = action !== 'delete' || typed === String(ids.length)
  return (
    <Modal
      open
      width={480}
      title={`${t(`bulk.${action}`)}: ${t('bulk.chosen', { n: count(ids.length) })}`}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={call} />
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button
            type="primary"
            danger={action !== 'resume'}
            disabled={!ready}
            loading={start.isPending}
            onClick={() => start.mutate()}
          >
            {t(`bulk.${action}`)}
          </Button>
        </div>
      }
    >
      <p>{t(`bulk.effect.${action}`)}</p>
      {action === 'forbid' && fields}
      {action === 'delete' && (
        <label className="field" htmlFor={field}>
          <span>{t('dialog.typeName', { name: ids.length })}</span>
          <Input id={field} autoComplete="off" value={typed} onChange={event => setTyped(event.target.value)} />
        </label>
      )}
      {start.isError && <ErrorPanel error={start.error} what={t('bulk.failed')} />}
    </Modal>
  )
}
