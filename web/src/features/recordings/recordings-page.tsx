import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { DayFilter } from '../../components/day-filter.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Measure } from '../../components/measure.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Page } from '../../components/page.tsx'
import { Picture } from '../../components/picture.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { StreamFilter } from '../../components/stream-filter.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Recording } from '../../lib/api/recording-queries.ts'
import { daySpan } from '../../lib/days.ts'
import { bytes, duration } from '../../lib/format.ts'
import { BulkRecordings } from './bulk-recordings.tsx'
import { ExportsTable } from './exports-table.tsx'
import { recordingsQuery } from './queries.ts'
import { RecordingState } from './recording-state.tsx'
import './recordings.css'

const TABS = ['files', 'exports'] as const
const CAUSES = ['always', 'plan', 'manual', 'event'] as const

/** Recorded files: found, held, deleted; and the clips made of them. */
export function RecordingsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/recordings' })
  const { tab = 'files' } = useSearch({ from: '/frame/recordings' })
  return (
    <Page
      title={t('section.recordings')}
      actions={<ShowApiCall call={tab === 'files' ? api('listRecordings') : api('listExports')} compact />}
    >
      <Tabs<(typeof TABS)[number]>
        label={t('section.recordings')}
        tabs={TABS.map(key => ({ key, title: t(`recordings.tab.${key}`) }))}
        open={tab}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true, resetScroll: false })}
      >
        {tab === 'files' ? <Files /> : <ExportsTable />}
      </Tabs>
    </Page>
  )
}

function Files() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/recordings' })
  const { space, path, day, cause, subject, teacher, held } = useSearch({ from: '/frame/recordings' })
  const filter = { space, path, cause, subject, teacher, ...(held ? { held: 'true' as const } : {}), ...daySpan(day) }
  const recordings = useInfiniteQuery(recordingsQuery(filter))
  const rows = useMemo(() => recordings.data?.pages.flatMap(({ items }) => items), [recordings.data])
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const mayChange = useMay('recordings.write')
  const columns = useColumns()
  // Rows that a filter hides must not be hit by a command.
  const selected = useMemo(() => rows?.filter(({ id }) => chosen.has(id)) ?? [], [rows, chosen])
  const filtered = [path, day, cause, subject, teacher, held].some(each => each !== undefined)
  const set = (change: Partial<{ path: string; day: string; subject: string; teacher: string }> | object) =>
    void navigate({ search: old => ({ ...old, ...change }), replace: true, resetScroll: false })
  return (
    <>
      <div className="toolbar recordings-filter">
        <StreamFilter space={space} path={path} onChange={path => set({ path })} />
        <DayFilter label={t('recordings.day')} day={day} onChange={day => set({ day })} />
        <FilterSelect
          label={t('recordings.cause')}
          all={t('recordings.anyCause')}
          value={cause}
          options={CAUSES.map(value => ({ value, label: t(`recordings.causeOf.${value}`) }))}
          onChange={cause => set({ cause })}
        />
        <SearchBox
          label={t('recordings.subject')}
          q={subject ?? ''}
          onSearch={text => set({ subject: text || undefined })}
        />
        <SearchBox
          label={t('recordings.teacher')}
          q={teacher ?? ''}
          onSearch={text => set({ teacher: text || undefined })}
        />
        <label className="check-field held-filter">
          <input
            type="checkbox"
            checked={held === true}
            onChange={event => set({ held: event.target.checked || undefined })}
          />
          <span>{t('recordings.heldOnly')}</span>
        </label>
      </div>
      <BulkRecordings recordings={selected} onClear={() => setChosen(new Set())} />
      {recordings.isError && rows === undefined ? (
        <ErrorPanel
          error={recordings.error}
          what={t('recordings.loadFailed')}
          onRetry={() => void recordings.refetch()}
        />
      ) : (
        <Card className="flush recordings">
          <DataTable
            {...(mayChange ? { selection: { keys: chosen, onChange: setChosen } } : {})}
            label={t('section.recordings')}
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            empty={
              filtered ? (
                <Empty
                  title={t('recordings.noMatch')}
                  action={
                    <Button
                      onClick={() =>
                        void navigate({ search: ({ space }) => ({ space }), replace: true, resetScroll: false })
                      }
                    >
                      {t('streams.clearFilter')}
                    </Button>
                  }
                />
              ) : (
                <Empty title={t('recordings.empty')} action={<Link to="/templates">{t('section.templates')}</Link>}>
                  <p className="muted">{t('recordings.emptyText')}</p>
                </Empty>
              )
            }
          />
          <Endless query={recordings} />
        </Card>
      )}
    </>
  )
}

function useColumns(): readonly Column<Recording>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'picture',
        title: '',
        track: '72px',
        render: ({ thumbnail }) => <Picture src={thumbnail} alt="" />,
      },
      {
        key: 'start',
        title: t('recordings.start'),
        track: 'minmax(150px, 1fr)',
        phone: 'title',
        render: ({ id, startedAt }) => (
          <Link to="/recordings/$id" params={{ id }}>
            <Moment at={startedAt} />
          </Link>
        ),
      },
      {
        key: 'stream',
        title: t('recordings.stream'),
        track: 'minmax(160px, 2fr)',
        phone: 'meta',
        render: ({ path }) => (
          <span className="ellipsis" title={path}>
            {path}
          </span>
        ),
      },
      {
        key: 'filed',
        title: t('recordings.filed'),
        track: 'minmax(120px, 1.4fr)',
        render: ({ subject, teacher }) => (
          <span className="two-lines">
            <span className="ellipsis">{subject || '–'}</span>
            {teacher !== '' && <small>{teacher}</small>}
          </span>
        ),
      },
      {
        key: 'duration',
        title: t('recordings.length'),
        track: '88px',
        numeric: true,
        phone: 'meta',
        render: ({ durationS }) => <span className="tabular">{duration(durationS * 1000)}</span>,
      },
      {
        key: 'size',
        title: t('recordings.size'),
        track: '92px',
        numeric: true,
        phone: 'meta',
        render: ({ sizeBytes }) => <Measure of={bytes(sizeBytes)} />,
      },
      {
        key: 'cause',
        title: t('recordings.cause'),
        track: '104px',
        render: ({ cause }) => t(`recordings.causeOf.${cause}`),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '150px',
        phone: 'side',
        render: recording => <RecordingState recording={recording} />,
      },
    ],
    [t],
  )
}
