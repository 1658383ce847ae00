import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckField, ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { api } from '../../lib/api/client.ts'
import type { Device } from '../../lib/api/types.ts'
import { changeOf, type DeviceDraft, draftOf, faultsOf } from './device-edit.ts'

const MEDIA = ['auto', 'udp', 'tcp-passive', 'tcp-active'] as const
const CHARSETS = ['auto', 'gb18030', 'utf-8'] as const
const TYPES = ['ipc', 'nvr', 'platform'] as const

/** Everything people set of a device, but its quirks. */
export function EditDevice({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState(() => draftOf(device))
  const set = (change: Partial<DeviceDraft>) => setDraft(old => ({ ...old, ...change }))
  const faults = faultsOf(draft)
  const change = faults.size === 0 ? changeOf(device, draft) : {}
  const field = (key: 'name' | 'vendor' | 'description' | 'longitude' | 'latitude') => (
    <TextField label={t(`devices.draft.${key}`)} value={draft[key]} onChange={text => set({ [key]: text })} />
  )
  return (
    <FormDialog
      title={t('devices.editTitle', { name: device.name })}
      action={t('dialog.save')}
      done={t('devices.saved')}
      failed={t('devices.saveFailed')}
      call={api('updateDevice', { path: { id: device.id }, body: change })}
      ready={Object.keys(change).length > 0}
      secret={draft.password !== ''}
      onClose={onClose}
    >
      <Fields>
        {field('name')}
        <ChoiceField
          label={t('devices.type')}
          value={draft.type}
          options={TYPES.map(value => ({ value, label: t(`devices.types.${value}`) }))}
          onChange={type => set({ type })}
        />
      </Fields>
      <TextField
        label={t('devices.gbId')}
        wrong={faults.has('gbId') ? t('devices.gbIdWrong', { n: draft.gbId.length }) : null}
        maxLength={20}
        value={draft.gbId}
        onChange={text => set({ gbId: text.replace(/\D/g, '') })}
      />
      <Fields>
        <ChoiceField
          label={t('devices.draft.media')}
          hint={t('devices.draft.mediaHow')}
          value={draft.media}
          options={MEDIA.map(value => ({ value, label: t(`devices.media.${value}`) }))}
          onChange={media => set({ media })}
        />
        <ChoiceField
          label={t('devices.draft.charset')}
          value={draft.charset}
          options={CHARSETS.map(value => ({
            value,
            label: value === 'auto' ? t('devices.media.auto') : value.toUpperCase(),
          }))}
          onChange={charset => set({ charset })}
        />
      </Fields>
      <CheckField
        label={t('devices.draft.spacePassword')}
        checked={draft.spacePassword}
        onChange={spacePassword => set({ spacePassword })}
      />
      {!draft.spacePassword && (
        <TextField
          label={t('login.password')}
          hint={t(device.passwordSet ? 'devices.draft.passwordKeep' : 'devices.passwordHow')}
          type="password"
          autoComplete="new-password"
          value={draft.password}
          onChange={password => set({ password })}
        />
      )}
      <CheckField
        label={t('devices.draft.enabled')}
        hint={t('devices.draft.enabledHow')}
        checked={draft.enabled}
        onChange={enabled => set({ enabled })}
      />
      <CheckField
        label={t('devices.draft.autoStart')}
        hint={t('devices.draft.autoStartHow')}
        checked={draft.autoStart}
        onChange={autoStart => set({ autoStart })}
      />
      <fieldset className="field-group">
        <legend>{t('devices.draft.subscribe')}</legend>
        <CheckField label={t('devices.draft.catalog')} checked={draft.catalog} onChange={catalog => set({ catalog })} />
        <CheckField label={t('devices.draft.alarm')} checked={draft.alarm} onChange={alarm => set({ alarm })} />
        <TextField
          label={t('devices.draft.positionS')}
          hint={t('devices.draft.positionHow')}
          wrong={faults.has('positionS') ? t('devices.draft.positionWrong') : null}
          value={draft.positionS}
          onChange={positionS => set({ positionS })}
        />
      </fieldset>
      <Fields>
        {field('longitude')}
        {field('latitude')}
      </Fields>
      {faults.has('place') && <p className="wrong">{t('devices.draft.placeWrong')}</p>}
      <TextField
        label={t('devices.draft.redirect')}
        hint={t('devices.draft.redirectHow')}
        wrong={faults.has('redirect') ? t('devices.draft.redirectWrong') : null}
        placeholder="34020000002000000002@192.0.2.1:5060"
        value={draft.redirect}
        onChange={redirect => set({ redirect })}
      />
      <Fields>
        {field('vendor')}
        {field('description')}
      </Fields>
    </FormDialog>
  )
}
