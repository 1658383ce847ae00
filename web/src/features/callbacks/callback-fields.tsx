import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { CheckField, ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { spacesQuery } from '../../lib/api/queries.ts'
import { templatesQuery } from '../../lib/api/recording-queries.ts'
import { type Callback, EVENTS } from './queries.ts'

export type CallbackDraft = Pick<Callback, 'name' | 'url' | 'events' | 'scope' | 'target' | 'aliSignature' | 'enabled'>

export const NEW_CALLBACK: CallbackDraft = {
  name: '',
  url: '',
  events: ['record_file', 'record_error', 'snapshot_created'],
  scope: 'all',
  target: '',
  aliSignature: false,
  enabled: true,
}

function isUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text.trim()).protocol)
  } catch {
    return false
  }
}

/** Can be sent as it is. */
export const isReady = ({ url, events, scope, target }: CallbackDraft): boolean =>
  isUrl(url) && events.length > 0 && (scope === 'all' || target !== '')

interface Props {
  readonly draft: CallbackDraft
  readonly onChange: (draft: CallbackDraft) => void
}

/** Who is told, what, and about which streams. */
export function CallbackFields({ draft, onChange }: Props) {
  const { t } = useTranslation()
  const spaces = useQuery(spacesQuery()).data ?? []
  const templates = useQuery(templatesQuery()).data ?? []
  const set = (change: Partial<CallbackDraft>) => onChange({ ...draft, ...change })
  const targets =
    draft.scope === 'space'
      ? spaces.map(({ name }) => ({ value: name, label: name }))
      : templates.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <div className="form">
      <TextField
        label={t('callbacks.url')}
        hint={t('callbacks.urlHow')}
        wrong={draft.url !== '' && !isUrl(draft.url) ? t('callbacks.urlWrong') : null}
        placeholder="https://example.org/sightline"
        maxLength={2048}
        value={draft.url}
        onChange={url => set({ url })}
      />
      <Fields>
        <TextField label={t('streams.name')} maxLength={128} value={draft.name} onChange={name => set({ name })} />
        <ChoiceField
          label={t('callbacks.scope')}
          value={draft.scope}
          onChange={scope => set({ scope, target: '' })}
          options={(['all', 'space', 'template'] as const).map(value => ({
            value,
            label: t(`callbacks.scopeOf.${value}`),
          }))}
        />
        {draft.scope !== 'all' && (
          <ChoiceField
            label={t('callbacks.target')}
            value={draft.target}
            onChange={target => set({ target })}
            options={[{ value: '', label: t('callbacks.choose') }, ...targets]}
          />
        )}
      </Fields>
      <fieldset className="callback-events">
        <legend>{t('callbacks.events')}</legend>
        {EVENTS.map(event => (
          <CheckField
            key={event}
            label={t(`callbacks.event.${event}`)}
            hint={event}
            checked={draft.events.includes(event)}
            onChange={on => set({ events: EVENTS.filter(each => (each === event ? on : draft.events.includes(each))) })}
          />
        ))}
      </fieldset>
      <CheckField
        label={t('callbacks.enabled')}
        hint={t('callbacks.enabledHow')}
        checked={draft.enabled}
        onChange={enabled => set({ enabled })}
      />
      <CheckField
        label={t('callbacks.ali')}
        hint={t('callbacks.aliHow')}
        checked={draft.aliSignature}
        onChange={aliSignature => set({ aliSignature })}
      />
    </div>
  )
}
