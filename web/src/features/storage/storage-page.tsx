import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { Chart } from '../../components/chart.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Empty, Page, Skeleton } from '../../components/page.tsx'
import { type State, StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { bytes, count, text } from '../../lib/format.ts'
import { type Storage, type Store, storageQuery } from './queries.ts'
import './storage.css'

const DAY_MS = 86_400_000

/** Disks and object stores, what is in them, and how long they last. */
export function StoragePage() {
  const { t } = useTranslation()
  const { space } = useSearch({ from: '/frame' })
  const storage = useQuery(storageQuery(space))
  const { data } = storage
  return (
    <Page
      title={t('section.storage')}
      lead={t('storage.lead')}
      actions={<ShowApiCall call={api('getStorage', { query: { space } })} compact />}
    >
      {storage.isError && data === undefined && (
        <ErrorPanel error={storage.error} what={t('storage.loadFailed')} onRetry={() => void storage.refetch()} />
      )}
      {data === undefined && !storage.isError && (
        <Card>
          <Skeleton height={120} />
        </Card>
      )}
      {data !== undefined && <Loaded storage={data} />}
    </Page>
  )
}

function Loaded({ storage }: { storage: Storage }) {
  const { t } = useTranslation()
  const { stores, silent, spaces, streams } = storage
  const spaceColumns = useUsageColumns<Storage['spaces'][number]>('space')
  const streamColumns = useUsageColumns<Storage['streams'][number]>('path')
  return (
    <>
      <Figures storage={storage} />
      {silent.map(({ nodeId, reason }) => (
        <p key={nodeId} className="notice suspect">
          <Icon name="alert" />
          {t('storage.silent', { node: nodeId, reason })}
        </p>
      ))}
      {stores.length === 0 ? (
        <Card>
          <Empty title={t('storage.noStore')}>
            <p className="muted">{t('storage.noStoreText')}</p>
          </Empty>
        </Card>
      ) : (
        <div className="stores">
          {stores.map(store => (
            <StoreCard key={`${store.nodeId} ${store.store}`} store={store} />
          ))}
        </div>
      )}
      <Days days={storage.days} />
      <div className="two-cards">
        <Card className="flush" title={t('storage.bySpace')}>
          <DataTable
            label={t('storage.bySpace')}
            columns={spaceColumns}
            rows={spaces}
            rowKey={({ space }) => space}
            empty={<Empty title={t('storage.nothingKept')} />}
          />
        </Card>
        <Card className="flush" title={t('storage.byStream')}>
          <DataTable
            label={t('storage.byStream')}
            columns={streamColumns}
            rows={streams}
            rowKey={({ path }) => path}
            empty={<Empty title={t('storage.nothingKept')} />}
          />
        </Card>
      </div>
    </>
  )
}

/** Beyond this nobody plans. */
const MANY_DAYS = 3650
/** Tenths of a day matter below this. */
const FEW_DAYS = 30

function roomFor(days: number, t: TFunction): string {
  if (days > MANY_DAYS) return t('storage.manyYears')
  return t('storage.days', { n: days < FEW_DAYS ? Math.floor(days * 10) / 10 : count(Math.floor(days)) })
}

function Figures({ storage: { total, forecast } }: { storage: Storage }) {
  const { t } = useTranslation()
  const { daysLeft, bytesPerDay, freeBytes } = forecast
  const soon = daysLeft !== null && daysLeft < 3
  return (
    <div className="figures">
      <Card className={soon ? 'figure soon' : 'figure'}>
        <span className="muted">{t('storage.daysLeft')}</span>
        <strong className="tabular">{daysLeft === null ? t('storage.noEnd') : roomFor(daysLeft, t)}</strong>
        <small className="muted">
          {bytesPerDay > 0
            ? t('storage.forecastHow', { perDay: text(bytes(bytesPerDay)), free: text(bytes(freeBytes)) })
            : t('storage.doesNotGrow')}
        </small>
      </Card>
      <Card className="figure">
        <span className="muted">{t('section.recordings')}</span>
        <strong>
          <Measure of={bytes(total.segmentBytes)} />
        </strong>
        <small className="muted tabular">{t('storage.files', { n: count(total.segments) })}</small>
      </Card>
      <Card className="figure">
        <span className="muted">{t('section.snapshots')}</span>
        <strong>
          <Measure of={bytes(total.snapshotBytes)} />
        </strong>
        <small className="muted tabular">{t('storage.files', { n: count(total.snapshots) })}</small>
      </Card>
    </div>
  )
}

const STATES = { ok: 'on', full: 'failed', unreachable: 'failed' } as const satisfies Record<Store['state'], State>

function StoreCard({ store }: { store: Store }) {
  const { t } = useTranslation()
  const { nodeId, kind, location, state, reason, totalBytes, freeBytes, usedBytes, segments, spoolBytes } = store
  const others = totalBytes === null || freeBytes === null ? null : Math.max(0, totalBytes - freeBytes - usedBytes)
  return (
    <Card>
      <div className="store-head">
        <Icon name={kind === 'disk' ? 'disk' : 'cloud'} size={20} />
        <strong className="grow">{store.store}</strong>
        <StateTag state={STATES[state]} word={t(`storage.state.${state}`)} />
      </div>
      <p className="store-place muted">
        {t(`storage.kind.${kind}`)} · <code>{location}</code> · <Link to="/nodes">{nodeId}</Link>
      </p>
      {reason !== '' && <p className="wrong">{reason}</p>}
      {totalBytes !== null && others !== null && (
        <div
          className="store-bar"
          role="img"
          aria-label={t('storage.barLabel', {
            used: text(bytes(usedBytes)),
            others: text(bytes(others)),
            total: text(bytes(totalBytes)),
          })}
        >
          <span className="store-own" style={{ width: `${(usedBytes / totalBytes) * 100}%` }} />
          <span className="store-others" style={{ width: `${(others / totalBytes) * 100}%` }} />
        </div>
      )}
      <dl className="store-facts">
        <div>
          <dt className="own">{t('storage.used')}</dt>
          <dd>
            <Measure of={bytes(usedBytes)} />
          </dd>
        </div>
        {others !== null && (
          <div>
            <dt className="others">{t('storage.others')}</dt>
            <dd>
              <Measure of={bytes(others)} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t('storage.free')}</dt>
          <dd>
            <Measure of={freeBytes === null ? null : bytes(freeBytes)} />
          </dd>
        </div>
        <div>
          <dt>{t('storage.filesWord')}</dt>
          <dd className="tabular">{count(segments)}</dd>
        </div>
        {spoolBytes > 0 && (
          <div>
            <dt>{t('storage.spool')}</dt>
            <dd>
              <Measure of={bytes(spoolBytes)} />
            </dd>
          </div>
        )}
      </dl>
    </Card>
  )
}

function Days({ days }: { days: Storage['days'] }) {
  const { t } = useTranslation()
  const times = days.map(({ day }) => Date.parse(day))
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0]
  return (
    <Card>
      <Chart
        title={t('storage.perDay')}
        times={times}
        stepMs={DAY_MS}
        fromMs={first}
        toMs={Math.max(last, first + DAY_MS)}
        series={[
          { name: t('storage.written'), values: days.map(({ writtenBytes }) => writtenBytes) },
          { name: t('storage.deleted'), values: days.map(({ deletedBytes }) => deletedBytes) },
        ]}
        format={bytes}
        empty={t('storage.nothingKept')}
      />
    </Card>
  )
}

interface Usage {
  readonly segments: number
  readonly segmentBytes: number
  readonly snapshots: number
  readonly snapshotBytes: number
}

function useUsageColumns<Row extends Usage>(name: keyof Row & ('space' | 'path')): readonly Column<Row>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t(name === 'space' ? 'frame.space' : 'storage.stream'),
        track: 'minmax(140px, 2fr)',
        phone: 'title',
        render: row => (
          <Link
            to="/recordings"
            search={name === 'space' ? { space: String(row[name]) } : { path: String(row[name]) }}
            className="ellipsis"
          >
            {String(row[name])}
          </Link>
        ),
      },
      {
        key: 'files',
        title: t('storage.filesWord'),
        track: '80px',
        numeric: true,
        phone: 'meta',
        named: true,
        render: ({ segments }) => <span className="tabular">{count(segments)}</span>,
      },
      {
        key: 'bytes',
        title: t('section.recordings'),
        track: '104px',
        numeric: true,
        phone: 'side',
        render: ({ segmentBytes }) => <Measure of={bytes(segmentBytes)} />,
      },
      {
        key: 'pictures',
        title: t('section.snapshots'),
        track: '104px',
        numeric: true,
        phone: 'meta',
        named: true,
        render: ({ snapshotBytes }) => <Measure of={bytes(snapshotBytes)} />,
      },
    ],
    [t, name],
  )
}
