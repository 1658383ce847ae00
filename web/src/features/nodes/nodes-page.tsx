import { useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Measure } from '../../components/measure.tsx'
import { Card, Empty, Facts, Page, Skeleton } from '../../components/page.tsx'
import { type State, StateTag } from '../../components/state-tag.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { healthQuery, nodesQuery } from '../../lib/api/queries.ts'
import type { Node } from '../../lib/api/types.ts'
import { bitrate, bytes, count, milliseconds, type Quantity, text } from '../../lib/format.ts'
import './nodes.css'

export function NodesPage() {
  const { t } = useTranslation()
  const nodes = useQuery(nodesQuery())
  return (
    <Page title={t('section.nodes')} lead={t('nodes.lead')} actions={<ShowApiCall call={api('listNodes')} compact />}>
      {nodes.isError && (
        <ErrorPanel error={nodes.error} what={t('nodes.loadFailed')} onRetry={() => void nodes.refetch()} />
      )}
      {nodes.data?.length === 0 && (
        <Card>
          <Empty title={t('nodes.emptyTitle')}>
            <p className="muted">{t('nodes.emptyText')}</p>
            <StartCommand />
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
      {(nodes.data?.length ?? 0) > 0 && (
        <Card title={t('nodes.another')}>
          <StartCommand />
        </Card>
      )}
    </Page>
  )
}

function StartCommand() {
  const { t } = useTranslation()
  const url = `${location.origin.replace(/^http/, 'ws')}/link`
  return (
    <CopyField
      label={t('nodes.startCommand')}
      value={`SIGHTLINE_LINK_URL=${url} SIGHTLINE_LINK_TOKEN=<token> ./sightline node`}
    />
  )
}

/** State of the link, unless the node is being emptied. */
function stateOf({ state, draining }: Node): { state: State; word: 'on' | 'lost' | 'draining' } {
  if (state === 'lost') return { state: 'failed', word: 'lost' }
  return draining ? { state: 'suspect', word: 'draining' } : { state: 'on', word: 'on' }
}

function NodeCard({ node }: { node: Node }) {
  const { t } = useTranslation()
  const { data: health } = useQuery(healthQuery())
  const { load } = node
  const { state, word } = stateOf(node)
  const older = health !== undefined && health.version !== node.version
  return (
    <Card title={node.name} extra={<StateTag state={state} word={t(`nodes.state.${word}`)} />}>
      {word !== 'on' && (
        <p className="notice suspect">{t(word === 'lost' ? 'nodes.lostHint' : 'nodes.drainingHint')}</p>
      )}
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
          ...(load?.networks ?? []).map(({ name, receivedBytesPerSecond, sentBytesPerSecond }) => ({
            label: t('nodes.network', { name }),
            value: (
              <Flow
                into={bitrate((receivedBytesPerSecond * 8) / 1000)}
                out={bitrate((sentBytesPerSecond * 8) / 1000)}
              />
            ),
            title: t('nodes.networkHow'),
          })),
          ...(load?.disks ?? []).map(({ name, readBytesPerSecond, writtenBytesPerSecond }) => ({
            label: t('nodes.disk', { name }),
            value: <Flow into={bytes(readBytesPerSecond)} out={bytes(writtenBytesPerSecond)} per="/s" />,
            title: t('nodes.diskHow'),
          })),
          {
            label: t('nodes.version'),
            value: <span className="tabular">{node.version}</span>,
            ...(older ? { note: t('nodes.otherVersion', { version: health.version }) } : {}),
          },
          {
            label: t('nodes.link'),
            value: (
              <>
                {t(`nodes.state.${node.state}`)} · <Ago at={node.lastSeenAt} />
              </>
            ),
          },
        ]}
      />
      <NodeActions node={node} />
    </Card>
  )
}

function NodeActions({ node }: { node: Node }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [asked, setAsked] = useState<'drain' | 'name' | 'forget' | null>(null)
  const take = useAction({ done: t('nodes.takesAgain', { name: node.name }) })
  if (!useMay('nodes.write')) return null
  const takeCall = api('updateNode', { path: { id: node.id }, body: { draining: false } })
  const close = () => setAsked(null)
  return (
    <div className="node-actions">
      {node.draining ? (
        <Button
          icon={<Icon name="play" size={16} />}
          loading={take.isPending}
          onClick={() => take.mutate(takeCall, { onError: error => void message.error(error.message) })}
        >
          {t('nodes.takeAgain')}
        </Button>
      ) : (
        <Button icon={<Icon name="pause" size={16} />} onClick={() => setAsked('drain')}>
          {t('nodes.drain')}
        </Button>
      )}
      <Button icon={<Icon name="edit" size={16} />} onClick={() => setAsked('name')}>
        {t('nodes.rename')}
      </Button>
      {node.state === 'lost' && (
        <Button danger icon={<Icon name="trash" size={16} />} onClick={() => setAsked('forget')}>
          {t('nodes.forget')}
        </Button>
      )}
      {asked === 'drain' && (
        <ConfirmAction
          title={t('nodes.drainTitle', { name: node.name })}
          action={t('nodes.drain')}
          done={t('nodes.drained', { name: node.name })}
          failed={t('nodes.notChanged')}
          call={api('updateNode', { path: { id: node.id }, body: { draining: true } })}
          onClose={close}
        >
          <p>{t('nodes.drainEffect', { streams: count(node.streams), viewers: count(node.viewers) })}</p>
        </ConfirmAction>
      )}
      {asked === 'name' && <Rename node={node} onClose={close} />}
      {asked === 'forget' && (
        <ConfirmAction
          title={t('nodes.forgetTitle', { name: node.name })}
          action={t('nodes.forget')}
          done={t('nodes.forgotten', { name: node.name })}
          failed={t('nodes.notChanged')}
          call={api('deleteNode', { path: { id: node.id } })}
          onClose={close}
        >
          <p>{t('nodes.forgetEffect')}</p>
        </ConfirmAction>
      )}
    </div>
  )
}

function Rename({ node, onClose }: { node: Node; onClose: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(node.name)
  return (
    <FormDialog
      title={t('nodes.rename')}
      action={t('dialog.save')}
      done={t('nodes.renamed')}
      failed={t('nodes.notChanged')}
      call={api('updateNode', { path: { id: node.id }, body: { name: name.trim() } })}
      ready={name.trim() !== node.name}
      onClose={onClose}
    >
      <TextField
        label={t('streams.name')}
        hint={t('nodes.nameHow')}
        autoFocus
        maxLength={128}
        value={name}
        onChange={setName}
      />
    </FormDialog>
  )
}

/** What comes in and what goes out. */
function Flow({ into, out, per = '' }: { into: Quantity; out: Quantity; per?: string }) {
  return (
    <span className="tabular">
      ↓ {text(into)}
      {per} · ↑ {text(out)}
      {per}
    </span>
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
