import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CheckField, ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { Card, Page, Skeleton } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { spacesQuery } from '../../lib/api/queries.ts'
import type { Device } from '../../lib/api/types.ts'
import { AwaitDevice } from './await-device.tsx'
import { newPassword } from './new-password.ts'
import { gbServerQuery, nextIdQuery } from './queries.ts'
import './devices.css'

/** Two steps: name it, then type into the camera what stands here; it turns green when it registers. */
export function AddDevicePage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { device: created, space } = useSearch({ from: '/frame/devices/add' })
  // The platform never tells a password again: it is shown as long as this page is open.
  const [password, setPassword] = useState<string | null>(null)
  return (
    <Page
      title={t('devices.addTitle')}
      lead={
        <span>
          <Link to="/devices">{t('section.devices')}</Link>
        </span>
      }
    >
      {created === undefined ? (
        <WishForm
          space={space ?? 'default'}
          onCreated={({ id }, password) => {
            setPassword(password)
            void navigate({ to: '/devices/add', search: old => ({ ...old, device: id }), replace: true })
          }}
        />
      ) : (
        <AwaitDevice id={created} password={password} />
      )}
    </Page>
  )
}

interface FormProps {
  readonly space: string
  readonly onCreated: (device: Device, password: string | null) => void
}

const TYPES = ['ipc', 'nvr', 'platform'] as const

function WishForm({ space: initialSpace, onCreated }: FormProps) {
  const { t } = useTranslation()
  const { data: spaces = [] } = useQuery(spacesQuery())
  const [space, setSpace] = useState(initialSpace)
  const [type, setType] = useState<Device['type']>('ipc')
  const [name, setName] = useState('')
  const [typedId, setTypedId] = useState<string | null>(null)
  const [own, setOwn] = useState<boolean | null>(null)
  const [typedPassword, setPassword] = useState(newPassword)
  const { data: server } = useQuery(gbServerQuery(space))
  const next = useQuery(nextIdQuery(type))
  const gbId = typedId ?? next.data ?? ''
  // Without a password of the space the device needs its own.
  const ownPassword = own ?? !(server?.passwordSet ?? false)
  const password = ownPassword ? typedPassword : null
  const call = api('createDevice', {
    body: { protocol: 'gb28181', space, type, gbId, password, ...(name.trim() === '' ? {} : { name: name.trim() }) },
  })
  const shown = { ...call, body: { ...(call.body as object), password: password === null ? null : '...' } }
  const create = useAction<Device>({
    done: t('devices.added'),
    onDone: device => onCreated(device, password),
  })
  const wrongId = gbId === '' || /^\d{20}$/.test(gbId) ? null : t('devices.gbIdWrong', { n: gbId.length })
  const ready = gbId !== '' && wrongId === null && (!ownPassword || typedPassword !== '')
  const names = [...new Set([initialSpace, ...spaces.map(each => each.name)])]
  return (
    <Card className="device-form">
      <form
        className="form"
        onSubmit={event => {
          event.preventDefault()
          if (ready) create.mutate(call)
        }}
      >
        <div className="field">
          <span>{t('devices.type')}</span>
          <Segmented<Device['type']>
            aria-label={t('devices.type')}
            value={type}
            onChange={setType}
            options={TYPES.map(value => ({ value, label: t(`devices.types.${value}`) }))}
          />
          <small className="muted">{t(`devices.typeHow.${type}`)}</small>
        </div>
        <Fields>
          <TextField
            label={t('streams.name')}
            hint={t('devices.nameHow')}
            value={name}
            onChange={setName}
            maxLength={200}
            autoFocus
          />
          <ChoiceField
            label={t('frame.space')}
            value={space}
            options={names.map(value => ({ value, label: value }))}
            onChange={setSpace}
          />
        </Fields>
        <TextField
          label={t('devices.gbId')}
          hint={t('devices.gbIdHow')}
          wrong={wrongId}
          value={gbId}
          maxLength={20}
          onChange={text => setTypedId(text.replace(/\D/g, ''))}
        />
        <CheckField
          label={t('devices.ownPassword')}
          hint={t(server?.passwordSet ? 'devices.ownPasswordHow' : 'devices.ownPasswordNeeded')}
          checked={ownPassword}
          onChange={setOwn}
        />
        {ownPassword && (
          <TextField
            label={t('login.password')}
            hint={t('devices.passwordHow')}
            value={typedPassword}
            maxLength={128}
            onChange={setPassword}
          />
        )}
        {server?.port === null && <p className="notice suspect">{t('devices.noNode')}</p>}
        {create.isError && <ErrorPanel error={create.error} what={t('devices.addFailed')} />}
        {next.isPending && <Skeleton width={200} />}
        <div className="dialog-foot">
          <ShowApiCall call={shown} />
          <span className="grow" />
          <Button type="primary" htmlType="submit" disabled={!ready} loading={create.isPending}>
            {t('devices.addNext')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
