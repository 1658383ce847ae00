import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CheckField, ChoiceField, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { meQuery, usersQuery } from '../../lib/api/queries.ts'
import type { Account, Role } from '../../lib/api/types.ts'

const ROLES: readonly Role[] = ['administrator', 'operator', 'viewer']
type Asked = { readonly what: 'edit' | 'password' | 'delete'; readonly user: Account } | { readonly what: 'create' }

/** Accounts of people. */
export function Users() {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const [asked, setAsked] = useState<Asked | null>(null)
  const users = useQuery(usersQuery(q))
  const mayWrite = useMay('users.write')
  const columns = useColumns(mayWrite, setAsked)
  return (
    <>
      <div className="toolbar">
        <SearchBox label={t('access.searchUsers')} q={q} onSearch={setQ} />
        <span className="grow" />
        <ShowApiCall call={api('listUsers', { query: { q: q || undefined } })} compact />
        {mayWrite && (
          <Button type="primary" icon={<Icon name="plus" />} onClick={() => setAsked({ what: 'create' })}>
            {t('access.createUser')}
          </Button>
        )}
      </div>
      {users.isError && users.data === undefined && (
        <ErrorPanel error={users.error} what={t('access.usersFailed')} onRetry={() => void users.refetch()} />
      )}
      {(users.data !== undefined || !users.isError) && (
        <Card className="flush">
          <DataTable
            label={t('access.users')}
            columns={columns}
            rows={users.data}
            rowKey={({ id }) => id}
            empty={<Empty title={t('access.noUser')} />}
          />
        </Card>
      )}
      {asked?.what === 'create' && <CreateUser onClose={() => setAsked(null)} />}
      {asked?.what === 'edit' && <EditUser user={asked.user} onClose={() => setAsked(null)} />}
      {asked?.what === 'password' && <ResetPassword user={asked.user} onClose={() => setAsked(null)} />}
      {asked?.what === 'delete' && <DeleteUser user={asked.user} onClose={() => setAsked(null)} />}
    </>
  )
}

function useColumns(mayWrite: boolean, ask: (asked: Asked) => void): readonly Column<Account>[] {
  const { t } = useTranslation()
  const { data: me } = useQuery(meQuery())
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('login.username'),
        track: 'minmax(160px, 2fr)',
        phone: 'title',
        render: ({ id, name }) => (
          <span>
            <strong>{name}</strong> {id === me?.id && <small className="muted">{t('access.you')}</small>}
          </span>
        ),
      },
      {
        key: 'role',
        title: t('access.role'),
        track: 'minmax(120px, 1fr)',
        phone: 'meta',
        render: ({ role }) => t(`role.${role}`),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '132px',
        phone: 'side',
        render: ({ disabled }) => (
          <StateTag state={disabled ? 'off' : 'on'} word={t(disabled ? 'access.disabled' : 'access.enabled')} />
        ),
      },
      {
        key: 'login',
        title: t('access.lastLogin'),
        track: '150px',
        phone: 'meta',
        render: ({ lastLoginAt }) => (lastLoginAt === null ? t('access.never') : <Ago at={lastLoginAt} />),
      },
      {
        key: 'actions',
        title: '',
        track: '120px',
        numeric: true,
        phone: 'meta',
        render: user =>
          mayWrite && (
            <span className="row-actions">
              <IconButton
                icon="edit"
                label={t('access.edit')}
                of={user.name}
                onClick={() => ask({ what: 'edit', user })}
              />
              <IconButton
                icon="key"
                label={t('access.resetPassword')}
                of={user.name}
                onClick={() => ask({ what: 'password', user })}
              />
              <IconButton
                icon="trash"
                label={t('delete.action')}
                of={user.name}
                disabled={user.id === me?.id}
                onClick={() => ask({ what: 'delete', user })}
              />
            </span>
          ),
      },
    ],
    [t, me, mayWrite, ask],
  )
}

function RoleField({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation()
  return (
    <ChoiceField
      label={t('access.role')}
      hint={t(`access.roleHow.${value}`)}
      value={value}
      onChange={onChange}
      options={ROLES.map(role => ({ value: role, label: t(`role.${role}`) }))}
    />
  )
}

function CreateUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState<Role>('operator')
  return (
    <FormDialog
      title={t('access.createUser')}
      action={t('access.createUser')}
      done={t('access.userCreated', { name })}
      failed={t('access.userNotCreated')}
      call={api('createUser', { body: { name, password, role } })}
      secret
      ready={name !== '' && password !== ''}
      onClose={onClose}
    >
      <TextField label={t('login.username')} autoFocus value={name} onChange={setName} />
      <TextField
        label={t('login.password')}
        hint={t('access.passwordHow')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
      />
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  )
}

function EditUser({ user, onClose }: { user: Account; onClose: () => void }) {
  const { t } = useTranslation()
  const [role, setRole] = useState<Role>(user.role)
  const [disabled, setDisabled] = useState(user.disabled)
  return (
    <FormDialog
      title={user.name}
      action={t('dialog.save')}
      done={t('access.userChanged', { name: user.name })}
      failed={t('access.userNotChanged')}
      call={api('updateUser', {
        path: { id: user.id },
        body: {
          ...(role === user.role ? {} : { role }),
          ...(disabled === user.disabled ? {} : { disabled }),
        },
      })}
      ready={role !== user.role || disabled !== user.disabled}
      onClose={onClose}
    >
      <RoleField value={role} onChange={setRole} />
      <CheckField label={t('access.disable')} hint={t('access.disableHow')} checked={disabled} onChange={setDisabled} />
    </FormDialog>
  )
}

function ResetPassword({ user, onClose }: { user: Account; onClose: () => void }) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  return (
    <FormDialog
      title={`${t('access.resetPassword')}: ${user.name}`}
      action={t('dialog.save')}
      done={t('access.passwordChanged')}
      failed={t('access.passwordFailed')}
      call={api('resetPassword', { path: { id: user.id }, body: { password } })}
      secret
      ready={password !== ''}
      onClose={onClose}
    >
      <TextField
        label={t('access.newPassword')}
        hint={t('access.passwordHow')}
        type="password"
        autoComplete="new-password"
        autoFocus
        value={password}
        onChange={setPassword}
      />
      <p className="muted">{t('access.resetEffect')}</p>
    </FormDialog>
  )
}

function DeleteUser({ user: { id, name }, onClose }: { user: Account; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <ConfirmAction
      title={t('delete.title', { name })}
      action={t('delete.action')}
      done={t('delete.done', { name })}
      failed={t('access.userNotDeleted')}
      call={api('deleteUser', { path: { id } })}
      typed={name}
      onClose={onClose}
    >
      <p>{t('access.deleteEffect')}</p>
    </ConfirmAction>
  )
}
