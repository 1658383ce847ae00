import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Since } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable, type Order } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { StreamState } from '../../components/stream-state.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { MAX_LISTED, streamsQuery } from '../../lib/api/queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { bitrate, codecName, count, framesPerSecond } from '../../lib/format.ts'
import { KickButton } from './kick-button.tsx'
import { Poster } from './poster.tsx'
import { isSortKey, sortStreams } from './sort-streams.ts'
import './streams.css'

// Not part of the first load.
const BulkStreams = lazy(async () => ({ default: (await import('./bulk-streams.tsx')).BulkStreams }))
const CreateStream = lazy(async () => ({ default: (await import('./create-stream.tsx')).CreateStream }))

export function StreamsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/streams' })
  const { space, q, state, label, sort, order = 'asc', create = false } = useSearch({ from: '/frame/streams' })
  const filter = { space, q, state, label }
  const streams = useQuery(streamsQuery(filter))
  const by = isSortKey(sort) ? sort : 'name'
  const rows = useMemo(() => streams.data && sortStreams(streams.data, by, order), [streams.data, by, order])
  const columns = useColumns()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  // Stays when nothing is chosen any more: it tells what becomes of the command.
  const [chose, setChose] = useState(false)
  const choose = (keys: ReadonlySet<string>) => {
    setChosen(keys)
    setChose(true)
  }
  const mayWrite = useMay('streams.write')
  // Rows that a filter hides, or that are gone, must not be hit by a command.
  const ids = useMemo(() => rows?.filter(({ id }) => chosen.has(id)).map(({ id }) => id) ?? [], [rows, chosen])
  const filtered = q !== undefined || state !== undefined || label !== undefined
  const setCreate = (open: boolean) =>
    void navigate({ search: old => ({ ...old, create: open ? true : undefined }), replace: true })
  const createButton = mayWrite && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreate(true)}>
      {t('streams.create')}
    </Button>
  )
  return (
    <Page
      title={t('section.streams')}
      actions={
        <>
          <ShowApiCall call={api('listStreams', { query: filter })} compact />
          {createButton}
        </>
      }
    >
      <div className="toolbar">
        <SearchBox
          label={t('streams.search')}
          q={q ?? ''}
          onSearch={text => void navigate({ search: old => ({ ...old, q: text || undefined }), replace: true })}
        />
        <FilterSelect
          label={t('streams.state')}
          all={t('streams.all')}
          value={state}
          options={(['on', 'off'] as const).map(value => ({ value, label: t(`state.${value}`) }))}
          onChange={state => void navigate({ search: old => ({ ...old, state }), replace: true })}
        />
        {label !== undefined && (
          <button
            type="button"
            className="label"
            title={t('streams.clearFilter')}
            onClick={() => void navigate({ search: old => ({ ...old, label: undefined }), replace: true })}
          >
            {label}
            <Icon name="close" size={14} />
          </button>
        )}
        <span className="grow" />
        <span className="muted tabular" aria-live="polite">
          {rows && t('streams.count', { n: count(rows.length) })}
          {rows !== undefined && rows.length >= MAX_LISTED && ` ${t('streams.countLimit')}`}
        </span>
      </div>
      <Suspense>{chose && <BulkStreams ids={ids} onClear={() => setChosen(new Set())} />}</Suspense>
      {streams.isError && (
        <ErrorPanel error={streams.error} what={t('streams.loadFailed')} onRetry={() => void streams.refetch()} />
      )}
      {(rows !== undefined || !streams.isError) && (
        <Card className="flush">
          <DataTable
            {...(mayWrite ? { selection: { keys: chosen, onChange: choose } } : {})}
            label={t('section.streams')}
            columns={columns}
            rows={rows}
            rowKey={row => row.id}
            sort={{
              by,
              order,
              onChange: (sort: string, order: Order) =>
                void navigate({ search: old => ({ ...old, sort, order }), replace: true }),
            }}
            empty={
              filtered ? (
                <Empty
                  title={t('streams.noMatch')}
                  action={
                    <Button onClick={() => void navigate({ search: old => ({ space: old.space }), replace: true })}>
                      {t('streams.clearFilter')}
                    </Button>
                  }
                />
              ) : (
                <Empty title={t('streams.emptyTitle')} action={createButton}>
                  <p className="muted">{t('streams.emptyText')}</p>
                </Empty>
              )
            }
          />
        </Card>
      )}
      {create && (
        <Suspense>
          <CreateStream space={space} onClose={() => setCreate(false)} />
        </Suspense>
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Stream>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'poster',
        title: '',
        track: '72px',
        render: row => <Poster stream={row} />,
      },
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(140px, 2.4fr)',
        sortable: true,
        phone: 'title',
        render: ({ id, name, title, path, space, app }) => (
          <Link to="/streams/$id" params={{ id }} className="stream-name">
            <strong>{title || name}</strong>
            <small>{title === '' ? `${space}/${app}` : path}</small>
          </Link>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '128px',
        sortable: true,
        phone: 'side',
        render: row => <StreamState stream={row} />,
      },
      {
        key: 'video',
        title: t('streams.video'),
        track: 'minmax(120px, 1.3fr)',
        sortable: true,
        render: row => <Picture stream={row} />,
      },
      {
        key: 'bitrate',
        title: t('streams.bitrate'),
        track: '104px',
        numeric: true,
        sortable: true,
        phone: 'meta',
        render: ({ live }) => <Measure of={live && bitrate(live.bitrateKbps)} />,
      },
      {
        key: 'fps',
        title: t('streams.fps'),
        track: '56px',
        numeric: true,
        sortable: true,
        render: ({ live }) => <span className="tabular">{live?.video ? framesPerSecond(live.fps) : '–'}</span>,
      },
      {
        key: 'viewers',
        title: t('streams.viewers'),
        track: '80px',
        numeric: true,
        sortable: true,
        phone: 'meta',
        render: ({ live }) => (
          <span className="tabular viewers">
            <Icon name="eye" size={16} />
            {live ? count(live.viewers) : '–'}
          </span>
        ),
      },
      {
        key: 'since',
        title: t('streams.since'),
        track: '88px',
        numeric: true,
        sortable: true,
        phone: 'meta',
        render: ({ live }) => (live ? <Since at={live.startedAt} /> : '–'),
      },
      {
        key: 'actions',
        title: '',
        track: '40px',
        numeric: true,
        render: row => row.live && <KickButton stream={row} compact />,
      },
    ],
    [t],
  )
}

function Picture({ stream: { live } }: { stream: Stream }) {
  const { t } = useTranslation()
  if (live === null) return '–'
  const { video, audio } = live
  return (
    <span className="two-lines">
      <span>{video ? `${codecName(video.codec)} ${video.width}×${video.height}` : t('streams.audioOnly')}</span>
      <small>{audio ? codecName(audio.codec) : t('streams.noAudio')}</small>
    </span>
  )
}
