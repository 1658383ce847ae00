import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { ChoiceField, TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { type Plan, plansQuery } from '../../lib/api/recording-queries.ts'
import { DAY_S, EMPTY_WEEK, secondsOf, sentWeek, WEEKDAYS, weekOf } from './week.ts'
import { hoursText } from './week-editor.tsx'
import { ownZone, zones } from './zones.ts'
import './plans.css'

export function PlansPage() {
  const { t } = useTranslation()
  const plans = useQuery(plansQuery())
  const mayWrite = useMay('templates.write')
  const [creating, setCreating] = useState(false)
  const columns = useColumns()
  const create = mayWrite && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('plans.create')}
    </Button>
  )
  return (
    <Page
      title={t('section.plans')}
      lead={t('plans.lead')}
      actions={
        <>
          <ShowApiCall call={api('listPlans')} compact />
          {create}
        </>
      }
    >
      {plans.isError && (
        <ErrorPanel error={plans.error} what={t('plans.loadFailed')} onRetry={() => void plans.refetch()} />
      )}
      {(plans.data !== undefined || !plans.isError) && (
        <Card className="flush">
          <DataTable
            label={t('section.plans')}
            columns={columns}
            rows={plans.data}
            rowKey={({ id }) => id}
            empty={
              <Empty title={t('plans.empty')} action={create}>
                <p className="muted">{t('plans.emptyText')}</p>
              </Empty>
            }
          />
        </Card>
      )}
      {creating && <CreatePlan onClose={() => setCreating(false)} />}
    </Page>
  )
}

function CreatePlan({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [zone, setZone] = useState(ownZone())
  const body = { name: name.trim(), zone, week: sentWeek(EMPTY_WEEK) }
  return (
    <FormDialog
      title={t('plans.create')}
      action={t('plans.create')}
      done={t('plans.created', { name: body.name })}
      failed={t('plans.createFailed')}
      call={api('createPlan', { body })}
      ready={body.name !== ''}
      onClose={onClose}
      onDone={({ id }) => void navigate({ to: '/plans/$id', params: { id } })}
    >
      <TextField label={t('streams.name')} value={name} onChange={setName} maxLength={128} autoFocus />
      <ChoiceField
        label={t('plans.zone')}
        hint={t('plans.zoneHow')}
        value={zone}
        onChange={setZone}
        options={zones(zone).map(value => ({ value, label: value }))}
      />
    </FormDialog>
  )
}

function useColumns(): readonly Column<Plan>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(160px, 1.4fr)',
        phone: 'title',
        render: ({ id, name }) => (
          <Link to="/plans/$id" params={{ id }} className="stream-name">
            <strong>{name}</strong>
          </Link>
        ),
      },
      {
        key: 'week',
        title: t('plans.week'),
        track: 'minmax(200px, 2fr)',
        phone: 'meta',
        render: plan => <WeekPicture plan={plan} />,
      },
      {
        key: 'hours',
        title: t('plans.hours'),
        track: '112px',
        numeric: true,
        phone: 'side',
        render: plan => (
          <span className="tabular">{hoursText(weekOf(plan).reduce((sum, day) => sum + secondsOf(day), 0))}</span>
        ),
      },
      {
        key: 'zone',
        title: t('plans.zone'),
        track: 'minmax(140px, 1fr)',
        phone: 'meta',
        render: ({ zone }) => zone,
      },
      {
        key: 'created',
        title: t('table.created'),
        track: '168px',
        numeric: true,
        render: ({ createdAt }) => <Moment at={createdAt} />,
      },
    ],
    [t],
  )
}

/** Seven thin bars, to know a plan by its look. */
function WeekPicture({ plan }: { plan: Plan }) {
  return (
    <svg className="week-picture" viewBox={`0 0 ${DAY_S} 7`} preserveAspectRatio="none" aria-hidden="true">
      {weekOf(plan).map((day, at) => (
        <g key={WEEKDAYS[at]}>
          <rect className="week-picture-day" x={0} y={at} width={DAY_S} height={0.7} />
          {day.map(({ startS, endS }) => (
            <rect key={startS} x={startS} y={at} width={endS - startS} height={0.7} />
          ))}
        </g>
      ))}
    </svg>
  )
}
