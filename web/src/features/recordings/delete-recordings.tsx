import type { Schemas } from '@sightline/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { api } from '../../lib/api/client.ts'
import type { Recording } from '../../lib/api/recording-queries.ts'
import { bytes, count, duration, text } from '../../lib/format.ts'

/** The platform takes no more in one request. */
const MAX_ROWS = 500
/** More names than this are not read. */
const MAX_NAMED = 8

interface Props {
  readonly recordings: readonly Recording[]
  readonly onClose: () => void
  /** Something was deleted. */
  readonly onDone: () => void
}

/** Deletes files with all that goes with them: first their names and bytes, then what became of each. */
export function DeleteRecordings({ recordings, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const field = useId()
  const [typed, setTyped] = useState('')
  const [kept, setKept] = useState<readonly Schemas['RowResult'][]>([])
  const goes = recordings.filter(({ held }) => !held).slice(0, MAX_ROWS)
  const stay = recordings.length - goes.length
  const call = api('deleteRecordings', { body: { ids: goes.map(({ id }) => id) } })
  const run = useMutation({
    mutationFn: call.send,
    onSuccess: async ({ items }) => {
      const failed = items.filter(({ error }) => error !== null)
      const gone = items.length - failed.length
      if (gone > 0) void message.success(t('recordings.deleted', { n: count(gone) }))
      setKept(failed)
      await client.invalidateQueries({
        predicate: ({ queryKey: [noun] }) => noun === 'recordings' || noun === 'storage',
      })
      if (failed.length > 0) return
      onClose()
      onDone()
    },
  })
  const size = goes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const nameOf = (id: string) => recordings.find(each => each.id === id)
  return (
    <Modal
      open
      width={560}
      title={t('recordings.deleteTitle', { n: count(goes.length), size: text(bytes(size)) })}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={call} />
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button
            type="primary"
            danger
            disabled={goes.length === 0 || typed !== String(goes.length) || kept.length > 0}
            loading={run.isPending}
            onClick={() => run.mutate()}
          >
            {t('delete.action')}
          </Button>
        </div>
      }
    >
      <ul className="delete-names">
        {goes.slice(0, MAX_NAMED).map(recording => (
          <li key={recording.id}>
            <Named recording={recording} />
          </li>
        ))}
      </ul>
      {goes.length > MAX_NAMED && (
        <p className="muted">{t('recordings.andMore', { n: count(goes.length - MAX_NAMED) })}</p>
      )}
      {stay > 0 && <p className="notice suspect">{t('recordings.heldStay', { n: count(stay) })}</p>}
      <p>{t('recordings.deleteEffect')}</p>
      <label className="field" htmlFor={field}>
        <span>{t('dialog.typeName', { name: goes.length })}</span>
        <Input id={field} autoComplete="off" value={typed} onChange={event => setTyped(event.target.value)} />
      </label>
      {run.isError && <ErrorPanel error={run.error} what={t('recordings.deleteFailed')} />}
      {kept.length > 0 && (
        <ul className="operation-rows">
          {kept.map(({ id, error }) => {
            const recording = nameOf(id)
            return (
              <li key={id} className="wrong">
                <Icon name="close" size={16} />
                <span className="grow">
                  {recording === undefined ? id : <Named recording={recording} />}
                  <small>{error?.message}</small>
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </Modal>
  )
}

function Named({ recording: { path, startedAt, durationS, sizeBytes } }: { recording: Recording }) {
  return (
    <span className="tabular">
      {path} · <Moment at={startedAt} /> · {duration(durationS * 1000)} · {text(bytes(sizeBytes))}
    </span>
  )
}
