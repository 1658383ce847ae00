import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { Chart } from '../../components/chart.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Card } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { since, streamMetricsQuery } from '../../lib/api/queries.ts'
import type { Stream, StreamMetrics } from '../../lib/api/types.ts'
import { bitrate, count, framesPerSecond, milliseconds } from '../../lib/format.ts'

/** Spans in minutes: minutes are kept two days, hours for more than a year. */
const SPANS = { hour: 60, day: 1440, week: 10_080, month: 43_200 } as const
type Span = keyof typeof SPANS

/** How the stream was: its numbers over time. */
export function StreamCharts({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const [span, setSpan] = useState<Span>('hour')
  const metrics = useQuery(streamMetricsQuery(stream.id, SPANS[span]))
  return (
    <Card
      title={t('chart.title')}
      extra={
        <>
          <Segmented<Span>
            aria-label={t('chart.span')}
            value={span}
            onChange={setSpan}
            options={(['hour', 'day', 'week', 'month'] as const).map(value => ({ value, label: t(`chart.${value}`) }))}
          />
          <ShowApiCall
            call={api('getStreamMetrics', { path: { id: stream.id }, query: { from: since(SPANS[span]) } })}
            compact
          />
        </>
      }
    >
      {metrics.isError && metrics.data === undefined && <ErrorPanel error={metrics.error} what={t('chart.failed')} />}
      {metrics.data && <Charts data={metrics.data} />}
    </Card>
  )
}

function Charts({ data: { points, from, to, stepSeconds } }: { data: StreamMetrics }) {
  const { t } = useTranslation()
  const common = {
    times: points.map(({ at }) => Date.parse(at)),
    stepMs: stepSeconds * 1000,
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    empty: t('chart.empty'),
  }
  const plain = (value: number) => ({ value: count(value), unit: '' })
  return (
    <div className="charts">
      <Chart
        {...common}
        title={t('streams.bitrate')}
        format={bitrate}
        series={[
          { name: t('chart.mean'), values: points.map(({ bitrateKbps }) => bitrateKbps) },
          { name: t('chart.most'), values: points.map(({ bitrateMaxKbps }) => bitrateMaxKbps) },
        ]}
      />
      <Chart
        {...common}
        title={t('streams.viewers')}
        format={plain}
        series={[
          { name: t('chart.mean'), values: points.map(({ viewers }) => viewers) },
          { name: t('chart.most'), values: points.map(({ viewersMax }) => viewersMax) },
        ]}
      />
      <Chart
        {...common}
        title={t('player.facts.fps')}
        format={value => ({ value: framesPerSecond(value), unit: '' })}
        series={[{ name: t('chart.mean'), values: points.map(({ fps }) => fps) }]}
      />
      <Chart
        {...common}
        title={t('stream.gop')}
        format={milliseconds}
        series={[{ name: t('chart.mean'), values: points.map(({ gopMs }) => gopMs) }]}
      />
    </div>
  )
}
