import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api/client.ts'
import type { AttemptSummary } from '../../lib/api/types.ts'
import { milliseconds, text } from '../../lib/format.ts'
import { ShowApiCall } from '../api-call.tsx'
import { type Column, DataTable } from '../data-table.tsx'
import { Endless } from '../endless.tsx'
import { ErrorPanel } from '../error-panel.tsx'
import { Moment } from '../moment.tsx'
import { Card, Empty } from '../page.tsx'
import { StateTag } from '../state-tag.tsx'
import { type AttemptFilter, attemptsQuery } from './attempt-queries.ts'
import { AttemptDialog } from './attempt-view.tsx'
import { useVerdict } from './use-verdict.ts'

interface Props {
  readonly filter: AttemptFilter
  /** Whose they are; left out where all are of one device. */
  readonly ofMany?: boolean
  readonly title?: string
}

/** What was tried with devices and what became of it, newest first; a row opens the exchange. */
export function AttemptsTable({ filter, ofMany = false, title }: Props) {
  const { t } = useTranslation()
  const attempts = useInfiniteQuery(attemptsQuery(filter))
  const [open, setOpen] = useState<string | null>(null)
  const columns = useColumns(ofMany, setOpen)
  return (
    <Card
      className="flush"
      title={title ?? t('attempt.list')}
      extra={<ShowApiCall call={api('listAttempts', { query: filter })} compact />}
    >
      {attempts.isError && attempts.data === undefined ? (
        <ErrorPanel error={attempts.error} what={t('attempt.failed')} onRetry={() => void attempts.refetch()} />
      ) : (
        <DataTable
          label={t('attempt.list')}
          columns={columns}
          rows={attempts.data?.pages.flatMap(({ items }) => items)}
          rowKey={({ id }) => id}
          tall
          empty={
            <Empty title={t('attempt.empty')}>
              <p className="muted">{t('attempt.emptyHow')}</p>
            </Empty>
          }
        />
      )}
      <Endless query={attempts} />
      {open !== null && <AttemptDialog id={open} onClose={() => setOpen(null)} />}
    </Card>
  )
}

function useColumns(ofMany: boolean, onOpen: (id: string) => void): readonly Column<AttemptSummary>[] {
  const { t } = useTranslation()
  const wordsOf = useVerdict()
  return useMemo(
    () => [
      {
        key: 'verdict',
        title: t('attempt.verdict'),
        track: 'minmax(220px, 3fr)',
        phone: 'title',
        render: attempt => {
          const { found, advice } = wordsOf(attempt)
          return (
            <button type="button" className="attempt-row" onClick={() => onOpen(attempt.id)}>
              <strong className="ellipsis">{found}</strong>
              <small className="muted ellipsis" title={advice}>
                {attempt.ok ? t('attempt.look') : advice}
              </small>
            </button>
          )
        },
      },
      {
        key: 'kind',
        title: t('attempt.what'),
        track: '132px',
        phone: 'meta',
        render: ({ kind }) => t(`attempt.kind.${kind}`),
      },
      {
        key: 'ok',
        title: t('streams.state'),
        track: '120px',
        phone: 'side',
        render: ({ ok }) => <StateTag state={ok ? 'on' : 'failed'} word={t(ok ? 'attempt.works' : 'attempt.fails')} />,
      },
      ...(ofMany
        ? [
            {
              key: 'gbId',
              title: t('attempt.of'),
              track: 'minmax(196px, 1fr)',
              phone: 'meta' as const,
              render: ({ gbId, channel }: AttemptSummary) => (
                <span className="two-lines">
                  <span className="tabular ellipsis">{gbId}</span>
                  {channel !== null && channel !== gbId && <small className="tabular">{channel}</small>}
                </span>
              ),
            },
          ]
        : [
            {
              key: 'channel',
              title: t('attempt.channel'),
              track: 'minmax(196px, 1fr)',
              render: ({ channel }: AttemptSummary) => <span className="tabular ellipsis">{channel ?? '–'}</span>,
            },
          ]),
      {
        key: 'lasted',
        title: t('attempt.lasted'),
        track: '92px',
        numeric: true,
        render: ({ startedAt, endedAt }) => (
          <span className="tabular">{text(milliseconds(Date.parse(endedAt) - Date.parse(startedAt)))}</span>
        ),
      },
      {
        key: 'at',
        title: t('attempt.at'),
        track: '156px',
        numeric: true,
        phone: 'meta',
        render: ({ startedAt }) => <Moment at={startedAt} />,
      },
    ],
    [t, wordsOf, ofMany, onOpen],
  )
}
