import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { AttemptsTable } from '../../components/attempts/attempts-table.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Facts, Page, Skeleton } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { ParentPlatform } from '../../lib/api/types.ts'
import { Groups } from './groups.tsx'
import { ParentForm } from './parent-form.tsx'
import { ParentState } from './parent-state.tsx'
import { parentQuery } from './queries.ts'
import { PARENT_TABS, type ParentTab } from './routes.ts'
import { SharedStreams } from './shared-streams.tsx'
import { Shares } from './shares.tsx'

export function ParentPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/parent-platforms/$id' })
  const { data: parent, isError, error, refetch } = useQuery(parentQuery(id))
  if (parent !== undefined) return <Loaded key={id} parent={parent} />
  return (
    <Page title={t('parents.title')}>
      {isError ? (
        <ErrorPanel error={error} what={t('parents.oneFailed')} onRetry={() => void refetch()} />
      ) : (
        <Card>
          <Skeleton width="50%" />
        </Card>
      )}
    </Page>
  )
}

function Loaded({ parent }: { parent: ParentPlatform }) {
  const { t } = useTranslation()
  const { tab = 'shares' } = useSearch({ from: '/frame/parent-platforms/$id' })
  const navigate = useNavigate({ from: '/parent-platforms/$id' })
  return (
    <Page
      title={parent.name}
      lead={
        <span className="stream-lead">
          <Link to="/parent-platforms">{t('section.parents')}</Link>
          <code>{parent.serverId}</code>
          <ParentState parent={parent} />
        </span>
      }
      actions={<Actions parent={parent} />}
    >
      {parent.enabled && parent.state !== 'on' && parent.reason !== '' && (
        <p className="notice suspect" role="status">
          <Icon name="alert" />
          <span className="grow">{parent.reason}</span>
          <Link to="/parent-platforms/$id" params={{ id: parent.id }} search={{ tab: 'diagnosis' }}>
            {t('parents.whyNot')}
          </Link>
        </p>
      )}
      <Tabs<ParentTab>
        label={parent.name}
        tabs={PARENT_TABS.map(key => ({ key, title: t(`parents.tab.${key}`) }))}
        open={tab}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true })}
      >
        {tab === 'shares' && (
          <>
            <Shares parent={parent} />
            <SharedStreams parent={parent} />
          </>
        )}
        {tab === 'groups' && <Groups parent={parent} />}
        {tab === 'facts' && <ParentFacts parent={parent} />}
        {tab === 'diagnosis' && <AttemptsTable filter={{ kind: 'cascade', gbId: parent.serverId }} />}
      </Tabs>
    </Page>
  )
}

function ParentFacts({ parent }: { parent: ParentPlatform }) {
  const { t } = useTranslation()
  return (
    <Card title={t('parents.tab.facts')}>
      <Facts
        rows={[
          { label: t('parents.draft.serverId'), value: <code>{parent.serverId}</code> },
          { label: t('parents.draft.domain'), value: <code>{parent.domain}</code> },
          { label: t('viewers.remote'), value: <code>{`${parent.host}:${parent.port}`}</code> },
          { label: t('parents.draft.transport'), value: parent.transport.toUpperCase() },
          { label: t('parents.draft.localId'), value: <code>{parent.localId}</code> },
          { label: t('parents.draft.username'), value: parent.username || parent.localId },
          { label: t('parents.draft.password'), value: t(parent.passwordSet ? 'parents.set' : 'parents.notSet') },
          { label: t('parents.draft.expiresS'), value: `${parent.expiresS} s` },
          { label: t('parents.draft.keepaliveS'), value: `${parent.keepaliveS} s` },
          { label: t('parents.draft.charset'), value: parent.charset.toUpperCase() },
          { label: t('frame.space'), value: parent.space },
          { label: t('table.created'), value: <Moment at={parent.createdAt} /> },
          { label: t('parents.draft.description'), value: parent.description || '–' },
        ]}
      />
    </Card>
  )
}

function Actions({ parent }: { parent: ParentPlatform }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const mayWrite = useMay('parents.write')
  const [asked, setAsked] = useState<'edit' | 'stop' | 'delete' | null>(null)
  const { id, name, enabled } = parent
  const start = useAction({ done: t('parents.started', { name }) })
  const close = () => setAsked(null)
  return (
    <>
      <ShowApiCall call={api('getParentPlatform', { path: { id } })} compact />
      {mayWrite && (
        <>
          {enabled ? (
            <Button icon={<Icon name="pause" size={16} />} onClick={() => setAsked('stop')}>
              {t('parents.stop')}
            </Button>
          ) : (
            <Button
              type="primary"
              icon={<Icon name="play" size={16} />}
              loading={start.isPending}
              onClick={() =>
                start.mutate(api('startParentPlatform', { path: { id } }), {
                  onError: error => void message.error(error.message),
                })
              }
            >
              {t('parents.start')}
            </Button>
          )}
          <Button icon={<Icon name="edit" size={16} />} onClick={() => setAsked('edit')}>
            {t('parents.edit')}
          </Button>
          <Button danger icon={<Icon name="trash" size={16} />} onClick={() => setAsked('delete')}>
            {t('delete.action')}
          </Button>
        </>
      )}
      {asked === 'edit' && <ParentForm parent={parent} space={parent.space} onClose={close} />}
      {asked === 'stop' && (
        <ConfirmAction
          title={t('parents.stopTitle', { name })}
          action={t('parents.stop')}
          done={t('parents.wasStopped', { name })}
          failed={t('parents.notSaved')}
          call={api('stopParentPlatform', { path: { id } })}
          onClose={close}
        >
          <p>{t('parents.stopEffect')}</p>
        </ConfirmAction>
      )}
      {asked === 'delete' && (
        <ConfirmAction
          title={t('delete.title', { name })}
          action={t('delete.action')}
          done={t('delete.done', { name })}
          failed={t('parents.notSaved')}
          call={api('deleteParentPlatform', { path: { id } })}
          typed={name}
          onClose={close}
          onDone={() => void navigate({ to: '/parent-platforms' })}
        >
          <p>{t('parents.deleteEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
