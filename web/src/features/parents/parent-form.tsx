import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { api } from '../../lib/api/client.ts'
import type { ParentPlatform } from '../../lib/api/types.ts'
import { changeOf, draftOf, faultsOf, NEW_PARENT, type ParentDraft, wishOf } from './parent-edit.ts'

interface Props {
  /** Null: a new one. */
  readonly parent: ParentPlatform | null
  readonly space: string
  readonly onClose: () => void
  readonly onDone?: (parent: ParentPlatform) => void
}

/** What the people of the upper platform say when one asks how to connect. */
export function ParentForm({ parent, space, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState(() => (parent === null ? NEW_PARENT : draftOf(parent)))
  const faults = faultsOf(draft)
  const change = parent === null || faults.size > 0 ? {} : changeOf(parent, draft)
  const call =
    parent === null
      ? api('createParentPlatform', { body: wishOf(draft, space) })
      : api('updateParentPlatform', { path: { id: parent.id }, body: change })
  const ready = faults.size === 0 && (parent === null || Object.keys(change).length > 0)
  const set = (change: Partial<ParentDraft>) => setDraft(old => ({ ...old, ...change }))
  type TextKey = Exclude<keyof ParentDraft, 'transport' | 'charset'>
  const field = (key: TextKey, wrong?: string) => (
    <TextField
      label={t(`parents.draft.${key}`)}
      hint={t(`parents.draftHow.${key}`)}
      wrong={wrong}
      type={key === 'password' ? 'password' : 'text'}
      autoComplete={key === 'password' ? 'new-password' : 'off'}
      value={draft[key]}
      onChange={text => set({ [key]: /Id$/.test(key) ? text.replace(/\D/g, '').slice(0, 20) : text })}
    />
  )
  const digits = (key: 'serverId' | 'localId') =>
    draft[key] !== '' && faults.has(key) ? t('parents.digits', { n: draft[key].length }) : undefined
  const bounds = (key: 'port' | 'expiresS' | 'keepaliveS') => (faults.has(key) ? t(`parents.bounds.${key}`) : undefined)
  return (
    <FormDialog<ParentPlatform>
      title={parent === null ? t('parents.create') : t('parents.editTitle', { name: parent.name })}
      action={parent === null ? t('parents.create') : t('dialog.save')}
      done={t('parents.saved')}
      failed={t('parents.notSaved')}
      call={call}
      ready={ready}
      secret={draft.password !== ''}
      onClose={onClose}
      {...(onDone === undefined ? {} : { onDone })}
    >
      {field('name')}
      {field('serverId', digits('serverId'))}
      <Fields>
        {field('host')}
        {field('port', bounds('port'))}
      </Fields>
      <Fields>
        {field('domain')}
        <ChoiceField
          label={t('parents.draft.transport')}
          value={draft.transport}
          options={(['udp', 'tcp'] as const).map(value => ({ value, label: value.toUpperCase() }))}
          onChange={transport => set({ transport })}
        />
      </Fields>
      {field('localId', digits('localId'))}
      <Fields>
        {field('username')}
        {field('password')}
      </Fields>
      <Fields>
        {field('expiresS', bounds('expiresS'))}
        {field('keepaliveS', bounds('keepaliveS'))}
      </Fields>
      <Fields>
        <ChoiceField
          label={t('parents.draft.charset')}
          value={draft.charset}
          options={(['gb18030', 'utf-8'] as const).map(value => ({ value, label: value.toUpperCase() }))}
          onChange={charset => set({ charset })}
        />
        {field('description')}
      </Fields>
    </FormDialog>
  )
}
