import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { ExportDialog } from '../../components/export-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Moment } from '../../components/moment.tsx'
import { OperationState } from '../../components/operation-dialog.tsx'
import { Card, Empty } from '../../components/page.tsx'
import type { Export } from '../../lib/api/recording-queries.ts'
import { bytes, duration } from '../../lib/format.ts'
import { exportsQuery } from './queries.ts'

/** Clips that were made, and those that are being made. */
export function ExportsTable() {
  const { t } = useTranslation()
  const exports = useInfiniteQuery(exportsQuery())
  const [open, setOpen] = useState<string | null>(null)
  const columns = useColumns(setOpen)
  if (exports.isError && exports.data === undefined)
    return (
      <ErrorPanel error={exports.error} what={t('recordings.exportsFailed')} onRetry={() => void exports.refetch()} />
    )
  return (
    <Card className="flush">
      <DataTable
        label={t('recordings.tab.exports')}
        columns={columns}
        rows={exports.data?.pages.flatMap(({ items }) => items)}
        rowKey={({ id }) => id}
        empty={
          <Empty title={t('recordings.noExports')}>
            <p className="muted">{t('recordings.noExportsText')}</p>
          </Empty>
        }
      />
      <Endless query={exports} />
      {open !== null && <ExportDialog id={open} onClose={() => setOpen(null)} />}
    </Card>
  )
}

function useColumns(onOpen: (id: string) => void): readonly Column<Export>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'stream',
        title: t('recordings.stream'),
        track: 'minmax(180px, 2fr)',
        phone: 'title',
        render: ({ id, path, start }) => (
          <button type="button" className="plain-button stream-name" onClick={() => onOpen(id)}>
            <strong>{path}</strong>
            <small>
              <Moment at={start} />
            </small>
          </button>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '140px',
        phone: 'side',
        render: ({ operation }) => <OperationState state={operation.state} />,
      },
      {
        key: 'length',
        title: t('recordings.length'),
        track: '100px',
        numeric: true,
        phone: 'meta',
        render: ({ start, end }) => <span className="tabular">{duration(Date.parse(end) - Date.parse(start))}</span>,
      },
      {
        key: 'size',
        title: t('recordings.size'),
        track: '100px',
        numeric: true,
        phone: 'meta',
        render: ({ sizeBytes }) => <Measure of={sizeBytes === null ? null : bytes(sizeBytes)} />,
      },
      {
        key: 'progress',
        title: t('operation.progress'),
        track: 'minmax(120px, 1fr)',
        render: ({ operation: { state, done, total } }) =>
          state === 'running' && total !== null ? (
            <progress className="progress" max={total} value={done} aria-label={t('operation.progress')} />
          ) : (
            '–'
          ),
      },
      {
        key: 'created',
        title: t('table.created'),
        track: '130px',
        numeric: true,
        phone: 'meta',
        render: ({ createdAt }) => <Ago at={createdAt} />,
      },
      {
        key: 'file',
        title: '',
        track: '120px',
        numeric: true,
        phone: 'meta',
        render: ({ url }) =>
          url === null ? null : (
            <a href={url} download className="file-link">
              <Icon name="download" size={16} />
              {t('recordings.download')}
            </a>
          ),
      },
    ],
    [t, onOpen],
  )
}
