import type { Schemas } from '@sightline/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { ChoiceField } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { type ApiCall, api } from '../../lib/api/client.ts'
import { plansQuery, templatesQuery } from '../../lib/api/recording-queries.ts'
import { count } from '../../lib/format.ts'
import type { Kind } from './queries.ts'

export type Place = Pick<Schemas['BindingResult'], 'scope' | 'target'>
type Results = { readonly items: readonly Schemas['BindingResult'][] }

/** Take what was bound off: the space's word holds again. */
const UNBIND = 'unbind'
/** Nothing is done here, whatever the space says. */
const NOTHING = 'nothing'
const ALWAYS = 'always'
/** The platform takes no more in one request. */
const MAX_PLACES = 500

interface Props {
  readonly kind: Kind
  readonly places: readonly Place[]
  readonly onClose: () => void
  readonly onDone?: () => void
}

/** What shall hold at the chosen places: a template, with a plan or without, nothing, or what the space says. */
export function BindDialog({ kind, places, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const templates = useQuery(templatesQuery()).data?.filter(({ type }) => type === kind) ?? []
  const plans = useQuery(plansQuery()).data ?? []
  const [wish, setWish] = useState<string | null>(null)
  const [plan, setPlan] = useState(ALWAYS)
  const chosen = wish ?? templates[0]?.id ?? UNBIND
  const [only] = places
  const targets = places.slice(0, MAX_PLACES).map(({ scope, target }) => ({ scope, target }))
  const planId = kind === 'record' && plan !== ALWAYS ? plan : null
  const call = ((): ApiCall<Results> => {
    if (chosen === UNBIND) return api('unbindTemplates', { body: { type: kind, targets } })
    if (chosen === NOTHING && only !== undefined) return nothingAt(only, kind)
    return api('bindTemplate', { path: { id: chosen }, body: { targets, planId, replace: true } })
  })()
  const { send, failures } = useSending(onClose, onDone)
  const options = [
    ...templates.map(({ id, name }) => ({ value: id, label: name })),
    ...(places.length === 1 ? [{ value: NOTHING, label: t('templates.nothingHere') }] : []),
    { value: UNBIND, label: t('templates.unbind') },
  ]
  return (
    <Modal
      open
      width={520}
      title={t(`templates.bind.${kind}`)}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={call} />
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.close')}</Button>
          <Button type="primary" loading={send.isPending} onClick={() => send.mutate(call)}>
            {t('templates.apply')}
          </Button>
        </div>
      }
    >
      <div className="form">
        <p>{places.length === 1 ? only?.target : t('templates.placesCount', { n: count(places.length) })}</p>
        {places.length > MAX_PLACES && <p className="wrong">{t('bulk.tooMany', { n: count(MAX_PLACES) })}</p>}
        <ChoiceField
          label={t('templates.template')}
          hint={chosen === UNBIND || chosen === NOTHING ? t(`templates.effect.${chosen}`) : t('templates.effect.bind')}
          value={chosen}
          onChange={setWish}
          options={options}
        />
        {templates.length === 0 && (
          <p className="muted">
            {t(`templates.empty.${kind}`)}.{' '}
            <Link to="/templates" search={{ tab: kind }}>
              {t(`templates.create.${kind}`)}
            </Link>
          </p>
        )}
        {kind === 'record' && chosen !== UNBIND && chosen !== NOTHING && (
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
        {send.isError && <ErrorPanel error={send.error} what={t('templates.bindFailed')} />}
        <Failures failures={failures} />
      </div>
    </Modal>
  )
}

/** A single place is set by itself; the answer is made to look like those of many. */
function nothingAt(place: Place, type: Kind): ApiCall<Results> {
  const call = api('setBinding', { body: { ...place, type, templateId: null } })
  return { ...call, send: async () => ({ items: [{ ...(await call.send()), error: null }] }) }
}

function useSending(onClose: () => void, onDone: (() => void) | undefined) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [failures, setFailures] = useState<Results['items']>([])
  const send = useMutation({
    mutationFn: (call: ApiCall<Results>) => call.send(),
    onSuccess: async ({ items }) => {
      const failed = items.filter(({ error }) => error !== null)
      setFailures(failed)
      if (failed.length < items.length)
        void message.success(t('templates.bound', { n: count(items.length - failed.length) }))
      await client.invalidateQueries({
        predicate: ({ queryKey: [noun] }) => noun === 'bindings' || noun === 'templates',
      })
      if (failed.length > 0) return
      onClose()
      onDone?.()
    },
  })
  return { send, failures }
}

function Failures({ failures }: { failures: Results['items'] }) {
  if (failures.length === 0) return null
  return (
    <ul className="operation-rows">
      {failures.map(({ target, error }) => (
        <li key={target} className="wrong">
          <Icon name="close" size={16} />
          <span className="grow">
            {target}
            <small>{error?.message}</small>
          </span>
        </li>
      ))}
    </ul>
  )
}
