/** One number of a scenario, with what it should be. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly digits?: number
  readonly atMost?: number
  readonly atLeast?: number
}

export interface GbOutcome {
  readonly id: string
  readonly title: string
  /** What was done, in a sentence or two. */
  readonly how: string
  readonly figures: readonly Figure[]
}

const digitsOf = ({ digits = 0 }: Figure) => digits
const shown = (figure: Figure, value: number) => `${value.toFixed(digitsOf(figure))}${figure.unit && ` ${figure.unit}`}`

function aim(figure: Figure): string {
  if (figure.atMost !== undefined) return `<= ${shown(figure, figure.atMost)}`
  return figure.atLeast === undefined ? '' : `>= ${shown(figure, figure.atLeast)}`
}

const hasAim = ({ atLeast, atMost }: Figure): boolean => (atMost ?? atLeast) !== undefined

const isMet = ({ atLeast, atMost, value }: Figure): boolean =>
  value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY)

/** Whether it is as wanted, and what part of the aim it is. */
function verdict(figure: Figure): string {
  const wanted = figure.atMost ?? figure.atLeast
  if (wanted === undefined) return ''
  const ratio = wanted === 0 ? '' : `, ${(figure.value / wanted).toFixed(2)} of it`
  return `${isMet(figure) ? 'met' : 'NOT MET'}${ratio}`
}

/** Markdown, readable as it is. */
export function figureTable({ figures }: GbOutcome): string {
  const rows = [
    ['figure', 'reached', 'aim', ''],
    ...figures.map(figure => [figure.name, shown(figure, figure.value), aim(figure), verdict(figure)]),
  ]
  const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0), 1))
  const lines = rows.map(row => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`)
  return lines.join('\n')
}

/** Figures that are not as wanted, in words. */
export function missed({ figures, title }: GbOutcome): string[] {
  return figures
    .filter(figure => hasAim(figure) && !isMet(figure))
    .map(figure => `${title}: ${figure.name} ${aim(figure)}, reached ${shown(figure, figure.value)}`)
}

/** How long an event loop stood still, and how much of the longest turn was its own work. */
export function stallFigures(
  name: string,
  { busyMs, stallMs }: { readonly busyMs: number; readonly stallMs: number } = {
    busyMs: Number.NaN,
    stallMs: Number.NaN,
  },
  atMost?: number,
): Figure[] {
  return [
    { name: `longest stall of the ${name}`, value: stallMs, unit: 'ms', ...(atMost !== undefined && { atMost }) },
    { name: `most CPU of one turn of the ${name}`, value: busyMs, unit: 'ms' },
  ]
}

/** At a share of the sorted values, 0 to 1. */
export function at(share: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
