import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable, type Order } from '../../components/data-table.tsx'
import { DeviceState } from '../../components/device-state.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { useReason } from '../../components/off-reason.ts'
import { Card, Empty, Page } from '../../components/page.tsx'
import { SearchBox } from '../../components/search-box.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { MAX_LISTED } from '../../lib/api/queries.ts'
import type { Device } from '../../lib/api/types.ts'
import { address, count } from '../../lib/format.ts'
import { BulkDevices } from './bulk-devices.tsx'
import { useCatalogProgress } from './catalog-progress.tsx'
import { ExportButton } from './export-button.tsx'
import { devicesQuery, pendingQuery } from './queries.ts'
import { isDeviceSortKey, sortDevices } from './sort-devices.ts'
import './devices.css'

const STATES = ['new', 'on', 'suspect', 'off', 'failed'] as const
const TYPES = ['ipc', 'nvr', 'platform'] as const

export function DevicesPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/devices' })
  const { space, q, state, type, sort, order = 'asc' } = useSearch({ from: '/frame/devices' })
  const filter = { space, q, state, type }
  const devices = useQuery(devicesQuery(filter))
  const by = isDeviceSortKey(sort) ? sort : 'name'
  const rows = useMemo(() => devices.data && sortDevices(devices.data, by, order), [devices.data, by, order])
  const columns = useColumns()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const mayWrite = useMay('devices.write')
  const mayControl = useMay('devices.control')
  // Rows that a filter hides, or that are gone, must not be hit by a command.
  const ids = useMemo(() => rows?.filter(({ id }) => chosen.has(id)).map(({ id }) => id) ?? [], [rows, chosen])
  const filtered = q !== undefined || state !== undefined || type !== undefined
  const search = (change: object) => void navigate({ search: old => ({ ...old, ...change }), replace: true })
  const add = mayWrite && (
    <LinkButton to="/devices/add" type="primary" icon={<Icon name="plus" />}>
      {t('devices.add')}
    </LinkButton>
  )
  return (
    <Page
      title={t('section.devices')}
      lead={t('devices.lead')}
      actions={
        <>
          <ShowApiCall call={api('listDevices', { query: filter })} compact />
          <ExportButton space={space} />
          {mayWrite && (
            <LinkButton to="/devices/import" icon={<Icon name="upload" />}>
              {t('devices.import')}
            </LinkButton>
          )}
          {add}
        </>
      }
    >
      <Pending space={space} />
      <div className="toolbar">
        <SearchBox label={t('devices.search')} q={q ?? ''} onSearch={text => search({ q: text || undefined })} />
        <FilterSelect
          label={t('streams.state')}
          all={t('devices.allStates')}
          value={state}
          options={STATES.map(value => ({ value, label: t(`state.${value}`) }))}
          onChange={state => search({ state })}
        />
        <FilterSelect
          label={t('devices.type')}
          all={t('devices.allTypes')}
          value={type}
          options={TYPES.map(value => ({ value, label: t(`devices.types.${value}`) }))}
          onChange={type => search({ type })}
        />
        <span className="grow" />
        <span className="muted tabular" aria-live="polite">
          {rows && t('devices.count', { n: count(rows.length) })}
          {rows !== undefined && rows.length >= MAX_LISTED && ` ${t('streams.countLimit')}`}
        </span>
      </div>
      <BulkDevices ids={ids} onClear={() => setChosen(new Set())} />
      {devices.isError && (
        <ErrorPanel error={devices.error} what={t('devices.loadFailed')} onRetry={() => void devices.refetch()} />
      )}
      {(rows !== undefined || !devices.isError) && (
        <Card className="flush">
          <DataTable
            {...(mayWrite || mayControl ? { selection: { keys: chosen, onChange: setChosen } } : {})}
            label={t('section.devices')}
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            sort={{ by, order, onChange: (sort: string, order: Order) => search({ sort, order }) }}
            empty={
              filtered ? (
                <Empty
                  title={t('devices.noMatch')}
                  action={
                    <Button onClick={() => void navigate({ search: old => ({ space: old.space }), replace: true })}>
                      {t('streams.clearFilter')}
                    </Button>
                  }
                />
              ) : (
                <Empty title={t('devices.emptyTitle')} action={add}>
                  <p className="muted">{t('devices.emptyText')}</p>
                </Empty>
              )
            }
          />
        </Card>
      )}
    </Page>
  )
}

/** Somebody knocks: said where it is seen. */
function Pending({ space }: { space: string | undefined }) {
  const { t } = useTranslation()
  const { data: pending = [] } = useQuery(pendingQuery(space, false))
  if (pending.length === 0) return null
  return (
    <p className="notice" role="status">
      <Icon name="bell" />
      <span className="grow">{t('devices.pendingNow', { n: count(pending.length) })}</span>
      <Link to="/devices/pending">{t('devices.pendingLook')}</Link>
    </p>
  )
}

/** While its catalog is read: how far that is. */
function Channels({ device: { id, stats } }: { device: Device }) {
  const { t } = useTranslation()
  const progress = useCatalogProgress(id)
  const of = progress?.promised ?? null
  if (progress !== null && of !== null) {
    return (
      <span className="tabular" title={t('devices.readingOf', { n: count(progress.received), of: count(of) })}>
        {t('devices.readingShort', { percent: Math.min(100, Math.floor((progress.received * 100) / Math.max(1, of))) })}
      </span>
    )
  }
  return (
    <span className="tabular" title={t('devices.channelsHow')}>
      {count(stats.online)} / {count(stats.channels)}
    </span>
  )
}

function useColumns(): readonly Column<Device>[] {
  const { t } = useTranslation()
  const reasonOf = useReason()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('streams.name'),
        track: 'minmax(200px, 2.2fr)',
        sortable: true,
        phone: 'title',
        render: ({ id, name, gbId }) => (
          <Link to="/devices/$id" params={{ id }} className="stream-name">
            <strong>{name}</strong>
            <small className="tabular">{gbId}</small>
          </Link>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '132px',
        sortable: true,
        phone: 'side',
        render: ({ state, reason }) => (
          <span title={reasonOf(reason)}>
            <DeviceState state={state} />
          </span>
        ),
      },
      {
        key: 'make',
        title: t('devices.make'),
        track: 'minmax(140px, 1.4fr)',
        sortable: true,
        render: ({ type, manufacturer, vendor, model }) => (
          <span className="two-lines">
            <span className="ellipsis">{[manufacturer || vendor, model].filter(Boolean).join(' ') || '–'}</span>
            <small>{t(`devices.types.${type}`)}</small>
          </span>
        ),
      },
      {
        key: 'channels',
        title: t('devices.channels'),
        track: '108px',
        numeric: true,
        sortable: true,
        phone: 'meta',
        render: device => <Channels device={device} />,
      },
      {
        key: 'remote',
        title: t('viewers.remote'),
        track: 'minmax(150px, 1.2fr)',
        sortable: true,
        phone: 'meta',
        render: ({ remote, transport }) =>
          remote === '' ? (
            '–'
          ) : (
            <span className="two-lines">
              <code className="ellipsis">{address(remote)}</code>
              <small>{transport.toUpperCase()}</small>
            </span>
          ),
      },
      {
        key: 'seen',
        title: t('devices.seen'),
        track: '132px',
        numeric: true,
        sortable: true,
        phone: 'meta',
        render: ({ lastSeenAt }) => (lastSeenAt === null ? '–' : <Ago at={lastSeenAt} />),
      },
    ],
    [t, reasonOf],
  )
}
