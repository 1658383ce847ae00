export const byName = new Intl.Collator(undefined, { numeric: true })

/** Sorted copy. Equal rows stand by `tie`, so that live numbers do not make them jump. */
export function sortRows<Row>(
  rows: readonly Row[],
  key: (row: Row) => string | number,
  order: 'asc' | 'desc',
  tie: (a: Row, b: Row) => number,
): readonly Row[] {
  const sign = order === 'asc' ? 1 : -1
  return rows.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    const difference = typeof x === 'number' && typeof y === 'number' ? x - y : byName.compare(String(x), String(y))
    return sign * difference || tie(a, b)
  })
}
