import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Empty, Page, Skeleton } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { spacesQuery } from '../../lib/api/queries.ts'
import type { Space } from '../../lib/api/types.ts'
import { SpaceDevices } from './space-devices.tsx'
import { SpaceForm } from './space-form.tsx'
import { SpaceKeysCard } from './space-keys.tsx'
import './spaces.css'

export function SpacePage() {
  const { t } = useTranslation()
  const { name } = useParams({ from: '/frame/spaces/$name' })
  const spaces = useQuery(spacesQuery())
  const space = spaces.data?.find(each => each.name === name)
  if (space !== undefined) return <Loaded space={space} />
  return (
    <Page title={name}>
      {spaces.isError ? (
        <ErrorPanel error={spaces.error} what={t('spaces.loadFailed')} onRetry={() => void spaces.refetch()} />
      ) : (
        <Card>
          {spaces.isPending ? (
            <Skeleton width="60%" />
          ) : (
            <Empty title={t('spaces.none', { name })} action={<Link to="/spaces">{t('section.spaces')}</Link>} />
          )}
        </Card>
      )}
    </Page>
  )
}

function Loaded({ space }: { space: Space }) {
  const { t } = useTranslation()
  const mayWrite = useMay('spaces.write')
  const mayKeys = useMay('spaces.keys')
  return (
    <Page
      title={space.name}
      lead={
        <span className="stream-lead">
          <Link to="/spaces">{t('section.spaces')}</Link>
          <StateTag state={space.enabled ? 'on' : 'off'} word={t(space.enabled ? 'spaces.open' : 'spaces.closed')} />
          <Link to="/streams" search={{ space: space.name }}>
            {t('section.streams')}
          </Link>
        </span>
      }
      actions={
        <>
          <ShowApiCall call={api('getSpace', { path: { name: space.name } })} compact />
          {mayWrite && <DeleteSpace space={space} />}
        </>
      }
    >
      <div className="space-columns">
        <SpaceForm key={space.name} space={space} readOnly={!mayWrite} />
        <div className="space-keys">
          {mayKeys && <SpaceKeysCard name={space.name} mayRotate={mayWrite} />}
          <SpaceDevices space={space} mayWrite={mayWrite} />
        </div>
      </div>
    </Page>
  )
}

function DeleteSpace({ space: { name } }: { space: Space }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button danger icon={<Icon name="trash" />} onClick={() => setOpen(true)}>
        {t('delete.action')}
      </Button>
      {open && (
        <ConfirmAction
          title={t('delete.title', { name })}
          action={t('delete.action')}
          done={t('delete.done', { name })}
          failed={t('spaces.deleteFailed')}
          call={api('deleteSpace', { path: { name }, query: { force: name } })}
          typed={name}
          onClose={() => setOpen(false)}
          onDone={() => void navigate({ to: '/spaces' })}
        >
          <p>{t('spaces.deleteEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
