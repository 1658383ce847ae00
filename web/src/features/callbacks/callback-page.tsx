import type { Schemas } from '@sightline/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Page, Skeleton } from '../../components/page.tsx'
import { SaveBar } from '../../components/save-bar.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { count, milliseconds, text } from '../../lib/format.ts'
import { type CallbackDraft, CallbackFields, isReady } from './callback-fields.tsx'
import { CallbackState } from './callback-state.tsx'
import { Deliveries } from './deliveries.tsx'
import { type Callback, callbackQuery } from './queries.ts'
import './callbacks.css'

export function CallbackPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/callbacks/$id' })
  const { data: callback, isError, error, refetch } = useQuery(callbackQuery(id))
  if (callback !== undefined) return <Loaded key={callback.id} callback={callback} />
  return (
    <Page title={t('section.callbacks')}>
      {isError ? (
        <ErrorPanel error={error} what={t('callbacks.loadFailed')} onRetry={() => void refetch()} />
      ) : (
        <Card>
          <Skeleton height={320} />
        </Card>
      )}
    </Page>
  )
}

const FIELDS = ['name', 'url', 'events', 'scope', 'target', 'aliSignature', 'enabled'] as const

/** Only what differs. */
function changeOf(callback: Callback, draft: CallbackDraft): Partial<CallbackDraft> {
  const changed = FIELDS.filter(field => JSON.stringify(callback[field]) !== JSON.stringify(draft[field]))
  // A target says nothing without what kind of thing it names.
  const fields = changed.includes('scope') ? new Set([...changed, 'target' as const]) : changed
  return Object.fromEntries([...fields].map(field => [field, draft[field]]))
}

function Loaded({ callback }: { callback: Callback }) {
  const { t } = useTranslation()
  const mayWrite = useMay('callbacks.write')
  // Null: nothing was touched, so the form follows what others change.
  const [edited, setEdited] = useState<CallbackDraft | null>(null)
  const draft = edited ?? callback
  const change = changeOf(callback, draft)
  const dirty = Object.keys(change).length > 0
  const call = api('updateCallback', { path: { id: callback.id }, body: change })
  const save = useAction({ done: t('callbacks.saved'), onDone: () => setEdited(null) })
  return (
    <Page
      title={callback.name || callback.url}
      lead={
        <span className="stream-lead">
          <Link to="/callbacks">{t('section.callbacks')}</Link>
          <CallbackState callback={callback} />
          <span className="tabular">{t('callbacks.deliveredCount', { n: count(callback.delivered) })}</span>
        </span>
      }
      actions={
        <>
          <ShowApiCall call={api('getCallback', { path: { id: callback.id } })} compact />
          {mayWrite && <DeleteCallback callback={callback} />}
        </>
      }
    >
      {mayWrite && <Test callback={callback} />}
      <Deliveries callback={callback} mayWrite={mayWrite} />
      <form
        onSubmit={event => {
          event.preventDefault()
          if (dirty && isReady(draft)) save.mutate(call)
        }}
      >
        <fieldset disabled={!mayWrite} className="callback-form">
          <Card title={t('callbacks.settings')}>
            <CallbackFields draft={draft} onChange={setEdited} />
          </Card>
        </fieldset>
        {save.isError && <ErrorPanel error={save.error} what={t('callbacks.saveFailed')} />}
        {dirty && (
          <SaveBar call={call} ready={isReady(draft)} pending={save.isPending} onUndo={() => setEdited(null)} />
        )}
      </form>
    </Page>
  )
}

/** Sends something now, and shows what the receiver answered. */
function Test({ callback: { id, enabled } }: { callback: Callback }) {
  const { t } = useTranslation()
  const call = api('testCallback', { path: { id }, body: {} })
  const test = useMutation({ mutationFn: call.send })
  return (
    <Card
      title={t('callbacks.testTitle')}
      extra={
        <>
          <ShowApiCall call={call} compact />
          <Button icon={<Icon name="play" size={16} />} loading={test.isPending} onClick={() => test.mutate()}>
            {t('callbacks.test')}
          </Button>
        </>
      }
    >
      {test.isError && <ErrorPanel error={test.error} what={t('callbacks.testFailed')} />}
      {test.data === undefined && !test.isError && (
        <p className="muted">{t(enabled ? 'callbacks.testHow' : 'callbacks.testOff')}</p>
      )}
      {test.data !== undefined && <Answer answer={test.data} />}
    </Card>
  )
}

function Answer({ answer: { ok, status, error, answer, durationMs } }: { answer: Schemas['CallbackTest'] }) {
  const { t } = useTranslation()
  return (
    <div className="callback-answer" role="status">
      <div className="operation-head">
        <StateTag state={ok ? 'on' : 'failed'} word={t(ok ? 'callbacks.testOk' : 'callbacks.testNotOk')} />
        {status !== null && <span className="tabular">HTTP {status}</span>}
        <span className="muted tabular">{text(milliseconds(durationMs))}</span>
      </div>
      {error !== '' && <p className="wrong">{error}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      {answer !== '' && <pre tabIndex={0}>{answer}</pre>}
    </div>
  )
}

function DeleteCallback({ callback: { id, name, url, waiting } }: { callback: Callback }) {
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
          title={t('delete.title', { name: name || url })}
          action={t('delete.action')}
          done={t('delete.done', { name: name || url })}
          failed={t('callbacks.deleteFailed')}
          call={api('deleteCallback', { path: { id } })}
          onClose={() => setOpen(false)}
          onDone={() => void navigate({ to: '/callbacks' })}
        >
          <p>{t('callbacks.deleteEffect', { n: count(waiting) })}</p>
        </ConfirmAction>
      )}
    </>
  )
}
