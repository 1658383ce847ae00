import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Since } from '../../components/ago.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Empty, Page, Skeleton } from '../../components/page.tsx'
import { Sparkline } from '../../components/sparkline.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { nodesQuery, streamsQuery } from '../../lib/api/queries.ts'
import type { Node, Stream } from '../../lib/api/types.ts'
import { bitrate, bytes, codecName, count, type Quantity } from '../../lib/format.ts'
import { useTraffic } from './use-traffic.ts'
import './overview.css'

const RECENT = 8

export function OverviewPage() {
  const { t } = useTranslation()
  const { space } = useSearch({ from: '/frame' })
  const streams = useQuery(streamsQuery({ space }))
  const nodes = useQuery(nodesQuery())
  const traffic = useTraffic(streams.data, streams.dataUpdatedAt)
  const live = streams.data?.filter(stream => stream.live !== null)
  const nodesOn = nodes.data?.filter(node => node.state === 'on').length
  const plain = (value: number | undefined): Quantity | null =>
    value === undefined ? null : { value: count(value), unit: '' }
  return (
    <Page title={t('section.overview')}>
      {streams.isError && streams.data === undefined && (
        <ErrorPanel error={streams.error} what={t('streams.loadFailed')} onRetry={() => void streams.refetch()} />
      )}
      <div className="tiles">
        <Tile label={t('overview.streamsOn')} value={plain(live?.length)} of={streams.data?.length} />
        <Tile
          label={t('overview.viewers')}
          value={plain(live && sum(live, s => s.live?.viewers ?? 0))}
          samples={traffic.viewers}
        />
        <Tile
          label={t('overview.in')}
          value={live ? bitrate(sum(live, s => s.live?.bitrateKbps ?? 0)) : null}
          samples={traffic.in}
        />
        <Tile label={t('overview.out')} value={live ? bitrate(traffic.out.at(-1) ?? 0) : null} samples={traffic.out} />
        <Tile label={t('overview.nodesOn')} value={plain(nodesOn)} of={nodes.data?.length} />
      </div>
      <div className="overview-columns">
        <Card title={t('overview.recent')} extra={<Link to="/streams">{t('overview.all')}</Link>}>
          <Recent streams={live} any={(streams.data?.length ?? 0) > 0} />
        </Card>
        <Card title={t('section.nodes')} extra={<Link to="/nodes">{t('overview.details')}</Link>}>
          {nodes.isError && nodes.data === undefined ? (
            <ErrorPanel error={nodes.error} what={t('nodes.loadFailed')} />
          ) : (
            <NodeList nodes={nodes.data} />
          )}
        </Card>
      </div>
    </Page>
  )
}

const sum = (streams: readonly Stream[], of: (stream: Stream) => number) =>
  streams.reduce((total, stream) => total + of(stream), 0)

interface TileProps {
  readonly label: string
  /** Null while unknown. */
  readonly value: Quantity | null
  readonly of?: number | undefined
  readonly samples?: readonly number[]
}

function Tile({ label, value, of, samples }: TileProps) {
  return (
    <div className="tile">
      <span className="tile-label">{label}</span>
      <span className="tile-value">
        {value === null ? <Skeleton width={72} height={28} /> : <Measure of={value} />}
        {of !== undefined && <small className="tabular"> / {count(of)}</small>}
      </span>
      {samples !== undefined && <Sparkline samples={samples} />}
    </div>
  )
}

function Recent({ streams, any }: { streams: readonly Stream[] | undefined; any: boolean }) {
  const { t } = useTranslation()
  if (streams === undefined) return <SkeletonLines />
  if (streams.length === 0)
    return (
      <Empty
        title={t(any ? 'overview.nothingOn' : 'streams.emptyTitle')}
        action={
          <Link to="/streams" search={any ? {} : { create: true }}>
            <Button
              type={any ? 'default' : 'primary'}
              tabIndex={-1}
              icon={<Icon name={any ? 'streams' : 'plus'} size={16} />}
            >
              {t(any ? 'overview.all' : 'streams.create')}
            </Button>
          </Link>
        }
      >
        <p className="muted">{t(any ? 'overview.nothingOnHint' : 'streams.emptyText')}</p>
      </Empty>
    )
  const newest = streams.toSorted((a, b) => (b.live?.startedAt ?? '').localeCompare(a.live?.startedAt ?? ''))
  return (
    <ul className="rows">
      {newest.slice(0, RECENT).map(({ id, name, space, app, live }) => (
        <li key={id}>
          <Link to="/streams/$id" params={{ id }} className="row">
            <span className="row-main">
              <strong>{name}</strong>
              <small>
                {space}/{app}
              </small>
            </span>
            <span className="row-side wide">
              {live?.video
                ? `${codecName(live.video.codec)} ${live.video.width}×${live.video.height}`
                : t('streams.audioOnly')}
            </span>
            <span className="row-side numeric">
              <Measure of={bitrate(live?.bitrateKbps ?? 0)} />
            </span>
            <span className="row-side numeric narrow" title={t('streams.viewers')}>
              <Icon name="eye" size={16} /> <span className="tabular">{count(live?.viewers ?? 0)}</span>
            </span>
            <span className="row-side numeric wide">{live && <Since at={live.startedAt} />}</span>
            <StateTag state="on" />
          </Link>
        </li>
      ))}
    </ul>
  )
}

function NodeList({ nodes }: { nodes: readonly Node[] | undefined }) {
  const { t } = useTranslation()
  if (nodes === undefined) return <SkeletonLines />
  if (nodes.length === 0) return <Empty title={t('nodes.emptyTitle')} />
  return (
    <ul className="rows">
      {nodes.map(node => (
        <li key={node.id}>
          <Link to="/nodes" className="row">
            <span className="row-main">
              <strong>{node.name}</strong>
              <small className="tabular">{loadLine(node, t('nodes.cpu'))}</small>
            </span>
            <StateTag state={node.state === 'on' ? 'on' : 'failed'} word={t(`nodes.state.${node.state}`)} />
          </Link>
        </li>
      ))}
    </ul>
  )
}

function loadLine({ load }: Node, cpu: string): ReactNode {
  if (load === null) return '–'
  const memory = bytes(load.memoryBytes)
  return `${cpu} ${(load.cpu * 100).toFixed(0)} % · ${memory.value} ${memory.unit}`
}

function SkeletonLines() {
  return (
    <div className="skeleton-lines">
      {[1, 2, 3].map(i => (
        <Skeleton key={i} width={`${90 - i * 12}%`} />
      ))}
    </div>
  )
}
