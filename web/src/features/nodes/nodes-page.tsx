import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Empty, Facts, Page, Skeleton } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { calls } from '../../lib/api/calls.ts'
import { nodesQuery } from '../../lib/api/queries.ts'
import type { Node } from '../../lib/api/types.ts'
import { bytes, count, milliseconds } from '../../lib/format.ts'
import './nodes.css'

export function NodesPage() {
  const { t } = useTranslation()
  const nodes = useQuery(nodesQuery())
  return (
    <Page title={t('section.nodes')} lead={t('nodes.lead')} actions={<ShowApiCall call={calls.nodes()} compact />}>
      {nodes.isError && (
        <ErrorPanel error={nodes.error} what={t('nodes.loadFailed')} onRetry={() => void nodes.refetch()} />
      )}
      {nodes.data?.length === 0 && (
        <Card>
          <Empty title={t('nodes.emptyTitle')}>
            <p className="muted">{t('nodes.emptyText')}</p>
            <CopyField
              label={t('nodes.startCommand')}
              value={`SIGHTLINE_LINK_URL=${location.origin.replace(/^http/, 'ws')}/link SIGHTLINE_LINK_TOKEN=<token> ./sightline node`}
            />
          </Empty>
        </Card>
      )}
      <div className="node-grid" aria-busy={nodes.isPending}>
        {nodes.isPending && (
          <Card>
            <Skeleton width="40%" height={20} />
            <Skeleton width="90%" />
            <Skeleton width="70%" />
          </Card>
        )}
        {nodes.data?.map(node => (
          <NodeCard key={node.id} node={node} />
        ))}
      </div>
    </Page>
  )
}

function NodeCard({ node }: { node: Node }) {
  const { t } = useTranslation()
  const { load } = node
  return (
    <Card
      title={node.name}
      extra={<StateTag state={node.state === 'on' ? 'on' : 'failed'} word={t(`nodes.state.${node.state}`)} />}
    >
      {node.state === 'lost' && <p className="notice suspect">{t('nodes.lostHint')}</p>}
      <Meter label={t('nodes.cpu')} share={load?.cpu} text={load ? `${(load.cpu * 100).toFixed(0)} %` : '–'} />
      <Facts
        rows={[
          { label: t('section.streams'), value: <span className="tabular">{count(node.streams)}</span> },
          { label: t('streams.viewers'), value: <span className="tabular">{count(node.viewers)}</span> },
          { label: t('nodes.memory'), value: <Measure of={load && bytes(load.memoryBytes)} /> },
          {
            label: t('nodes.eventLoop'),
            value: <Measure of={load && milliseconds(load.eventLoopP99Ms)} />,
            title: t('nodes.eventLoopHow'),
          },
          { label: t('nodes.version'), value: <span className="tabular">{node.version}</span> },
          { label: t('nodes.lastSeen'), value: <Ago at={node.lastSeenAt} /> },
        ]}
      />
    </Card>
  )
}

/** A share of one, as a bar. Over 85 % the node's write window is already at its widest. */
function Meter({ label, share, text }: { label: string; share: number | undefined; text: string }) {
  const full = Math.min(1, share ?? 0)
  return (
    <div className="meter-row">
      <span>{label}</span>
      <meter className="meter" min={0} max={1} high={0.85} value={full} aria-label={label}>
        {text}
      </meter>
      <span className="tabular meter-text">{text}</span>
    </div>
  )
}
