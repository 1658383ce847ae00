import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Since } from '../../components/ago.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Empty, Page, Skeleton } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { liveStreamsQuery, nodesQuery } from '../../lib/api/queries.ts'
import type { Node, Stream } from '../../lib/api/types.ts'
import { bitrate, bytes, codecName, count, text } from '../../lib/format.ts'
import { LastHour } from './last-hour.tsx'
import { RecentEvents } from './recent-events.tsx'
import { Tiles } from './tiles.tsx'
import './overview.css'

const SHOWN = 8

export function OverviewPage() {
  const { t } = useTranslation()
  const { space } = useSearch({ from: '/frame' })
  const live = useQuery(liveStreamsQuery(space))
  const nodes = useQuery(nodesQuery())
  return (
    <Page title={t('section.overview')}>
      {live.isError && live.data === undefined && (
        <ErrorPanel error={live.error} what={t('streams.loadFailed')} onRetry={() => void live.refetch()} />
      )}
      <Tiles space={space} live={live.data} />
      <div className="overview-columns">
        <div className="overview-main">
          <Card title={t('overview.recent')} extra={<Link to="/streams">{t('overview.all')}</Link>}>
            <Newest streams={live.data} />
          </Card>
          <LastHour />
        </div>
        <div className="overview-side">
          <Card title={t('section.nodes')} extra={<Link to="/nodes">{t('overview.details')}</Link>}>
            {nodes.isError && nodes.data === undefined ? (
              <ErrorPanel error={nodes.error} what={t('nodes.loadFailed')} />
            ) : (
              <NodeList nodes={nodes.data} />
            )}
          </Card>
          <RecentEvents space={space} />
        </div>
      </div>
    </Page>
  )
}

function Newest({ streams }: { streams: readonly Stream[] | undefined }) {
  const { t } = useTranslation()
  if (streams === undefined) return <SkeletonLines />
  if (streams.length === 0)
    return (
      <Empty
        title={t('overview.nothingOn')}
        action={
          <Link to="/connect">
            <Button type="primary" tabIndex={-1} icon={<Icon name="plug" size={16} />}>
              {t('section.connect')}
            </Button>
          </Link>
        }
      >
        <p className="muted">{t('overview.nothingOnHint')}</p>
      </Empty>
    )
  const newest = streams.toSorted((a, b) => (b.live?.startedAt ?? '').localeCompare(a.live?.startedAt ?? ''))
  return (
    <ul className="rows">
      {newest.slice(0, SHOWN).map(({ id, name, space, app, live }) => (
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

function loadLine({ load }: Node, cpu: string): string {
  if (load === null) return '–'
  return `${cpu} ${(load.cpu * 100).toFixed(0)} % · ${text(bytes(load.memoryBytes))}`
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
