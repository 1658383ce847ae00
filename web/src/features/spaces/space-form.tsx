import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CheckField, ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { Card } from '../../components/page.tsx'
import { SaveBar } from '../../components/save-bar.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import type { Space } from '../../lib/api/types.ts'
import { changeOf, draftOf, limitOf, type SpaceDraft } from './space-edit.ts'

type ListKey = Extract<keyof SpaceDraft, `${string}Allow` | `${string}Deny`>

/** Everything about a space that is not a secret. Nodes apply it within a second. */
export function SpaceForm({ space, readOnly }: { space: Space; readOnly: boolean }) {
  const { t } = useTranslation()
  // Null: nothing was touched, so the form follows what others change.
  const [edited, setEdited] = useState<SpaceDraft | null>(null)
  const draft = edited ?? draftOf(space)
  const set = (change: Partial<SpaceDraft>) => setEdited({ ...draft, ...change })
  const change = changeOf(space, draft)
  const dirty = Object.keys(change).length > 0
  const wrong = (text: string) => (limitOf(text) === undefined ? t('spaces.limitWrong') : null)
  const ready = dirty && wrong(draft.maxViewers) === null && wrong(draft.maxViewersPerStream) === null
  const call = api('updateSpace', { path: { name: space.name }, body: change })
  const save = useAction({ done: t('spaces.saved'), onDone: () => setEdited(null) })
  const list = (key: ListKey) => (
    <TextField
      label={t(`spaces.list.${key}`)}
      value={draft[key]}
      lines={3}
      placeholder={/page/i.test(key) ? 'example.org' : '192.0.2.0/24'}
      onChange={text => set({ [key]: text })}
    />
  )
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) save.mutate(call)
  }
  return (
    <form className="space-form" onSubmit={onSubmit}>
      <fieldset disabled={readOnly}>
        <Card title={t('spaces.access')}>
          <div className="form">
            <CheckField
              label={t('spaces.enabled')}
              hint={t('spaces.enabledHow')}
              checked={draft.enabled}
              onChange={enabled => set({ enabled })}
            />
            <Fields>
              <ChoiceField
                label={t('spaces.publish')}
                hint={t(`spaces.publishHow.${draft.publish}`)}
                value={draft.publish}
                onChange={publish => set({ publish })}
                options={(['key', 'open'] as const).map(value => ({ value, label: t(`spaces.publishShort.${value}`) }))}
              />
              <ChoiceField
                label={t('spaces.play')}
                hint={t(`spaces.playHow.${draft.play}`)}
                value={draft.play}
                onChange={play => set({ play })}
                options={(['signed', 'open'] as const).map(value => ({ value, label: t(`spaces.playShort.${value}`) }))}
              />
              <TextField
                label={t('spaces.maxViewers')}
                hint={t('spaces.limitHow')}
                wrong={wrong(draft.maxViewers)}
                value={draft.maxViewers}
                onChange={maxViewers => set({ maxViewers })}
              />
              <TextField
                label={t('spaces.maxViewersPerStream')}
                hint={t('spaces.limitHow')}
                wrong={wrong(draft.maxViewersPerStream)}
                value={draft.maxViewersPerStream}
                onChange={maxViewersPerStream => set({ maxViewersPerStream })}
              />
            </Fields>
          </div>
        </Card>
        <Card title={t('spaces.delivery')}>
          <div className="form">
            <ChoiceField
              label={t('spaces.latency')}
              hint={t('spaces.latencyHow')}
              value={draft.latency}
              onChange={latency => set({ latency })}
              options={(['low', 'normal'] as const).map(value => ({ value, label: t(`spaces.latencyShort.${value}`) }))}
            />
            <CheckField
              label={t('spaces.gopCache')}
              hint={t('spaces.gopCacheHow')}
              checked={draft.gopCache}
              onChange={gopCache => set({ gopCache })}
            />
          </div>
        </Card>
        <Card title={t('spaces.addressRules')}>
          <div className="form">
            <CheckField
              label={t('spaces.addressOn')}
              hint={t('spaces.addressHow')}
              checked={draft.byAddress}
              onChange={byAddress => set({ byAddress })}
            />
            {draft.byAddress && (
              <Fields>
                {list('publishAllow')}
                {list('publishDeny')}
                {list('playAllow')}
                {list('playDeny')}
              </Fields>
            )}
          </div>
        </Card>
        <Card title={t('spaces.pageRules')}>
          <div className="form">
            <CheckField
              label={t('spaces.pageOn')}
              hint={t('spaces.pageHow')}
              checked={draft.byPage}
              onChange={byPage => set({ byPage })}
            />
            {draft.byPage && (
              <>
                <Fields>
                  {list('pageAllow')}
                  {list('pageDeny')}
                  {list('publishPageAllow')}
                  {list('publishPageDeny')}
                  {list('playPageAllow')}
                  {list('playPageDeny')}
                </Fields>
                <CheckField
                  label={t('spaces.allowEmpty')}
                  checked={draft.allowEmpty}
                  onChange={allowEmpty => set({ allowEmpty })}
                />
              </>
            )}
          </div>
        </Card>
      </fieldset>
      {save.isError && <ErrorPanel error={save.error} what={t('spaces.saveFailed')} />}
      {dirty && <SaveBar call={call} ready={ready} pending={save.isPending} onUndo={() => setEdited(null)} />}
    </form>
  )
}
