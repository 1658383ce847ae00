import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Measure } from '../../components/measure.tsx'
import { Skeleton } from '../../components/page.tsx'
import { Sparkline } from '../../components/sparkline.tsx'
import { overviewQuery } from '../../lib/api/queries.ts'
import type { Overview, Stream } from '../../lib/api/types.ts'
import { bitrate, bytes, count, type Quantity } from '../../lib/format.ts'

/** Answers kept for the small lines: two minutes. */
const MAX_SAMPLES = 60

/** The answers of the last minutes, newest last. */
function useHistory(overview: Overview | undefined): readonly Overview[] {
  const [history, setHistory] = useState<readonly Overview[]>([])
  useEffect(() => {
    if (overview !== undefined) setHistory(old => [...old, overview].slice(-MAX_SAMPLES))
  }, [overview])
  return history
}

const plain = (value: number): Quantity => ({ value: count(value), unit: '' })
const cores = (value: number): Quantity => ({ value: value.toFixed(2), unit: '' })

/** The few numbers one looks at first: of the whole platform, or what is known of one space. */
export function Tiles({ space, live }: { space: string | undefined; live: readonly Stream[] | undefined }) {
  const { t } = useTranslation()
  const { data } = useQuery({ ...overviewQuery(), enabled: space === undefined, structuralSharing: false })
  const history = useHistory(data)
  if (space !== undefined) {
    const sum = (of: (stream: Stream) => number) => live?.reduce((total, stream) => total + of(stream), 0)
    const quantity = (value: number | undefined, as: (value: number) => Quantity) =>
      value === undefined ? null : as(value)
    return (
      <div className="tiles">
        <Tile label={t('overview.streamsOn')} value={quantity(live?.length, plain)} />
        <Tile
          label={t('overview.viewers')}
          value={quantity(
            sum(each => each.live?.viewers ?? 0),
            plain,
          )}
        />
        <Tile
          label={t('overview.in')}
          value={quantity(
            sum(each => each.live?.bitrateKbps ?? 0),
            bitrate,
          )}
        />
      </div>
    )
  }
  const tile = (label: string, of: (overview: Overview) => number, as: (value: number) => Quantity) => (
    <Tile label={label} value={data === undefined ? null : as(of(data))} samples={history.map(of)} />
  )
  const nodes = data && { value: plain(data.nodesOn), of: data.nodesOn + data.nodesLost }
  return (
    <div className="tiles">
      {tile(t('overview.streamsOn'), each => each.streams, plain)}
      {tile(t('overview.viewers'), each => each.viewers, plain)}
      {tile(t('overview.in'), each => each.bitrateInKbps, bitrate)}
      {tile(t('overview.out'), each => each.bitrateOutKbps, bitrate)}
      {tile(t('overview.cpu'), each => each.cpu, cores)}
      {tile(t('nodes.memory'), each => each.memoryBytes, bytes)}
      <Tile label={t('overview.nodesOn')} value={nodes?.value ?? null} of={nodes?.of} />
    </div>
  )
}

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
