import { z } from 'zod'

/** Rows of one page; more would make one answer hold the event loop noticeably. */
const MAX_PAGE = 500

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100).describe('rows wanted, 1 to 500'),
  cursor: z.string().max(512).optional().describe('nextCursor of the page before'),
})

/** A page of a list; `nextCursor` is null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

/** A list that is always answered whole. */
export const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })

/** UTC, RFC 3339 with milliseconds. */
export const Time = z.iso.datetime().describe('UTC, RFC 3339')

/** A moment in a query, milliseconds since 1970 UTC. */
export const Moment = z.iso.datetime({ offset: true }).transform(text => Date.parse(text))

/** `name` or `-name`; the minus sign turns the order round. */
export function sortBy<const K extends string>(keys: readonly K[], fallback: NoInfer<K | `-${K}`>) {
  const both: (K | `-${K}`)[] = keys.flatMap(key => [key, `-${key}` as const])
  return z
    .enum(both)
    .prefault(fallback as never) // its own values go in and come out
    .describe('what the list is ordered by; with a minus sign the other way round')
}
