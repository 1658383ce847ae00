import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Page, Skeleton } from '../../components/page.tsx'
import { SaveBar } from '../../components/save-bar.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { type Plan, templatesQuery } from '../../lib/api/recording-queries.ts'
import { planQuery, planUseQuery } from './queries.ts'
import { secondsOf, sentWeek, type Week, weekOf } from './week.ts'
import { hoursText, WeekEditor } from './week-editor.tsx'
import { zones } from './zones.ts'
import './plans.css'

export function PlanPage() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/frame/plans/$id' })
  const { data: plan, isError, error, refetch } = useQuery(planQuery(id))
  if (plan !== undefined) return <Loaded key={plan.id} plan={plan} />
  return (
    <Page title={t('plans.title')}>
      {isError ? (
        <ErrorPanel error={error} what={t('plans.loadFailed')} onRetry={() => void refetch()} />
      ) : (
        <Card>
          <Skeleton height={280} />
        </Card>
      )}
    </Page>
  )
}

interface Draft {
  readonly name: string
  readonly zone: string
  readonly week: Week
}

/** Only what differs from the plan. */
function changeOf(plan: Plan, { name, zone, week }: Draft) {
  const sent = sentWeek(week)
  return {
    ...(name.trim() !== plan.name && { name: name.trim() }),
    ...(zone !== plan.zone && { zone }),
    ...(JSON.stringify(sent) !== JSON.stringify(sentWeek(weekOf(plan))) && { week: sent }),
  }
}

function Loaded({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const mayWrite = useMay('templates.write')
  // Null: nothing was touched, so the page follows what others change.
  const [edited, setEdited] = useState<Draft | null>(null)
  const draft = edited ?? { name: plan.name, zone: plan.zone, week: weekOf(plan) }
  const set = (change: Partial<Draft>) => setEdited({ ...draft, ...change })
  const change = changeOf(plan, draft)
  const dirty = Object.keys(change).length > 0
  const call = api('updatePlan', { path: { id: plan.id }, body: change })
  const save = useAction({ done: t('plans.saved'), onDone: () => setEdited(null) })
  const hours = draft.week.reduce((sum, day) => sum + secondsOf(day), 0)
  return (
    <Page
      title={plan.name}
      lead={
        <span className="stream-lead">
          <Link to="/plans">{t('section.plans')}</Link>
          <span className="tabular">{t('plans.perWeek', { hours: hoursText(hours) })}</span>
          <span>{draft.zone}</span>
        </span>
      }
      actions={
        <>
          <ShowApiCall call={api('getPlan', { path: { id: plan.id } })} compact />
          {mayWrite && <DeletePlan plan={plan} />}
        </>
      }
    >
      <Card>
        <WeekEditor week={draft.week} readOnly={!mayWrite} onChange={week => set({ week })} />
      </Card>
      {mayWrite && (
        <Card>
          <Fields>
            <TextField label={t('streams.name')} maxLength={128} value={draft.name} onChange={name => set({ name })} />
            <ChoiceField
              label={t('plans.zone')}
              hint={t('plans.zoneHow')}
              value={draft.zone}
              onChange={zone => set({ zone })}
              options={zones(draft.zone).map(value => ({ value, label: value }))}
            />
          </Fields>
        </Card>
      )}
      <Use plan={plan} />
      {save.isError && <ErrorPanel error={save.error} what={t('plans.saveFailed')} />}
      {dirty && mayWrite && (
        <SaveBar
          call={call}
          ready={draft.name.trim() !== ''}
          pending={save.isPending}
          onUndo={() => setEdited(null)}
          onSave={() => save.mutate(call)}
        />
      )}
    </Page>
  )
}

/** Where it says when to record. */
function Use({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const use = useQuery(planUseQuery(plan.id))
  const templates = useQuery(templatesQuery())
  if (use.data === undefined) return null
  return (
    <Card title={t('plans.inForce')}>
      {use.data.length === 0 ? (
        <p className="muted">
          {t('plans.notBound')} <Link to="/templates">{t('section.templates')}</Link>
        </p>
      ) : (
        <ul className="rows">
          {use.data.map(({ scope, target, templateId }) => (
            <li key={`${scope} ${target}`} className="row">
              <span className="row-main">
                <strong>{target}</strong>
                <small>{t(`plans.scope.${scope}`)}</small>
              </span>
              {templateId !== null && (
                <Link to="/templates/$id" params={{ id: templateId }}>
                  {templates.data?.find(({ id }) => id === templateId)?.name ?? templateId}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function DeletePlan({ plan: { id, name } }: { plan: Plan }) {
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
          failed={t('plans.deleteFailed')}
          call={api('deletePlan', { path: { id } })}
          onClose={() => setOpen(false)}
          onDone={() => void navigate({ to: '/plans' })}
        >
          <p>{t('plans.deleteEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
