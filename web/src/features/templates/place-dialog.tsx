import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckField, ChoiceField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { api } from '../../lib/api/client.ts'
import { spacesQuery } from '../../lib/api/queries.ts'
import { plansQuery, streamNamesQuery, type Template } from '../../lib/api/recording-queries.ts'
import { count } from '../../lib/format.ts'

const ALWAYS = 'always'
/** Of the streams that match; more have to be searched for. */
const MAX_SHOWN = 50

/** Brings a template into force at a space, or at some streams. */
export function PlaceDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const { t } = useTranslation()
  const spaces = useQuery(spacesQuery()).data ?? []
  const plans = useQuery(plansQuery()).data ?? []
  const [scope, setScope] = useState<'space' | 'stream'>('space')
  const [space, setSpace] = useState<string | null>(null)
  const [paths, setPaths] = useState<ReadonlySet<string>>(new Set())
  const [plan, setPlan] = useState(ALWAYS)
  const chosenSpace = space ?? spaces[0]?.name ?? ''
  const targets = scope === 'space' ? [{ scope, target: chosenSpace }] : [...paths].map(target => ({ scope, target }))
  const planId = plan === ALWAYS ? null : plan
  return (
    <FormDialog
      title={t('templates.bindTitle', { name: template.name })}
      action={t('templates.apply')}
      done={t('templates.bound', { n: count(targets.length) })}
      failed={t('templates.bindFailed')}
      call={api('bindTemplate', { path: { id: template.id }, body: { targets, planId, replace: true } })}
      ready={targets.length > 0 && targets.every(({ target }) => target !== '')}
      onClose={onClose}
    >
      <ChoiceField
        label={t('templates.place')}
        hint={t('templates.effect.bind')}
        value={scope}
        onChange={setScope}
        options={(['space', 'stream'] as const).map(value => ({ value, label: t(`templates.scope.${value}`) }))}
      />
      {scope === 'space' ? (
        <ChoiceField
          label={t('frame.space')}
          value={chosenSpace}
          onChange={setSpace}
          options={spaces.map(({ name }) => ({ value: name, label: name }))}
        />
      ) : (
        <Streams paths={paths} onChange={setPaths} />
      )}
      {template.type === 'record' && (
        <ChoiceField
          label={t('templates.plan')}
          hint={t('templates.planHow')}
          value={plan}
          onChange={setPlan}
          options={[
            { value: ALWAYS, label: t('templates.always') },
            ...plans.map(({ id, name, zone }) => ({ value: id, label: `${name} (${zone})` })),
          ]}
        />
      )}
    </FormDialog>
  )
}

interface StreamsProps {
  readonly paths: ReadonlySet<string>
  readonly onChange: (paths: ReadonlySet<string>) => void
}

function Streams({ paths, onChange }: StreamsProps) {
  const { t } = useTranslation()
  const streams = useQuery(streamNamesQuery(undefined)).data ?? []
  const [q, setQ] = useState('')
  const found = streams.filter(({ path, title }) => `${path} ${title}`.toLowerCase().includes(q.toLowerCase()))
  const toggle = (path: string, on: boolean) =>
    onChange(new Set(on ? [...paths, path] : [...paths].filter(each => each !== path)))
  return (
    <div className="place-streams">
      <Input
        aria-label={t('streams.search')}
        placeholder={t('streams.search')}
        value={q}
        onChange={event => setQ(event.target.value)}
      />
      <div className="place-list">
        {found.slice(0, MAX_SHOWN).map(({ id, path, title }) => (
          <CheckField
            key={id}
            label={title || path}
            {...(title !== '' && { hint: path })}
            checked={paths.has(path)}
            onChange={on => toggle(path, on)}
          />
        ))}
      </div>
      <small className="muted">{t('bulk.chosen', { n: count(paths.size) })}</small>
    </div>
  )
}
