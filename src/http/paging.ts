import { AppError } from '../base/errors.ts'
import type { Page, PageRequest, Position, Sort } from '../platform/lists/page.ts'

/** The wire form of a sort is its key, with a minus sign for descending. */
function sortOf<K extends string>(text: K | `-${K}`): Sort<K> {
  const descending = text.startsWith('-')
  return { by: (descending ? text.slice(1) : text) as K, descending } // the contract lets only these through
}

/** What a service is asked for. Throws INVALID for a cursor that is not one of this order. */
export function pageRequest<K extends string>(query: {
  sort: K | `-${K}`
  limit: number
  cursor?: string | undefined
}): PageRequest<K> {
  const { cursor, limit, sort } = query
  return { sort: sortOf(sort), limit, after: cursor === undefined ? undefined : fromCursor(cursor, sort) }
}

/** What the caller gets. */
export function pageAnswer<T, V>(
  page: Page<T>,
  sort: string,
  view: (item: T) => V,
): { items: V[]; nextCursor: string | null } {
  const { items, next } = page
  return { items: items.map(view), nextCursor: next === null ? null : toCursor(next, sort) }
}

export function toCursor({ value, name }: Position, sort: string): string {
  return Buffer.from(JSON.stringify([sort, value, name])).toString('base64url')
}

function fromCursor(cursor: string, sort: string): Position {
  const refuse = (reason: string) => new AppError('INVALID', { field: 'querystring.cursor', reason })
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw refuse('not a cursor')
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw refuse('not a cursor')
  const [of, value, name]: unknown[] = parts
  if (of !== sort) throw refuse(`made for another order than ${sort}`)
  const numeric = /(At|Sent|^-?streams|^-?viewers)$/.test(sort)
  if (typeof name !== 'string' || typeof value !== (numeric ? 'number' : 'string')) throw refuse('not a cursor')
  return { value: value as string | number, name } // checked above
}
