import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Stream } from '../../lib/api/types.ts'

/** As the platform takes them. */
const MAX_LABELS = 32
const MAX_LABEL_LENGTH = 64

/** What people write on a stream; its address stays. */
export function EditButton({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  if (!useMay('streams.write')) return null
  return (
    <>
      <Button icon={<Icon name="edit" size={18} />} onClick={() => setOpen(true)}>
        {t('stream.edit')}
      </Button>
      {open && <EditDialog stream={stream} onClose={() => setOpen(false)} />}
    </>
  )
}

function EditDialog({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const { t } = useTranslation()
  const [title, setTitle] = useState(stream.title)
  const [notes, setNotes] = useState(stream.notes)
  const [text, setText] = useState(stream.labels.join(', '))
  const labels = [...new Set(text.split(/[,;\n，；、]/).map(each => each.trim()))].filter(Boolean)
  const tooMany = labels.length > MAX_LABELS || labels.some(({ length }) => length > MAX_LABEL_LENGTH)
  return (
    <FormDialog
      title={t('stream.editTitle', { name: stream.name })}
      action={t('dialog.save')}
      done={t('stream.edited')}
      failed={t('stream.editFailed')}
      call={api('updateStream', { path: { id: stream.id }, body: { title: title.trim(), notes, labels } })}
      ready={!tooMany}
      onClose={onClose}
    >
      <TextField
        label={t('stream.titleField')}
        hint={t('stream.titleHow')}
        autoFocus
        maxLength={200}
        value={title}
        onChange={setTitle}
      />
      <TextField
        label={t('stream.labels')}
        hint={t('stream.labelsHow')}
        wrong={tooMany ? t('stream.labelsWrong', { n: MAX_LABELS, letters: MAX_LABEL_LENGTH }) : null}
        value={text}
        onChange={setText}
      />
      <TextField label={t('stream.notes')} lines={4} maxLength={4000} value={notes} onChange={setNotes} />
    </FormDialog>
  )
}
