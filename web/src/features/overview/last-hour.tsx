import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Chart } from '../../components/chart.tsx'
import { Card } from '../../components/page.tsx'
import { overviewMetricsQuery } from '../../lib/api/queries.ts'
import { bitrate, count } from '../../lib/format.ts'

const MINUTES = 60

export function LastHour() {
  const { t } = useTranslation()
  const { data } = useQuery(overviewMetricsQuery(MINUTES))
  if (data === undefined) return null
  const stepMs = data.stepSeconds * 1000
  const common = {
    times: data.points.map(({ at }) => Date.parse(at)),
    stepMs,
    fromMs: Date.parse(data.from),
    toMs: Date.parse(data.to),
    empty: t('chart.empty'),
  }
  const rate = (bytes: number) => (bytes * 8) / stepMs
  return (
    <Card title={t('overview.lastHour')}>
      <div className="charts">
        <Chart
          {...common}
          title={t('overview.traffic')}
          format={bitrate}
          series={[
            { name: t('overview.outShort'), values: data.points.map(({ bytesOut }) => rate(bytesOut)) },
            { name: t('overview.inShort'), values: data.points.map(({ bitrateInKbps }) => bitrateInKbps) },
          ]}
        />
        <Chart
          {...common}
          title={t('overview.viewers')}
          format={value => ({ value: count(value), unit: '' })}
          series={[{ name: t('overview.viewers'), values: data.points.map(({ viewersMax }) => viewersMax) }]}
        />
      </div>
    </Card>
  )
}
