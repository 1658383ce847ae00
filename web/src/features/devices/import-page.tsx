import { Link, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { type DragEvent, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Card, Facts, Page } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { count } from '../../lib/format.ts'
import { saveText } from '../../lib/save-file.ts'
import { readCsv, writeCsv } from './csv.ts'
import { type ImportRow, type ImportTable, readTable, TEMPLATE_ROWS } from './import-rows.ts'
import { type RowResult, useImport } from './use-import.ts'
import { readXlsx } from './xlsx.ts'
import './devices.css'

/** A file of devices: read here, looked at, then sent; each row says what became of it. */
export function ImportPage() {
  const { t } = useTranslation()
  const { space } = useSearch({ from: '/frame' })
  const [table, setTable] = useState<ImportTable | null>(null)
  const [name, setName] = useState('')
  const [error, setError] = useState<unknown>(null)
  const read = async (file: File) => {
    try {
      const cells = /\.xlsx$/i.test(file.name) ? await readXlsx(await file.arrayBuffer()) : readCsv(await textOf(file))
      const table = readTable(cells, space ?? 'default')
      if (table === null) throw new Error(t('devices.importEmpty'))
      setTable(table)
      setName(file.name)
      setError(null)
    } catch (reason) {
      setTable(null)
      setError(reason)
    }
  }
  return (
    <Page
      title={t('devices.importTitle')}
      lead={<Link to="/devices">{t('section.devices')}</Link>}
      actions={
        <Button
          icon={<Icon name="download" size={16} />}
          onClick={() => saveText('devices-template.csv', writeCsv(TEMPLATE_ROWS))}
        >
          {t('devices.template')}
        </Button>
      }
    >
      <DropFile onFile={file => void read(file)} name={name} />
      {error !== null && (
        <ErrorPanel error={error} what={t('devices.importUnreadable')} hint={t('devices.importHow')} />
      )}
      {table !== null && <Preview key={name} table={table} />}
    </Page>
  )
}

/** Excel in China writes GB 18030: what is no UTF-8 is read as that. */
async function textOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
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

function Preview({ table }: { table: ImportTable }) {
  const { t } = useTranslation()
  const good = table.rows.filter(({ fault }) => fault === null)
  const { start, cancel, results, running, done } = useImport(good)
  const columns = useColumns(results)
  const failed = [...results.values()].filter(({ ok }) => !ok).length
  const unknown = table.columns.filter(({ field }) => field === null).map(({ head }) => head)
  const report = () =>
    saveText(
      'import-report.csv',
      writeCsv([
        ['line', 'gbId', 'name', 'result', 'why'],
        ...table.rows.map(row => {
          const result = results.get(row.line)
          const word = row.fault !== null ? 'skipped' : result === undefined ? '' : result.ok ? 'added' : 'failed'
          return [String(row.line), row.gbId, row.name, word, row.fault ?? result?.why ?? '']
        }),
      ]),
    )
  return (
    <>
      <Card title={t('devices.preview')}>
        <Facts
          rows={[
            { label: t('devices.importRows'), value: count(table.rows.length) },
            { label: t('devices.importGood'), value: count(good.length) },
            {
              label: t('devices.importBad'),
              value: (
                <span className={good.length < table.rows.length ? 'wrong' : ''}>
                  {count(table.rows.length - good.length)}
                </span>
              ),
            },
            ...(unknown.length > 0 ? [{ label: t('devices.importUnknown'), value: unknown.join(', ') }] : []),
          ]}
        />
        {(running || results.size > 0) && (
          <>
            <progress
              className="progress"
              max={good.length}
              value={results.size}
              aria-label={t('operation.progress')}
            />
            <p role="status" className="tabular">
              {t('devices.importDone', { n: count(results.size - failed), of: count(good.length) })}
              {failed > 0 && <span className="wrong"> {t('operation.failures', { n: count(failed) })}</span>}
            </p>
          </>
        )}
        <div className="dialog-foot">
          <span className="grow" />
          {done && (
            <Button icon={<Icon name="download" size={16} />} onClick={report}>
              {t('devices.report')}
            </Button>
          )}
          {running ? (
            <Button danger onClick={cancel}>
              {t('operation.cancel')}
            </Button>
          ) : (
            <Button type="primary" disabled={good.length === 0 || done} onClick={start}>
              {t('devices.importNow', { n: count(good.length) })}
            </Button>
          )}
        </div>
      </Card>
      <Card className="flush">
        <DataTable
          label={t('devices.preview')}
          columns={columns}
          rows={table.rows}
          rowKey={({ line }) => String(line)}
          empty={null}
        />
      </Card>
    </>
  )
}

function useColumns(results: ReadonlyMap<number, RowResult>): readonly Column<ImportRow>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'line',
        title: t('devices.line'),
        track: '64px',
        numeric: true,
        render: ({ line }) => <span className="tabular">{line}</span>,
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
        key: 'type',
        title: t('devices.type'),
        track: '120px',
        render: ({ wish }) => (wish?.type ? t(`devices.types.${wish.type}`) : '–'),
      },
      {
        key: 'result',
        title: t('devices.result'),
        track: 'minmax(200px, 1.6fr)',
        phone: 'side',
        render: ({ line, fault }) => {
          const result = results.get(line)
          if (fault !== null) return <StateTag state="failed" word={t(`devices.fault.${fault}`)} />
          if (result === undefined) return <StateTag state="off" word={t('devices.willAdd')} />
          return result.ok ? (
            <StateTag state="on" word={t('devices.wasAdded')} />
          ) : (
            <span className="wrong ellipsis" title={result.why}>
              {result.why}
            </span>
          )
        },
      },
    ],
    [t, results],
  )
}
