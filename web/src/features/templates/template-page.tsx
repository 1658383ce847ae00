import { useQuery } from '@tanstack/react-query'
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
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { plansQuery, type Template } from '../../lib/api/recording-queries.ts'
import { count } from '../../lib/format.ts'
import { PlaceDialog } from './place-dialog.tsx'
import { templateQuery, templateUseQuery } from './queries.ts'
import { changeOf, type Draft, draftOf, wrongFields } from './template-draft.ts'
import { TemplateFields } from './template-fields.tsx'
import './templates.css'

export function TemplatePage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/templates/$id' })
  const { data: template, isError, error, refetch } = useQuery(templateQuery(id))
  if (template !== undefined) return <Loaded key={template.id} template={template} />
  return (
    <Page title={t('templates.template')}>
      {isError ? (
        <ErrorPanel error={error} what={t('templates.loadFailed')} onRetry={() => void refetch()} />
      ) : (
        <Card>
          <Skeleton height={320} />
        </Card>
      )}
    </Page>
  )
}

function Loaded({ template }: { template: Template }) {
  const { t } = useTranslation()
  const mayWrite = useMay('templates.write')
  // Null: nothing was touched, so the form follows what others change.
  const [edited, setEdited] = useState<Draft | null>(null)
  const draft = edited ?? draftOf(template)
  const change = changeOf(template, draft)
  const wrong = wrongFields(draft)
  const dirty = Object.keys(change).length > 0 || wrong.size > 0
  const call = api('updateTemplate', { path: { id: template.id }, body: change })
  const save = useAction({ done: t('templates.saved'), onDone: () => setEdited(null) })
  const ready = wrong.size === 0 && draft.name.trim() !== '' && Object.keys(change).length > 0
  return (
    <Page
      title={template.name}
      lead={
        <span className="stream-lead">
          <Link to="/templates" search={{ tab: template.type }}>
            {t(`templates.tab.${template.type}`)}
          </Link>
          <span>
            {template.bindings === 0 ? t('templates.nowhere') : t('templates.at', { n: count(template.bindings) })}
          </span>
        </span>
      }
      actions={
        <>
          <ShowApiCall call={api('getTemplate', { path: { id: template.id } })} compact />
          {mayWrite && <DeleteTemplate template={template} />}
        </>
      }
    >
      <div className="template-columns">
        <form
          onSubmit={event => {
            event.preventDefault()
            if (ready) save.mutate(call)
          }}
        >
          <fieldset disabled={!mayWrite} className="template-form">
            <TemplateFields draft={draft} wrong={wrong} onChange={setEdited} />
          </fieldset>
          {save.isError && <ErrorPanel error={save.error} what={t('templates.saveFailed')} />}
          {dirty && <SaveBar call={call} ready={ready} pending={save.isPending} onUndo={() => setEdited(null)} />}
        </form>
        <Use template={template} mayWrite={mayWrite} />
      </div>
    </Page>
  )
}

/** Where it is in force. */
function Use({ template, mayWrite }: { template: Template; mayWrite: boolean }) {
  const { t } = useTranslation()
  const use = useQuery(templateUseQuery(template.id))
  const plans = useQuery(plansQuery())
  const [adding, setAdding] = useState(false)
  return (
    <Card
      title={t('templates.inForceAt')}
      extra={
        mayWrite && (
          <Button size="small" icon={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
            {t('templates.bindHere')}
          </Button>
        )
      }
    >
      {use.isPending && <Skeleton width="70%" />}
      {use.data?.length === 0 && <p className="muted">{t('templates.notBound')}</p>}
      <ul className="rows template-places">
        {use.data?.map(({ scope, target, planId }) => (
          <li key={`${scope} ${target}`} className="row">
            <span className="row-main">
              <strong>{target}</strong>
              <small>{t(scope === 'space' ? 'templates.wholeSpace' : 'templates.oneStream')}</small>
            </span>
            {planId !== null && (
              <Link to="/plans/$id" params={{ id: planId }}>
                {plans.data?.find(({ id }) => id === planId)?.name ?? planId}
              </Link>
            )}
            {mayWrite && <Unbind template={template} scope={scope} target={target} />}
          </li>
        ))}
      </ul>
      {adding && <PlaceDialog template={template} onClose={() => setAdding(false)} />}
    </Card>
  )
}

interface UnbindProps {
  readonly template: Template
  readonly scope: 'space' | 'stream'
  readonly target: string
}

function Unbind({ template, scope, target }: UnbindProps) {
  const { t } = useTranslation()
  const call = api('unbindTemplates', { body: { type: template.type, targets: [{ scope, target }] } })
  const unbind = useAction({ done: t('templates.unbound', { target }) })
  return (
    <Button size="small" type="text" loading={unbind.isPending} onClick={() => unbind.mutate(call)}>
      {t('templates.takeOff')}
    </Button>
  )
}

function DeleteTemplate({ template: { id, name, bindings } }: { template: Template }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        danger
        icon={<Icon name="trash" />}
        disabled={bindings > 0}
        title={bindings > 0 ? t('templates.deleteBound') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('delete.action')}
      </Button>
      {open && (
        <ConfirmAction
          title={t('delete.title', { name })}
          action={t('delete.action')}
          done={t('delete.done', { name })}
          failed={t('templates.deleteFailed')}
          call={api('deleteTemplate', { path: { id } })}
          onClose={() => setOpen(false)}
          onDone={() => void navigate({ to: '/templates' })}
        >
          <p>{t('templates.deleteEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
