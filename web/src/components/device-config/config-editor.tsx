import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { deviceApi, patientClient } from '../../lib/api/client.ts'
import { ShowApiCall } from '../api-call.tsx'
import { ErrorPanel } from '../error-panel.tsx'
import { CheckField, ChoiceField, Fields, TextField } from '../field.tsx'
import { FilterSelect } from '../filter-select.tsx'
import { Icon } from '../icon.tsx'
import { IconButton } from '../icon-button.tsx'
import { Card, Empty, Skeleton } from '../page.tsx'
import { useAction } from '../use-action.ts'
import {
  CONFIGS,
  type ConfigField,
  type ConfigName,
  type ConfigSpec,
  type ConfigValue,
  isWhole,
  parsed,
  rowsOf,
  spansOf,
  toDevice,
  toldOf,
} from './config-fields.ts'
import './device-config.css'

const configQuery = (channel: string, name: ConfigName) =>
  queryOptions({
    queryKey: ['device-configs', channel, name],
    queryFn: async ({ signal }) =>
      (await patientClient.call('getConfigs', { path: { id: channel }, query: { names: name }, signal })).answer,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  })

/** The configuration of a channel: asked of the device, changed in it. */
export function ConfigEditor({ channel }: { channel: string }) {
  const { t } = useTranslation()
  const [name, setName] = useState<ConfigName>('BasicParam')
  const spec: ConfigSpec = CONFIGS.find(each => each.name === name) ?? CONFIGS[0]
  const config = useQuery(configQuery(channel, name))
  const told = config.data === undefined ? null : toldOf(spec, config.data)
  return (
    <Card
      title={t('config.title')}
      extra={
        <>
          <FilterSelect<ConfigName>
            label={t('config.which')}
            all={t('config.name.BasicParam')}
            value={name === 'BasicParam' ? undefined : name}
            options={CONFIGS.filter(each => each.name !== 'BasicParam').map(each => ({
              value: each.name,
              label: t(`config.name.${each.name}`),
            }))}
            onChange={value => setName(value ?? 'BasicParam')}
          />
          <Button
            size="small"
            type="text"
            icon={<Icon name="refresh" size={16} />}
            loading={config.isFetching}
            onClick={() => void config.refetch()}
          >
            {t('config.ask')}
          </Button>
        </>
      }
    >
      {config.isPending && <Skeleton width="60%" />}
      {config.isError && (
        <ErrorPanel error={config.error} what={t('config.failed')} onRetry={() => void config.refetch()} />
      )}
      {config.data !== undefined && told === null && (
        <Empty title={t('config.nothing')}>
          <p className="muted">{t('config.nothingHow')}</p>
        </Empty>
      )}
      {told !== null && (
        <ConfigForm key={`${name} ${config.dataUpdatedAt}`} channel={channel} spec={spec} told={told} />
      )}
    </Card>
  )
}

interface FormProps {
  readonly channel: string
  readonly spec: ConfigSpec
  readonly told: ConfigValue
}

function ConfigForm({ channel, spec, told }: FormProps) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const [value, setValue] = useState(told)
  const whole = isWhole(spec, value)
  const body = { name: spec.name, value: { ...toDevice(spec, value) } }
  const call = deviceApi('setConfig', { path: { id: channel }, body })
  const save = useAction({
    done: t('config.saved'),
    onDone: () => void queryClient.invalidateQueries({ queryKey: ['device-configs', channel, spec.name] }),
  })
  const set = (key: string, next: unknown) => setValue(old => ({ ...old, [key]: next }))
  const { rows: list } = spec
  const rows = list === undefined ? [] : rowsOf(value, list.key)
  const setRows = (next: readonly ConfigValue[]) => list !== undefined && set(list.key, next)
  return (
    <form
      className="form"
      onSubmit={event => {
        event.preventDefault()
        if (whole) save.mutate(call)
      }}
    >
      {spec.fields.length > 0 && (
        <Fields>
          {spec.fields.map(field => (
            <FieldOf key={field.key} spec={spec} field={field} value={value[field.key]} onChange={set} />
          ))}
        </Fields>
      )}
      {list !== undefined && (
        <div className="config-rows">
          {rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
            <div key={i} className="config-row">
              {list.fields.map(field => (
                <FieldOf
                  key={field.key}
                  spec={spec}
                  field={field}
                  value={row[field.key]}
                  onChange={(key, next) =>
                    setRows(rows.map((each, at) => (at === i ? { ...each, [key]: next } : each)))
                  }
                />
              ))}
              <IconButton
                icon="close"
                label={t('config.rowRemove')}
                of={String(i + 1)}
                onClick={() => setRows(rows.filter((_, at) => at !== i))}
              />
            </div>
          ))}
          {rows.length < list.most && (
            <Button
              size="small"
              icon={<Icon name="plus" size={16} />}
              onClick={() =>
                setRows([
                  ...rows,
                  Object.fromEntries(list.fields.map(({ key, kind }) => [key, kind === 'number' ? 0 : ''])),
                ])
              }
            >
              {t('config.rowAdd')}
            </Button>
          )}
        </div>
      )}
      {save.isError && <ErrorPanel error={save.error} what={t('config.notSaved')} />}
      <div className="dialog-foot">
        <ShowApiCall call={call} />
        <span className="grow" />
        <Button type="primary" htmlType="submit" disabled={!whole} loading={save.isPending}>
          {t('config.save')}
        </Button>
      </div>
    </form>
  )
}

interface FieldProps {
  readonly spec: ConfigSpec
  readonly field: ConfigField
  readonly value: unknown
  readonly onChange: (key: string, value: unknown) => void
}

function FieldOf({ spec, field, value, onChange }: FieldProps) {
  const { t } = useTranslation()
  const { key, kind, values = [] } = field
  // keys of the texts are those of the table above
  const label = t(`config.field.${key as 'name'}`)
  if (kind === 'flag')
    return <CheckField label={label} checked={value === true || value === 1} onChange={next => onChange(key, next)} />
  if (kind === 'choice')
    return (
      <ChoiceField
        label={label}
        value={String(value ?? values[0])}
        options={values.map(each => ({
          value: String(each),
          label: t(`config.choice.${spec.key as 'frameMirror'}.${String(each) as '0'}`),
        }))}
        onChange={next => onChange(key, Number(next))}
      />
    )
  if (kind === 'spans') {
    const line = String(value ?? '')
    return (
      <TextField
        label={label}
        value={line}
        placeholder={t('config.noSpans')}
        wrong={spansOf(line) === null ? t('config.wrongSpans') : null}
        onChange={next => onChange(key, next)}
      />
    )
  }
  return <TextField label={label} value={String(value ?? '')} onChange={next => onChange(key, parsed(field, next))} />
}
