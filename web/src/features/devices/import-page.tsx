import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { type DragEvent, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Facts, Page, Skeleton } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { deviceApi, patientClient } from '../../lib/api/client.ts'
import type { ImportReport } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { saveText } from '../../lib/save-file.ts'
import { writeCsv } from './csv.ts'
import './devices.css'

type Row = ImportReport['rows'][number]

/** Heads of the file to fill in, in the order people look for them. */
const TEMPLATE: readonly (readonly string[])[] = [
  ['gbId', 'name', 'type', 'password', 'directory', 'vendor', 'description', 'longitude', 'latitude'],
  ['34020000001320000001', 'Gate north', 'ipc', '', 'Site A/Gates', '', '', '120.15510', '30.27410'],
]

/** A file of devices: the platform says what would become of each row, then takes what can be taken. */
export function ImportPage() {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const { space = 'default' } = useSearch({ from: '/frame' })
  const [file, setFile] = useState<{ readonly name: string; readonly base64: string } | null>(null)
  const send = (dryRun: boolean, base64: string) =>
    patientClient.call('importDevices', { body: { space, file: base64, dryRun } })
  const preview = useMutation({ mutationFn: (base64: string) => send(true, base64) })
  const add = useMutation({
    mutationFn: (base64: string) => send(false, base64),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['devices'] }),
  })
  const choose = async (chosen: File) => {
    const base64 = await base64Of(chosen)
    setFile({ name: chosen.name, base64 })
    add.reset()
    preview.mutate(base64)
  }
  const report = add.data ?? preview.data
  const error = add.error ?? preview.error
  const shown = deviceApi('importDevices', { body: { space, file: '<base64>', dryRun: false } })
  return (
    <Page
      title={t('devices.importTitle')}
      lead={<Link to="/devices">{t('section.devices')}</Link>}
      actions={
        <>
          <ShowApiCall call={shown} compact />
          <Button
            icon={<Icon name="download" size={16} />}
            onClick={() => saveText('devices-template.csv', writeCsv(TEMPLATE))}
          >
            {t('devices.template')}
          </Button>
        </>
      }
    >
      <DropFile onFile={chosen => void choose(chosen)} name={file?.name ?? ''} />
      {error !== null && <ErrorPanel error={error} what={t('devices.importUnreadable')} />}
      {preview.isPending && <Skeleton width="60%" />}
      {report !== undefined && file !== null && (
        <>
          <Card title={t(add.data === undefined ? 'devices.preview' : 'devices.importResult')}>
            <Facts
              rows={[
                { label: t('frame.space'), value: space },
                { label: t('devices.importRows'), value: count(report.rows.length) },
                {
                  label: t(add.data === undefined ? 'devices.importGood' : 'devices.importDone'),
                  value: count(report.created),
                },
                {
                  label: t('devices.importBad'),
                  value: <span className={report.failed > 0 ? 'wrong' : ''}>{count(report.failed)}</span>,
                },
              ]}
            />
            <div className="dialog-foot">
              <span className="grow" />
              <Button icon={<Icon name="download" size={16} />} onClick={() => saveReport(report, add.isSuccess)}>
                {t('devices.report')}
              </Button>
              <Button
                type="primary"
                disabled={report.created === 0 || add.isSuccess}
                loading={add.isPending}
                onClick={() => add.mutate(file.base64)}
              >
                {t('devices.importNow', { n: count(report.created) })}
              </Button>
            </div>
          </Card>
          <Rows report={report} done={add.isSuccess} />
        </>
      )}
    </Page>
  )
}

/** In pieces: a call takes only so many arguments. */
async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}

function saveReport({ rows }: ImportReport, done: boolean): void {
  const lines = rows.map(({ row, gbId, name, ok, error }) => [
    String(row),
    gbId,
    name,
    ok ? (done ? 'added' : 'ready') : 'failed',
    error?.message ?? '',
  ])
  saveText('import-report.csv', writeCsv([['row', 'gbId', 'name', 'result', 'why'], ...lines]))
}

function DropFile({ name, onFile }: { name: string; onFile: (file: File) => void }) {
  const { t } = useTranslation()
  const id = useId()
  const [over, setOver] = useState(false)
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file !== undefined) onFile(file)
  }
  return (
    <label
      htmlFor={id}
      className={over ? 'drop-file over' : 'drop-file'}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Icon name="upload" size={28} />
      <strong>{name || t('devices.drop')}</strong>
      <span className="muted">{t('devices.importHow')}</span>
      <input
        id={id}
        type="file"
        accept=".csv,.txt,.xlsx"
        onChange={event => {
          const file = event.target.files?.[0]
          if (file !== undefined) onFile(file)
          event.target.value = '' // the same file may be chosen again after it was mended
        }}
      />
    </label>
  )
}

function Rows({ report, done }: { report: ImportReport; done: boolean }) {
  const { t } = useTranslation()
  const [onlyBad, setOnlyBad] = useState(false)
  const columns = useColumns(done)
  const rows = useMemo(() => (onlyBad ? report.rows.filter(({ ok }) => !ok) : report.rows), [report, onlyBad])
  return (
    <Card
      className="flush"
      title={t('devices.importRows')}
      extra={
        report.failed > 0 && (
          <Button size="small" type={onlyBad ? 'primary' : 'default'} onClick={() => setOnlyBad(!onlyBad)}>
            {t('devices.onlyBad')}
          </Button>
        )
      }
    >
      <DataTable
        label={t('devices.importRows')}
        columns={columns}
        rows={rows}
        rowKey={({ row }) => String(row)}
        empty={null}
      />
    </Card>
  )
}

function useColumns(done: boolean): readonly Column<Row>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'row',
        title: t('devices.line'),
        track: '64px',
        numeric: true,
        render: ({ row }) => <span className="tabular">{row}</span>,
      },
      {
        key: 'gbId',
        title: t('devices.gbId'),
        track: 'minmax(180px, 1fr)',
        phone: 'title',
        render: ({ gbId }) => <span className="tabular">{gbId || '–'}</span>,
      },
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(120px, 1fr)',
        phone: 'meta',
        render: ({ name }) => <span className="ellipsis">{name || '–'}</span>,
      },
      {
        key: 'state',
        title: t('devices.result'),
        track: '130px',
        phone: 'side',
        render: ({ ok }) => (
          <StateTag
            state={ok ? (done ? 'on' : 'starting') : 'failed'}
            word={t(ok ? (done ? 'devices.wasAdded' : 'devices.willAdd') : 'devices.cannotAdd')}
          />
        ),
      },
      {
        key: 'why',
        title: t('devices.importWhy'),
        track: 'minmax(200px, 1.6fr)',
        phone: 'meta',
        render: ({ error }) =>
          error !== null && (
            <span className="wrong ellipsis" title={error.message}>
              {error.message}
            </span>
          ),
      },
    ],
    [t, done],
  )
}
