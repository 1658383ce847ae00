import { useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CheckField, ChoiceField, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { apiKeysQuery } from '../../lib/api/queries.ts'
import type { ApiKey, KeyWish, NewApiKey } from '../../lib/api/types.ts'

/** Each with the key of its words; a colon has a meaning of its own there. */
const SCOPE_WORDS = {
  read: 'read',
  'streams:write': 'streams',
  'devices:write': 'devices',
  'devices:control': 'control',
  'spaces:write': 'spaces',
  'users:write': 'users',
  'system:write': 'system',
  metrics: 'metrics',
} as const satisfies Record<ApiKey['scopes'][number], string>
const SCOPES = Object.keys(SCOPE_WORDS) as ApiKey['scopes'] // its own keys
/** Days a key lives; 0: until it is revoked. */
const LIVES = ['30', '90', '365', '0'] as const
const DAY_MS = 86_400_000

/** Keys for programs: shown once, limited to what they need. */
export function ApiKeys() {
  const { t } = useTranslation()
  const whose = useMay('users.read') ? 'all' : undefined
  const keys = useQuery(apiKeysQuery(whose))
  const [creating, setCreating] = useState(false)
  const [fresh, setFresh] = useState<NewApiKey | null>(null)
  const [revoking, setRevoking] = useState<ApiKey | null>(null)
  const columns = useColumns(setRevoking)
  return (
    <>
      <div className="toolbar">
        <p className="muted grow">{t('access.keysHow')}</p>
        <ShowApiCall call={api('listApiKeys', { query: { user: whose } })} compact />
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(true)}>
          {t('access.createKey')}
        </Button>
      </div>
      {keys.isError && keys.data === undefined && (
        <ErrorPanel error={keys.error} what={t('access.keysFailed')} onRetry={() => void keys.refetch()} />
      )}
      {(keys.data !== undefined || !keys.isError) && (
        <Card className="flush">
          <DataTable
            label={t('access.keys')}
            columns={columns}
            rows={keys.data}
            rowKey={({ id }) => id}
            empty={<Empty title={t('access.noKey')} />}
          />
        </Card>
      )}
      {creating && <CreateKey onClose={() => setCreating(false)} onCreated={setFresh} />}
      {fresh !== null && (
        <Modal open width={560} footer={null} title={fresh.name} onCancel={() => setFresh(null)}>
          <p className="notice suspect">
            <Icon name="alert" />
            {t('access.keyOnce')}
          </p>
          <CopyField label={t('access.key')} value={fresh.secret} />
        </Modal>
      )}
      {revoking !== null && (
        <ConfirmAction
          title={t('access.revokeTitle', { name: revoking.name })}
          action={t('access.revoke')}
          done={t('access.revoked')}
          failed={t('access.notRevoked')}
          call={api('revokeApiKey', { path: { id: revoking.id } })}
          onClose={() => setRevoking(null)}
        >
          <p>{t('access.revokeKeyEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}

function useColumns(revoke: (key: ApiKey) => void): readonly Column<ApiKey>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(140px, 1.4fr)',
        phone: 'title',
        render: ({ name }) => <strong>{name}</strong>,
      },
      {
        key: 'scopes',
        title: t('access.scopes'),
        track: 'minmax(160px, 2fr)',
        phone: 'meta',
        render: ({ scopes }) => <code className="ellipsis">{scopes.join(', ')}</code>,
      },
      { key: 'user', title: t('access.of'), track: 'minmax(100px, 1fr)', render: ({ userName }) => userName },
      {
        key: 'used',
        title: t('access.lastUsed'),
        track: '168px',
        phone: 'meta',
        render: ({ lastUsedAt, lastUsedFrom }) =>
          lastUsedAt === null ? (
            t('access.never')
          ) : (
            <span className="two-lines">
              <Ago at={lastUsedAt} />
              <small>{lastUsedFrom}</small>
            </span>
          ),
      },
      {
        key: 'expires',
        title: t('access.expires'),
        track: '168px',
        render: ({ expiresAt }) => (expiresAt === null ? t('access.neverExpires') : <Moment at={expiresAt} />),
      },
      {
        key: 'actions',
        title: '',
        track: '56px',
        numeric: true,
        phone: 'side',
        render: key => <IconButton icon="trash" label={t('access.revoke')} of={key.name} onClick={() => revoke(key)} />,
      },
    ],
    [t, revoke],
  )
}

function CreateKey({ onClose, onCreated }: { onClose: () => void; onCreated: (key: NewApiKey) => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<ApiKey['scopes']>(['read'])
  const [days, setDays] = useState<(typeof LIVES)[number]>('90')
  const [openedMs] = useState(() => Date.now())
  const expiresAt = days === '0' ? null : new Date(openedMs + Number(days) * DAY_MS).toISOString()
  const wish: KeyWish = { name: name.trim(), scopes: [...scopes], expiresAt }
  return (
    <FormDialog<NewApiKey>
      title={t('access.createKey')}
      action={t('access.createKey')}
      done={t('access.keyCreated')}
      failed={t('access.keyNotCreated')}
      call={api('createApiKey', { body: wish })}
      ready={name.trim() !== '' && scopes.length > 0}
      onClose={onClose}
      onDone={onCreated}
    >
      <TextField label={t('streams.name')} hint={t('access.keyNameHow')} autoFocus value={name} onChange={setName} />
      <fieldset className="scopes">
        <legend>{t('access.scopes')}</legend>
        {SCOPES.map(scope => (
          <CheckField
            key={scope}
            label={scope}
            hint={t(`access.scope.${SCOPE_WORDS[scope]}`)}
            checked={scopes.includes(scope)}
            onChange={checked => setScopes(SCOPES.filter(each => (each === scope ? checked : scopes.includes(each))))}
          />
        ))}
      </fieldset>
      <ChoiceField
        label={t('access.expires')}
        value={days}
        onChange={setDays}
        options={LIVES.map(value => ({ value, label: t(`access.life.${value}`) }))}
      />
    </FormDialog>
  )
}
