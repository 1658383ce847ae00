import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { ApiKeys } from './api-keys.tsx'
import { Sessions } from './sessions.tsx'
import { Users } from './users.tsx'
import './access.css'

/** Who gets in: accounts, keys for programs, and who is logged in. Everybody sees their own. */
export function AccessPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/access' })
  const { tab } = useSearch({ from: '/frame/access' })
  const mayUsers = useMay('users.read')
  const mayKeys = useMay('apiKeys.own')
  const tabs = [
    ...(mayUsers ? [{ key: 'users' as const, title: t('access.users') }] : []),
    ...(mayKeys ? [{ key: 'keys' as const, title: t('access.keys') }] : []),
    { key: 'sessions' as const, title: t('access.sessions') },
  ]
  const open = tabs.find(({ key }) => key === tab)?.key ?? tabs[0]?.key ?? 'sessions'
  return (
    <Page title={t('section.access')} actions={<ChangePassword />}>
      <Tabs
        label={t('section.access')}
        tabs={tabs}
        open={open}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true })}
      >
        {open === 'users' && <Users />}
        {open === 'keys' && <ApiKeys />}
        {open === 'sessions' && <Sessions />}
      </Tabs>
    </Page>
  )
}

function ChangePassword() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button icon={<Icon name="key" size={18} />} onClick={() => setOpen(true)}>
        {t('access.changePassword')}
      </Button>
      {open && <PasswordDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  return (
    <FormDialog
      title={t('access.changePassword')}
      action={t('dialog.save')}
      done={t('access.passwordChanged')}
      failed={t('access.passwordFailed')}
      call={api('changePassword', { body: { oldPassword: old, password: fresh } })}
      secret
      ready={old !== '' && fresh.length >= MIN_PASSWORD}
      onClose={onClose}
    >
      <TextField
        label={t('access.oldPassword')}
        type="password"
        autoComplete="current-password"
        autoFocus
        value={old}
        onChange={setOld}
      />
      <TextField
        label={t('access.newPassword')}
        hint={t('access.passwordHow')}
        type="password"
        autoComplete="new-password"
        value={fresh}
        onChange={setFresh}
      />
    </FormDialog>
  )
}

/** The platform takes no shorter ones. */
const MIN_PASSWORD = 8
