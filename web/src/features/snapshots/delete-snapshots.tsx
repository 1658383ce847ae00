import { useTranslation } from 'react-i18next'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { Moment } from '../../components/moment.tsx'
import { type ApiCall, api } from '../../lib/api/client.ts'
import type { Snapshot } from '../../lib/api/recording-queries.ts'
import { bytes, count, text } from '../../lib/format.ts'

/** The platform takes no more in one request. */
const MAX_ROWS = 500
/** More names than this are not read. */
const MAX_NAMED = 6

interface Props {
  readonly snapshots: readonly Snapshot[]
  readonly onClose: () => void
  readonly onDone: () => void
}

export function DeleteSnapshots({ snapshots, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const goes = snapshots.slice(0, MAX_ROWS)
  const size = text(bytes(goes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)))
  return (
    <ConfirmAction
      title={t('snapshots.deleteTitle', { n: count(goes.length), size })}
      action={t('delete.action')}
      done={t('snapshots.deleted', { n: count(goes.length) })}
      failed={t('snapshots.deleteFailed')}
      call={allOf(api('deleteSnapshots', { body: { ids: goes.map(({ id }) => id) } }))}
      {...(goes.length > 1 ? { typed: String(goes.length) } : {})}
      onClose={onClose}
      onDone={onDone}
    >
      <ul className="delete-pictures">
        {goes.slice(0, MAX_NAMED).map(({ id, path, takenAt }) => (
          <li key={id}>
            {path} · <Moment at={takenAt} />
          </li>
        ))}
      </ul>
      {goes.length > MAX_NAMED && (
        <p className="muted">{t('recordings.andMore', { n: count(goes.length - MAX_NAMED) })}</p>
      )}
      <p>{t('snapshots.deleteEffect')}</p>
    </ConfirmAction>
  )
}

interface Results {
  readonly items: readonly { readonly error: { readonly message: string } | null }[]
}

/** Fails when a row does: the dialog stays and says the first reason. */
function allOf(call: ApiCall<Results>): ApiCall<Results> {
  return {
    ...call,
    send: async () => {
      const answer = await call.send()
      const failed = answer.items.filter(({ error }) => error !== null)
      const [first] = failed
      if (first?.error != null) throw new Error(`${failed.length} / ${answer.items.length}: ${first.error.message}`)
      return answer
    },
  }
}
