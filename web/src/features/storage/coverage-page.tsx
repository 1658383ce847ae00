import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { Endless } from '../../components/endless.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { useGapReason } from '../../components/gap-reason.ts'
import { Moment } from '../../components/moment.tsx'
import { Card, Empty, Page, Skeleton } from '../../components/page.tsx'
import { type State, StateTag } from '../../components/state-tag.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { api } from '../../lib/api/client.ts'
import { duration, percent } from '../../lib/format.ts'
import { Alerts } from './alerts.tsx'
import { type Coverage, coverageQuery } from './queries.ts'
import './storage.css'

const HOUR_MS = 3_600_000
const SPANS = { day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS } as const
type SpanName = keyof typeof SPANS
const TABS = ['streams', 'alerts'] as const

/** What should have been recorded, what was, and why not the rest. */
export function CoveragePage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/coverage' })
  const { tab = 'streams' } = useSearch({ from: '/frame/coverage' })
  return (
    <Page
      title={t('section.coverage')}
      lead={t('storage.coverageLead')}
      actions={<ShowApiCall call={tab === 'streams' ? api('listCoverage') : api('listAlerts')} compact />}
    >
      <Tabs<(typeof TABS)[number]>
        label={t('section.coverage')}
        tabs={TABS.map(key => ({ key, title: t(`storage.tab.${key}`) }))}
        open={tab}
        onOpen={tab => void navigate({ search: old => ({ ...old, tab }), replace: true, resetScroll: false })}
      >
        {tab === 'streams' ? <Streams /> : <Alerts />}
      </Tabs>
    </Page>
  )
}

/** Full minutes, so that pages of one list ask for the same time. */
const minuteNow = () => Math.floor(Date.now() / 60_000) * 60_000

function Streams() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/coverage' })
  const { space, over = 'day' } = useSearch({ from: '/frame/coverage' })
  const span = useMemo(() => {
    const endMs = minuteNow()
    return { startMs: endMs - SPANS[over], endMs }
  }, [over])
  const start = new Date(span.startMs).toISOString()
  const coverage = useInfiniteQuery(coverageQuery({ space, start, end: new Date(span.endMs).toISOString() }))
  const rows = coverage.data?.pages.flatMap(({ items }) => items)
  return (
    <>
      <div className="toolbar">
        <Segmented<SpanName>
          aria-label={t('storage.span')}
          value={over}
          options={(['day', 'week', 'month'] as const).map(value => ({ value, label: t(`storage.last.${value}`) }))}
          onChange={over => void navigate({ search: old => ({ ...old, over }), replace: true, resetScroll: false })}
        />
      </div>
      {coverage.isError && rows === undefined && (
        <ErrorPanel error={coverage.error} what={t('storage.coverageFailed')} onRetry={() => void coverage.refetch()} />
      )}
      {rows === undefined && !coverage.isError && (
        <Card>
          <Skeleton height={160} />
        </Card>
      )}
      {rows?.length === 0 && (
        <Card>
          <Empty title={t('storage.nothingPlanned')} action={<Link to="/templates">{t('section.templates')}</Link>}>
            <p className="muted">{t('storage.nothingPlannedText')}</p>
          </Empty>
        </Card>
      )}
      {rows !== undefined && rows.length > 0 && (
        <>
          <Total rows={rows} />
          <p className="muted">{t('storage.bars')}</p>
        </>
      )}
      <div className="coverage-list">
        {rows?.map(row => (
          <Row key={row.path} row={row} span={span} />
        ))}
      </div>
      <Endless query={coverage} />
    </>
  )
}

interface SpanMs {
  readonly startMs: number
  readonly endMs: number
}

/** Good enough to be green, and so little that it is red. */
const GOOD_PERCENT = 99.9
const BAD_PERCENT = 95

const stateOf = (percent: number): State =>
  percent >= GOOD_PERCENT ? 'on' : percent >= BAD_PERCENT ? 'suspect' : 'failed'

function Total({ rows }: { rows: readonly Coverage[] }) {
  const { t } = useTranslation()
  const planned = rows.reduce((sum, { plannedS }) => sum + plannedS, 0)
  const recorded = rows.reduce((sum, { recordedS }) => sum + Math.min(recordedS, Number.MAX_SAFE_INTEGER), 0)
  const share = planned === 0 ? 100 : Math.min(100, (recorded / planned) * 100)
  const incomplete = rows.filter(({ percent }) => percent < GOOD_PERCENT).length
  return (
    <div className="figures">
      <Card className="figure">
        <span className="muted">{t('storage.recordedOfPlanned')}</span>
        <strong className="tabular">{percent(share)}</strong>
        <small className="muted tabular">
          {t('storage.ofTime', { recorded: duration(recorded * 1000), planned: duration(planned * 1000) })}
        </small>
      </Card>
      <Card className="figure">
        <span className="muted">{t('storage.incomplete')}</span>
        <strong className="tabular">{incomplete}</strong>
        <small className="muted tabular">{t('storage.ofStreams', { n: rows.length })}</small>
      </Card>
    </div>
  )
}

function Row({ row, span }: { row: Coverage; span: SpanMs }) {
  const { t } = useTranslation()
  const reason = useGapReason()
  const { path, plannedS, recordedS, gaps } = row
  const width = span.endMs - span.startMs
  const x = (iso: string) => Math.max(0, Math.min(100, ((Date.parse(iso) - span.startMs) / width) * 100))
  return (
    <Card className="coverage-row">
      <div className="coverage-head">
        <strong className="ellipsis grow">{path}</strong>
        <span className="muted tabular">
          {t('storage.ofTime', { recorded: duration(recordedS * 1000), planned: duration(plannedS * 1000) })}
        </span>
        <StateTag state={stateOf(row.percent)} word={percent(row.percent)} />
      </div>
      <svg className="coverage-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect className="recorded" x={0} y={0} width={100} height={1} />
        {gaps.map(({ start, end }) => (
          <rect key={start} className="gap" x={x(start)} y={0} width={Math.max(0.25, x(end) - x(start))} height={1} />
        ))}
      </svg>
      {gaps.length > 0 && (
        <details>
          <summary>{t('storage.gaps', { n: gaps.length })}</summary>
          <ul className="coverage-gaps">
            {gaps.toReversed().map(gap => (
              <li key={gap.start}>
                <Moment at={gap.start} />
                <span className="tabular">{duration(Date.parse(gap.end) - Date.parse(gap.start))}</span>
                <span className="muted">{reason(gap.reason)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  )
}
