import { useTranslation } from 'react-i18next'
import { CheckField, ChoiceField, Fields, TextField } from '../../components/field.tsx'
import { Card } from '../../components/page.tsx'
import { type Draft, type NumberField, RANGES, type RecordDraft, type SnapshotDraft } from './template-draft.ts'

interface Props {
  readonly draft: Draft
  readonly wrong: ReadonlySet<NumberField>
  readonly onChange: (draft: Draft) => void
}

/** Everything about how something is recorded or photographed. */
export function TemplateFields({ draft, wrong, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <>
      <Card>
        <div className="form">
          <Fields>
            <TextField
              label={t('streams.name')}
              maxLength={128}
              value={draft.name}
              onChange={name => onChange({ ...draft, name })}
            />
            <TextField
              label={t('templates.notes')}
              maxLength={2000}
              value={draft.notes}
              onChange={notes => onChange({ ...draft, notes })}
            />
          </Fields>
        </div>
      </Card>
      {draft.record && (
        <RecordFields draft={draft.record} wrong={wrong} onChange={record => onChange({ ...draft, record })} />
      )}
      {draft.snapshot && (
        <SnapshotFields draft={draft.snapshot} wrong={wrong} onChange={snapshot => onChange({ ...draft, snapshot })} />
      )}
    </>
  )
}

interface PartProps<Part> {
  readonly draft: Part
  readonly wrong: ReadonlySet<NumberField>
  readonly onChange: (draft: Part) => void
}

interface NumberProps {
  readonly field: NumberField
  readonly value: string
  readonly wrong: ReadonlySet<NumberField>
  readonly onChange: (value: string) => void
}

function NumberBox({ field, value, wrong, onChange }: NumberProps) {
  const { t } = useTranslation()
  const { min, max } = RANGES[field]
  return (
    <TextField
      label={t(`templates.field.${field}`)}
      hint={t(`templates.hint.${field}`)}
      wrong={wrong.has(field) ? t('templates.range', { min: Math.ceil(min * 1000) / 1000, max }) : null}
      value={value}
      onChange={onChange}
    />
  )
}

function RecordFields({ draft, wrong, onChange }: PartProps<RecordDraft>) {
  const { t } = useTranslation()
  const set = (change: Partial<RecordDraft>) => onChange({ ...draft, ...change })
  const box = (field: NumberField & keyof RecordDraft) => (
    <NumberBox field={field} value={draft[field]} wrong={wrong} onChange={text => set({ [field]: text })} />
  )
  return (
    <>
      <Card title={t('templates.part.when')}>
        <Fields>
          <ChoiceField
            label={t('templates.trigger')}
            hint={t(`templates.recordTriggerHow.${draft.trigger}`)}
            value={draft.trigger}
            onChange={trigger => set({ trigger })}
            options={(['auto', 'ondemand'] as const).map(value => ({
              value,
              label: t(`templates.recordTrigger.${value}`),
            }))}
          />
          {box('preRecordS')}
          {box('postRecordS')}
        </Fields>
      </Card>
      <Card title={t('templates.part.files')}>
        <div className="form">
          <Fields>
            <ChoiceField
              label={t('templates.format')}
              hint={t(`templates.formatHow.${draft.format}`)}
              value={draft.format}
              onChange={format => set({ format })}
              options={(['fmp4', 'mp4', 'flv', 'hls'] as const).map(value => ({
                value,
                label: t(`templates.formatShort.${value}`),
              }))}
            />
            {box('minutes')}
            {box('megabytes')}
            <ChoiceField
              label={t('templates.overlap')}
              hint={t('templates.overlapHow')}
              value={draft.overlapKeyframes}
              onChange={overlapKeyframes => set({ overlapKeyframes })}
              options={(['0', '1', '2', '3'] as const).map(value => ({ value, label: value }))}
            />
          </Fields>
          <TextField
            label={t('templates.objectName')}
            hint={t('templates.recordNameHow', {
              variables: '{Space} {AppName} {StreamName} {Date} {Hour} {Sequence} {EscapedStartTime} {EscapedEndTime}',
            })}
            value={draft.objectName}
            onChange={objectName => set({ objectName })}
          />
          <CheckField
            label={t('templates.snapshots')}
            checked={draft.snapshots}
            onChange={snapshots => set({ snapshots })}
          />
          <CheckField
            label={t('templates.encrypt')}
            hint={t('templates.encryptHow')}
            checked={draft.encrypt}
            onChange={encrypt => set({ encrypt })}
          />
        </div>
      </Card>
      <Card title={t('templates.part.life')}>
        <Fields>
          {box('retentionDays')}
          {box('gigabytes')}
          {box('thinAfterDays')}
          {box('tierAfterDays')}
        </Fields>
      </Card>
    </>
  )
}

function SnapshotFields({ draft, wrong, onChange }: PartProps<SnapshotDraft>) {
  const { t } = useTranslation()
  const set = (change: Partial<SnapshotDraft>) => onChange({ ...draft, ...change })
  const box = (field: NumberField & keyof SnapshotDraft) => (
    <NumberBox field={field} value={draft[field]} wrong={wrong} onChange={text => set({ [field]: text })} />
  )
  return (
    <>
      <Card title={t('templates.part.when')}>
        <Fields>
          <ChoiceField
            label={t('templates.trigger')}
            hint={t(`templates.snapshotTriggerHow.${draft.trigger}`)}
            value={draft.trigger}
            onChange={trigger => set({ trigger })}
            options={(['overwrite', 'sequence', 'ondemand'] as const).map(value => ({
              value,
              label: t(`templates.snapshotTrigger.${value}`),
            }))}
          />
          {box('intervalS')}
          {box('retentionDays')}
        </Fields>
      </Card>
      <Card title={t('templates.part.picture')}>
        <div className="form">
          <Fields>
            <ChoiceField
              label={t('templates.format')}
              value={draft.format}
              onChange={format => set({ format })}
              options={[
                { value: 'jpeg', label: 'JPEG' },
                { value: 'webp', label: 'WebP' },
              ]}
            />
            {box('quality')}
            {box('width')}
          </Fields>
          <TextField
            label={t('templates.objectName')}
            hint={t('templates.snapshotNameHow', {
              variables: '{Space} {AppName} {StreamName} {UnixTimestamp} {Sequence}',
            })}
            value={draft.objectName}
            onChange={objectName => set({ objectName })}
          />
        </div>
      </Card>
    </>
  )
}
