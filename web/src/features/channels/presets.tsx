import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Card, Skeleton } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { deviceApi } from '../../lib/api/client.ts'
import { presetsQuery } from './queries.ts'

const MAX_PRESET = 255

/** Where the camera shall look, by name; one press goes there. */
export function Presets({ id }: { id: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const presets = useQuery(presetsQuery(id))
  const [adding, setAdding] = useState(false)
  const [number, setNumber] = useState('')
  const call = useAction({ done: t('channel.presetCalled') })
  const remove = useAction({
    done: t('channel.presetGone'),
    onDone: () => void queryClient.invalidateQueries({ queryKey: ['presets', id] }),
  })
  const onError = (error: Error) => void message.error(error.message)
  const go = (preset: number) => call.mutate(deviceApi('callPreset', { path: { id, number: preset } }), { onError })
  const typed = /^\d{1,3}$/.test(number) ? Number(number) : 0
  return (
    <Card
      title={t('channel.presets')}
      extra={
        <Button size="small" type="text" icon={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
          {t('channel.presetSet')}
        </Button>
      }
    >
      {presets.isPending && <Skeleton width="60%" />}
      {presets.isError && (
        <ErrorPanel error={presets.error} what={t('channel.presetsFailed')} onRetry={() => void presets.refetch()} />
      )}
      <ul className="preset-list">
        {presets.data?.map(({ number, name }) => (
          <li key={number}>
            <button type="button" className="preset" onClick={() => go(number)}>
              <span className="tabular">{number}</span>
              <span className="ellipsis">{name || t('channel.preset', { n: number })}</span>
            </button>
            <IconButton
              icon="close"
              label={t('channel.presetDelete')}
              of={name || String(number)}
              onClick={() => remove.mutate(deviceApi('deletePreset', { path: { id, number } }), { onError })}
            />
          </li>
        ))}
      </ul>
      {presets.data?.length === 0 && <p className="muted">{t('channel.noPresets')}</p>}
      <form
        className="preset-go"
        onSubmit={event => {
          event.preventDefault()
          if (typed >= 1 && typed <= MAX_PRESET) go(typed)
        }}
      >
        <Input
          size="small"
          inputMode="numeric"
          maxLength={3}
          aria-label={t('channel.presetNumber')}
          placeholder={t('channel.presetNumber')}
          value={number}
          onChange={event => setNumber(event.target.value.replace(/\D/g, ''))}
        />
        <Button size="small" htmlType="submit" disabled={typed < 1 || typed > MAX_PRESET}>
          {t('channel.presetGo')}
        </Button>
      </form>
      {adding && (
        <SetPreset id={id} taken={presets.data?.map(each => each.number) ?? []} onClose={() => setAdding(false)} />
      )}
    </Card>
  )
}

function SetPreset({ id, taken, onClose }: { id: string; taken: readonly number[]; onClose: () => void }) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const free = Array.from({ length: MAX_PRESET }, (_, i) => i + 1).find(each => !taken.includes(each)) ?? 1
  const [number, setNumber] = useState(String(free))
  const [name, setName] = useState('')
  const chosen = Number(number)
  const wrong = !(chosen >= 1 && chosen <= MAX_PRESET)
  return (
    <FormDialog
      title={t('channel.presetSet')}
      action={t('channel.presetSet')}
      done={t('channel.presetIsSet')}
      failed={t('channel.presetNotSet')}
      call={deviceApi('setPreset', { path: { id, number: chosen }, body: { name: name.trim() } })}
      ready={!wrong}
      onClose={onClose}
      onDone={() => void queryClient.invalidateQueries({ queryKey: ['presets', id] })}
    >
      <p className="muted">{t('channel.presetSetHow')}</p>
      <TextField
        label={t('channel.presetNumber')}
        hint={taken.includes(chosen) ? t('channel.presetTaken') : undefined}
        wrong={wrong ? t('channel.presetWrong') : null}
        value={number}
        onChange={text => setNumber(text.replace(/\D/g, ''))}
      />
      <TextField label={t('streams.name')} value={name} maxLength={32} onChange={setName} autoFocus />
    </FormDialog>
  )
}
