import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckField, ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Facts } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import type { Space } from '../../lib/api/types.ts'
import { limitOf } from './space-edit.ts'

const ADMISSIONS = ['listed', 'password', 'approve'] as const

/** What the space asks of devices of GB/T 28181. */
export function SpaceDevices({ space, mayWrite }: { space: Space; mayWrite: boolean }) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(false)
  const { admission, passwordSet, sendDate, zone, stopAfterS } = space.gb28181
  return (
    <Card
      title={t('spaces.devices')}
      extra={
        mayWrite && (
          <Button size="small" type="text" icon={<Icon name="edit" size={16} />} onClick={() => setEditing(true)}>
            {t('spaces.devicesEdit')}
          </Button>
        )
      }
    >
      <Facts
        rows={[
          { label: t('spaces.admission'), value: t(`spaces.admissionShort.${admission}`) },
          { label: t('spaces.gbPassword'), value: t(passwordSet ? 'spaces.gbPasswordSet' : 'spaces.gbPasswordNone') },
          { label: t('spaces.sendDate'), value: t(sendDate ? 'spaces.yes' : 'spaces.no') },
          { label: t('spaces.zone'), value: zone },
          { label: t('spaces.stopAfterS'), value: `${stopAfterS} s` },
        ]}
      />
      {editing && <EditDevices space={space} onClose={() => setEditing(false)} />}
    </Card>
  )
}

function EditDevices({ space, onClose }: { space: Space; onClose: () => void }) {
  const { t } = useTranslation()
  const { gb28181 } = space
  const [admission, setAdmission] = useState(gb28181.admission)
  const [password, setPassword] = useState('')
  const [sendDate, setSendDate] = useState(gb28181.sendDate)
  const [zone, setZone] = useState(gb28181.zone)
  const [stopAfter, setStopAfter] = useState(String(gb28181.stopAfterS))
  const stopAfterS = limitOf(stopAfter) ?? undefined
  return (
    <FormDialog
      title={t('spaces.devicesTitle', { name: space.name })}
      action={t('dialog.save')}
      done={t('spaces.saved')}
      failed={t('spaces.saveFailed')}
      call={api('updateSpace', {
        path: { name: space.name },
        body: {
          gb28181: { admission, sendDate, zone: zone.trim(), stopAfterS, ...(password === '' ? {} : { password }) },
        },
      })}
      ready={stopAfterS !== undefined && zone.trim() !== ''}
      secret={password !== ''}
      onClose={onClose}
    >
      <ChoiceField
        label={t('spaces.admission')}
        hint={t(`spaces.admissionHow.${admission}`)}
        value={admission}
        options={ADMISSIONS.map(value => ({ value, label: t(`spaces.admissionShort.${value}`) }))}
        onChange={setAdmission}
      />
      <TextField
        label={t('spaces.gbPassword')}
        hint={t(gb28181.passwordSet ? 'spaces.gbPasswordKeep' : 'spaces.gbPasswordHow')}
        type="password"
        autoComplete="new-password"
        value={password}
        maxLength={128}
        onChange={setPassword}
      />
      <CheckField
        label={t('spaces.sendDate')}
        hint={t('spaces.sendDateHow')}
        checked={sendDate}
        onChange={setSendDate}
      />
      <Fields>
        <TextField label={t('spaces.zone')} hint={t('spaces.zoneHow')} value={zone} maxLength={64} onChange={setZone} />
        <TextField
          label={t('spaces.stopAfterS')}
          hint={t('spaces.stopAfterHow')}
          wrong={stopAfterS === undefined ? t('spaces.limitWrong') : null}
          value={stopAfter}
          onChange={setStopAfter}
        />
      </Fields>
    </FormDialog>
  )
}
