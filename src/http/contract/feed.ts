import { z } from 'zod'
import { FEED_TYPES } from '../../platform/events-feed/feed-event.ts'
import { Time } from './page.ts'

/** What a page shows at most of what happened; the history of streams goes back further. */
const MAX_LISTED = 500

const TYPES: ReadonlySet<string> = new Set(FEED_TYPES)

export const FeedQuery = z.strictObject({
  types: z
    .string()
    .max(1024)
    .optional()
    .refine(
      text => text === undefined || text.split(',').every(type => TYPES.has(type)),
      `some of ${FEED_TYPES.join(',')}`,
    )
    .describe(`only these types, separated by commas: ${FEED_TYPES.join(', ')}`)
    .meta({ example: 'stream.on,stream.off' }),
  space: z.string().max(128).optional().describe('only streams of this space'),
  stream: z.string().max(64).optional().describe('only the stream with this id'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LISTED)
    .optional()
    .describe('so many of the newest events as JSON, the oldest of them first, instead of a stream of what comes'),
})

export const FeedList = z.object({
  items: z.array(
    z
      .object({
        id: z.string(),
        type: z.enum(FEED_TYPES),
        at: Time,
        data: z.record(z.string(), z.unknown()).describe('what happened, by type'),
      })
      .meta({ id: 'FeedEntry' }),
  ),
  lastEventId: z.string().describe('where to follow on'),
})

export const FeedText = z
  .string()
  .describe(
    'Server-sent events. `event` is the type, `data` is JSON with `at` (UTC) and what happened, `id` is what to send as Last-Event-ID. `ready` comes first; `reset` says that events are missing.',
  )
