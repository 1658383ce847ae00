import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { DayFilter } from '../../components/day-filter.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Page, Skeleton } from '../../components/page.tsx'
import { Picture } from '../../components/picture.tsx'
import { StreamFilter } from '../../components/stream-filter.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Snapshot } from '../../lib/api/recording-queries.ts'
import { daySpan } from '../../lib/days.ts'
import { bytes, count, text } from '../../lib/format.ts'
import { CAUSES } from './causes.ts'
import { DeleteSnapshots } from './delete-snapshots.tsx'
import { snapshotsQuery } from './queries.ts'
import { SnapshotView } from './snapshot-view.tsx'
import './snapshots.css'

/** Pictures that were taken, newest first. */
export function SnapshotsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/snapshots' })
  const { space, path, day, cause, open } = useSearch({ from: '/frame/snapshots' })
  const filter = { space, path, cause, ...daySpan(day) }
  const snapshots = useInfiniteQuery(snapshotsQuery(filter))
  const items = useMemo(() => snapshots.data?.pages.flatMap(({ items }) => items), [snapshots.data])
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [deleting, setDeleting] = useState<readonly Snapshot[] | null>(null)
  const mayDelete = useMay('recordings.delete')
  const selected = items?.filter(({ id }) => chosen.has(id)) ?? []
  const filtered = path !== undefined || day !== undefined || cause !== undefined
  const set = (change: object) =>
    void navigate({ search: old => ({ ...old, ...change }), replace: true, resetScroll: false })
  const toggle = (id: string, on: boolean) =>
    setChosen(new Set(on ? [...chosen, id] : [...chosen].filter(each => each !== id)))
  const at = items?.findIndex(({ id }) => id === open) ?? -1
  const shown = items?.[at]
  return (
    <Page
      title={t('section.snapshots')}
      actions={<ShowApiCall call={api('listSnapshots', { query: filter })} compact />}
    >
      <div className="toolbar">
        <StreamFilter space={space} path={path} onChange={path => set({ path })} />
        <DayFilter label={t('recordings.day')} day={day} onChange={day => set({ day })} />
        <FilterSelect
          label={t('snapshots.cause')}
          all={t('snapshots.anyCause')}
          value={cause}
          options={CAUSES.map(value => ({ value, label: t(`snapshots.causeOf.${value}`) }))}
          onChange={cause => set({ cause })}
        />
      </div>
      {selected.length > 0 && (
        <div className="bulk-bar">
          <strong className="tabular" aria-live="polite">
            {t('bulk.chosen', { n: count(selected.length) })}
          </strong>
          <span className="muted tabular">
            {text(bytes(selected.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)))}
          </span>
          <span className="grow" />
          <Button danger icon={<Icon name="trash" size={16} />} onClick={() => setDeleting(selected)}>
            {t('delete.action')}
          </Button>
          <Button
            type="text"
            icon={<Icon name="close" size={16} />}
            aria-label={t('bulk.clear')}
            title={t('bulk.clear')}
            onClick={() => setChosen(new Set())}
          />
        </div>
      )}
      {snapshots.isError && items === undefined && (
        <ErrorPanel error={snapshots.error} what={t('snapshots.loadFailed')} onRetry={() => void snapshots.refetch()} />
      )}
      {items === undefined && !snapshots.isError && (
        <div className="gallery" aria-busy="true">
          {[1, 2, 3, 4, 5, 6].map(i => (
            <Skeleton key={i} height={170} />
          ))}
        </div>
      )}
      {items?.length === 0 && (
        <Card>
          <Empty
            title={t(filtered ? 'snapshots.noMatch' : 'snapshots.empty')}
            action={
              filtered && (
                <Button
                  onClick={() =>
                    void navigate({ search: ({ space }) => ({ space }), replace: true, resetScroll: false })
                  }
                >
                  {t('streams.clearFilter')}
                </Button>
              )
            }
          >
            {!filtered && <p className="muted">{t('snapshots.emptyText')}</p>}
          </Empty>
        </Card>
      )}
      <ul className="gallery">
        {items?.map(snapshot => (
          <Item
            key={snapshot.id}
            snapshot={snapshot}
            chosen={chosen.has(snapshot.id)}
            {...(mayDelete ? { onChoose: (on: boolean) => toggle(snapshot.id, on) } : {})}
            onOpen={() => set({ open: snapshot.id })}
          />
        ))}
      </ul>
      <Endless query={snapshots} />
      {shown !== undefined && (
        <SnapshotView
          snapshot={shown}
          newer={items?.[at - 1]}
          older={items?.[at + 1]}
          onShow={({ id }) => set({ open: id })}
          onClose={() => set({ open: undefined })}
          {...(mayDelete ? { onDelete: () => setDeleting([shown]) } : {})}
        />
      )}
      {deleting !== null && (
        <DeleteSnapshots
          snapshots={deleting}
          onClose={() => setDeleting(null)}
          onDone={() => {
            setChosen(new Set())
            if (shown !== undefined) set({ open: undefined })
          }}
        />
      )}
    </Page>
  )
}

interface ItemProps {
  readonly snapshot: Snapshot
  readonly chosen: boolean
  readonly onChoose?: (on: boolean) => void
  readonly onOpen: () => void
}

function Item({ snapshot: { path, takenAt, url, width }, chosen, onChoose, onOpen }: ItemProps) {
  const { t } = useTranslation()
  const name = path.split('/').at(-1) ?? path
  return (
    <li className={chosen ? 'gallery-item chosen' : 'gallery-item'}>
      <button type="button" className="plain-button" onClick={onOpen}>
        <Picture src={url} alt={t('snapshots.pictureOf', { name })} />
        <span className="gallery-words">
          <strong className="ellipsis">{name}</strong>
          <span className="muted">
            <Moment at={takenAt} />
          </span>
          <span className="muted tabular gallery-width">{width > 0 && `${width} px`}</span>
        </span>
      </button>
      {onChoose !== undefined && (
        <input
          type="checkbox"
          aria-label={`${t('table.select')}: ${name}`}
          checked={chosen}
          onChange={event => onChoose(event.target.checked)}
        />
      )}
    </li>
  )
}
