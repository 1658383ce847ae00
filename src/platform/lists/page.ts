/** What a list is ordered by. Rows with the same value follow each other by their unique name, so the order is total. */
export interface Sort<K extends string> {
  readonly by: K
  readonly descending: boolean
}

/** Last row of a page: the next page begins behind it, whatever was added or removed meanwhile. */
export interface Position {
  readonly value: string | number
  readonly name: string
}

export interface PageRequest<K extends string> {
  readonly sort: Sort<K>
  readonly after?: Position | undefined
  readonly limit: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** `after` of the next page; null on the last one. */
  readonly next: Position | null
}

/** Cuts the row too many that a query asked for to know whether there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number, position: (row: T) => Position): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? position(last) : null }
}

/** A page of a list that is whole in memory. */
export function pageInMemory<T, K extends string>(
  rows: readonly T[],
  { sort, after, limit }: PageRequest<K>,
  position: (row: T) => Position,
): Page<T> {
  const sign = sort.descending ? -1 : 1
  const order = (a: Position, b: Position) => sign * (compare(a.value, b.value) || compare(a.name, b.name))
  const behind = after === undefined ? rows : rows.filter(row => order(position(row), after) > 0)
  const sorted = behind.toSorted((a, b) => order(position(a), position(b)))
  return pageOf(sorted, limit, position)
}

function compare(a: string | number, b: string | number): number {
  return a === b ? 0 : a < b ? -1 : 1
}
