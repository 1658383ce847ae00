import { NOTHING, type Quantity } from '../lib/format.ts'

/** A number with its unit, in figures of one width, so that it changes in place. */
export function Measure({ of }: { of: Quantity | null }) {
  const { value, unit } = of ?? NOTHING
  return (
    <span className="measure">
      {value}
      {unit !== '' && <small>{unit}</small>}
    </span>
  )
}
