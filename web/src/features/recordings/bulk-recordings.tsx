import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../components/icon.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Recording } from '../../lib/api/recording-queries.ts'
import { bytes, count, text } from '../../lib/format.ts'
import { DeleteRecordings } from './delete-recordings.tsx'

interface Props {
  readonly recordings: readonly Recording[]
  readonly onClear: () => void
}

/** What can be done with the chosen files. */
export function BulkRecordings({ recordings, onClear }: Props) {
  const { t } = useTranslation()
  const mayDelete = useMay('recordings.delete')
  const [deleting, setDeleting] = useState(false)
  const hold = useHold()
  if (recordings.length === 0) return null
  const size = recordings.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const free = recordings.filter(({ held }) => !held)
  const held = recordings.filter(({ held }) => held)
  return (
    <div className="bulk-bar">
      <strong className="tabular" aria-live="polite">
        {t('bulk.chosen', { n: count(recordings.length) })}
      </strong>
      <span className="muted tabular">{text(bytes(size))}</span>
      <span className="grow" />
      <Button
        icon={<Icon name="lock" size={16} />}
        disabled={free.length === 0}
        loading={hold.isPending}
        onClick={() => hold.mutate({ recordings: free, held: true })}
      >
        {t('recordings.hold')}
      </Button>
      <Button
        disabled={held.length === 0}
        loading={hold.isPending}
        onClick={() => hold.mutate({ recordings: held, held: false })}
      >
        {t('recordings.release')}
      </Button>
      {mayDelete && (
        <Button danger icon={<Icon name="trash" size={16} />} onClick={() => setDeleting(true)}>
          {t('delete.action')}
        </Button>
      )}
      <Button
        type="text"
        icon={<Icon name="close" size={16} />}
        aria-label={t('bulk.clear')}
        title={t('bulk.clear')}
        onClick={onClear}
      />
      {deleting && <DeleteRecordings recordings={recordings} onClose={() => setDeleting(false)} onDone={onClear} />}
    </div>
  )
}

interface Hold {
  readonly recordings: readonly Recording[]
  readonly held: boolean
}

/** One after the other: the platform holds one file at a time. */
function useHold() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ recordings, held }: Hold) => {
      for (const { id } of recordings) await api('updateRecording', { path: { id }, body: { held } }).send()
    },
    onSuccess: (_, { recordings, held }) =>
      message.success(t(held ? 'recordings.nowHeld' : 'recordings.nowFree', { n: count(recordings.length) })),
    onError: error => void message.error(error.message),
    onSettled: () => client.invalidateQueries({ queryKey: ['recordings'] }),
  })
}
