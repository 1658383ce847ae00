import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckField, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { api } from '../../lib/api/client.ts'
import type { Channel } from '../../lib/api/types.ts'

/** The name people give a channel goes over that of its catalog. */
export function EditChannel({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(channel.givenName ?? '')
  const [enabled, setEnabled] = useState(channel.enabled)
  const givenName = name.trim() === '' ? null : name.trim()
  return (
    <FormDialog
      title={t('channel.editTitle', { name: channel.name })}
      action={t('dialog.save')}
      done={t('channel.saved')}
      failed={t('channel.notSaved')}
      call={api('updateChannel', { path: { id: channel.id }, body: { givenName, enabled } })}
      ready={givenName !== channel.givenName || enabled !== channel.enabled}
      onClose={onClose}
    >
      <TextField
        label={t('streams.name')}
        hint={t('channel.nameHow', { name: channel.toldName || channel.gbId })}
        value={name}
        maxLength={200}
        onChange={setName}
        autoFocus
      />
      <CheckField label={t('channel.enabled')} hint={t('channel.enabledHow')} checked={enabled} onChange={setEnabled} />
    </FormDialog>
  )
}
