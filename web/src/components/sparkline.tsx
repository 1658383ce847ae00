const WIDTH = 120
const HEIGHT = 32

/** The course of a number, newest at the right edge; the number itself stands beside it. */
export function Sparkline({ samples, slots = 60 }: { samples: readonly number[]; slots?: number }) {
  const shown = samples.slice(-slots)
  const top = Math.max(...shown, 1) * 1.15
  const step = WIDTH / (slots - 1)
  const left = WIDTH - (shown.length - 1) * step
  const points = shown.map(
    (value, i) => `${(left + i * step).toFixed(1)},${(HEIGHT - (value / top) * HEIGHT).toFixed(1)}`,
  )
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {shown.length > 1 && (
        <>
          <polygon points={`${left.toFixed(1)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
          <polyline points={points.join(' ')} vectorEffect="non-scaling-stroke" />
        </>
      )}
    </svg>
  )
}
