import { type RawBuilder, sql } from 'kysely'
import type { Position } from './page.ts'

/** Direction of an `order by`. */
export function direction({ descending }: { readonly descending: boolean }): 'asc' | 'desc' {
  return descending ? 'desc' : 'asc'
}

/** Behind the last row of the page before, in the order of `column` and then of the unique one; both databases use an index on them. */
export function behind(
  column: string,
  unique: string,
  { value, name }: Position,
  { descending }: { readonly descending: boolean },
): RawBuilder<boolean> {
  const operator = sql.raw(descending ? '<' : '>')
  return sql<boolean>`(${sql.ref(column)}, ${sql.ref(unique)}) ${operator} (${value}, ${name})`
}

/** Part of a text in lower case, for a column that is in lower case. */
export function contains(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`
}
