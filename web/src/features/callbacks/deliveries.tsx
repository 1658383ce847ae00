import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Modal, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { ShowApiCall } from '../../components/api-call.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Facts } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { count } from '../../lib/format.ts'
import { DeliveryState } from './callback-state.tsx'
import { type Callback, type Delivery, deliveriesQuery } from './queries.ts'

/** What was sent, what waits and what was given up. */
export function Deliveries({ callback, mayWrite }: { callback: Callback; mayWrite: boolean }) {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/callbacks/$id' })
  const { state } = useSearch({ from: '/frame/callbacks/$id' })
  const deliveries = useInfiniteQuery(deliveriesQuery(callback.id, state))
  const [open, setOpen] = useState<Delivery | null>(null)
  const columns = useColumns(setOpen)
  const counts = { waiting: callback.waiting, delivered: callback.delivered, dead: callback.dead }
  return (
    <Card
      className="flush"
      title={t('callbacks.deliveries')}
      extra={
        <>
          <Segmented<Delivery['state'] | 'all'>
            aria-label={t('streams.state')}
            value={state ?? 'all'}
            options={[
              { value: 'all', label: t('callbacks.all') },
              ...(['waiting', 'delivered', 'dead'] as const).map(value => ({
                value,
                label: `${t(`callbacks.state.${value}`)} ${count(counts[value])}`,
              })),
            ]}
            onChange={value =>
              void navigate({
                search: old => ({ ...old, state: value === 'all' ? undefined : value }),
                replace: true,
                resetScroll: false,
              })
            }
          />
          <ShowApiCall call={api('listDeliveries', { path: { id: callback.id }, query: { state } })} compact />
        </>
      }
    >
      {deliveries.isError && deliveries.data === undefined ? (
        <ErrorPanel
          error={deliveries.error}
          what={t('callbacks.deliveriesFailed')}
          onRetry={() => void deliveries.refetch()}
        />
      ) : (
        <DataTable
          label={t('callbacks.deliveries')}
          columns={columns}
          rows={deliveries.data?.pages.flatMap(({ items }) => items)}
          rowKey={({ id }) => id}
          empty={<Empty title={t('callbacks.nothingSent')} />}
        />
      )}
      <Endless query={deliveries} />
      {open !== null && <DeliveryDialog delivery={open} mayWrite={mayWrite} onClose={() => setOpen(null)} />}
    </Card>
  )
}

function useColumns(onOpen: (delivery: Delivery) => void): readonly Column<Delivery>[] {
  const { t } = useTranslation()
  return useMemo(
    () => [
      {
        key: 'event',
        title: t('callbacks.what'),
        track: 'minmax(200px, 2fr)',
        phone: 'title',
        render: delivery => (
          <button type="button" className="plain-button stream-name" onClick={() => onOpen(delivery)}>
            <strong>{t(`callbacks.event.${delivery.event}`)}</strong>
            <small>{delivery.object}</small>
          </button>
        ),
      },
      {
        key: 'state',
        title: t('streams.state'),
        track: '140px',
        phone: 'side',
        render: ({ state }) => <DeliveryState state={state} />,
      },
      {
        key: 'attempts',
        title: t('callbacks.attempts'),
        track: '90px',
        numeric: true,
        phone: 'meta',
        named: true,
        render: ({ attempts }) => <span className="tabular">{count(attempts)}</span>,
      },
      {
        key: 'answer',
        title: t('callbacks.lastAnswer'),
        track: 'minmax(160px, 2fr)',
        phone: 'meta',
        render: ({ lastStatus, lastError }) => (
          <span className="ellipsis" title={lastError}>
            {[lastStatus === null ? '' : `HTTP ${lastStatus}`, lastError].filter(Boolean).join(' ') || '–'}
          </span>
        ),
      },
      {
        key: 'next',
        title: t('callbacks.next'),
        track: '168px',
        numeric: true,
        render: delivery => <NextTry delivery={delivery} />,
      },
      {
        key: 'created',
        title: t('callbacks.happened'),
        track: '140px',
        numeric: true,
        phone: 'meta',
        render: ({ createdAt }) => <Ago at={createdAt} />,
      },
    ],
    [t, onOpen],
  )
}

/** A moment ago is now. */
const DUE_MS = 10_000

/** When it is tried. What is due and not tried waits for what happened before to the same stream or device. */
function NextTry({ delivery: { nextAt } }: { delivery: Delivery }) {
  const { t } = useTranslation()
  if (nextAt === null) return '–'
  return Date.parse(nextAt) < Date.now() - DUE_MS ? t('callbacks.inTurn') : <Moment at={nextAt} />
}

interface DialogProps {
  readonly delivery: Delivery
  readonly mayWrite: boolean
  readonly onClose: () => void
}

function DeliveryDialog({ delivery, mayWrite, onClose }: DialogProps) {
  const { t } = useTranslation()
  const call = api('replayDelivery', { path: { id: delivery.id }, body: {} })
  const replay = useAction({ done: t('callbacks.replayed'), onDone: onClose })
  return (
    <Modal
      open
      width={640}
      title={t(`callbacks.event.${delivery.event}`)}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={call} />
          <span className="grow" />
          {mayWrite && (
            <Button
              type="primary"
              icon={<Icon name="refresh" size={16} />}
              loading={replay.isPending}
              onClick={() => replay.mutate(call)}
            >
              {t('callbacks.replay')}
            </Button>
          )}
          <Button onClick={onClose}>{t('dialog.close')}</Button>
        </div>
      }
    >
      <Facts
        rows={[
          { label: t('streams.state'), value: <DeliveryState state={delivery.state} /> },
          { label: t('callbacks.object'), value: delivery.object },
          { label: t('callbacks.id'), value: <code>{delivery.id}</code> },
          { label: t('callbacks.attempts'), value: count(delivery.attempts) },
          { label: t('callbacks.happened'), value: <Moment at={delivery.createdAt} /> },
          { label: t('callbacks.next'), value: <NextTry delivery={delivery} /> },
          {
            label: t('callbacks.finished'),
            value: delivery.finishedAt === null ? '–' : <Moment at={delivery.finishedAt} />,
          },
          {
            label: t('callbacks.lastAnswer'),
            value:
              [delivery.lastStatus === null ? '' : `HTTP ${delivery.lastStatus}`, delivery.lastError]
                .filter(Boolean)
                .join(' ') || '–',
            note: delivery.lastAnswer,
          },
        ]}
      />
      <p className="muted">{t('callbacks.body')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre className="delivery-body" tabIndex={0}>
        {readable(delivery.body)}
      </pre>
      {replay.isError && <ErrorPanel error={replay.error} what={t('callbacks.replayFailed')} />}
    </Modal>
  )
}

function readable(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json // as it was sent
  }
}
