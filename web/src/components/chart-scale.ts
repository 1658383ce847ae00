const LEAST = 3

/** The end of a scale that begins at zero: the next of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten. At least 3: its three lines are whole numbers. */
export function niceTop(largest: number): number {
  if (!(largest > 0)) return LEAST
  const power = 10 ** Math.floor(Math.log10(largest))
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find(each => each * power >= largest) ?? 10
  return Math.max(LEAST, step * power)
}

export type Run = readonly (readonly [ms: number, value: number])[]

/** Values that belong to one line: a null, or more than `gapMs` between two, ends it. */
export function runsOf(times: readonly number[], values: readonly (number | null)[], gapMs: number): readonly Run[] {
  const runs: [number, number][][] = []
  let open: [number, number][] | null = null
  for (const [i, ms] of times.entries()) {
    const value = values[i] ?? null
    if (value === null) {
      open = null
      continue
    }
    const before: number | undefined = open?.at(-1)?.[0]
    if (open === null || (before !== undefined && ms - before > gapMs)) {
      open = []
      runs.push(open)
    }
    open.push([ms, value])
  }
  return runs
}
