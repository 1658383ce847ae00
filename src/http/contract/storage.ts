import { z } from 'zod'
import { ALERT_KINDS } from '../../platform/alerts/alert.ts'
import { Operation } from './operation.ts'
import { Moment, PageQuery, sortBy, Time } from './page.ts'
import { Gap } from './recording.ts'

const Id = z.string().min(1).max(64)

const usage = {
  segments: z.number().describe('recorded files'),
  segmentBytes: z.number(),
  snapshots: z.number(),
  snapshotBytes: z.number(),
}

const Store = z
  .object({
    nodeId: z.string(),
    store: z.string().describe('name at the node'),
    kind: z.enum(['disk', 's3']),
    location: z.string().describe('directory, or bucket and prefix'),
    state: z.enum(['ok', 'full', 'unreachable']),
    reason: z.string(),
    totalBytes: z.number().nullable(),
    freeBytes: z.number().nullable().describe('null: it does not say'),
    usedBytes: z.number().describe('by recordings and snapshots'),
    segments: z.number(),
    spoolBytes: z.number().describe('waiting to be uploaded'),
  })
  .meta({ id: 'Store' })

export const StorageQuery = z.strictObject({
  space: z.string().max(128).optional().describe('streams and days of this space only'),
})

export const Storage = z
  .object({
    stores: z.array(Store).describe('of all nodes that are connected'),
    silent: z.array(z.object({ nodeId: z.string(), reason: z.string() })).describe('nodes that did not say'),
    total: z.object(usage),
    spaces: z.array(z.object({ space: z.string(), streams: z.number(), ...usage })).describe('largest first'),
    streams: z.array(z.object({ path: z.string(), ...usage })).describe('the 100 largest'),
    days: z
      .array(z.object({ day: Time.describe('begin, UTC'), writtenBytes: z.number(), deletedBytes: z.number() }))
      .describe('the last 14, in order'),
    forecast: z.object({
      freeBytes: z.number().describe('of the stores that say it'),
      bytesPerDay: z.number().describe('written less deleted, mean of the last week'),
      daysLeft: z.number().nullable().describe('null: it does not grow'),
    }),
  })
  .meta({ id: 'Storage' })
export type Storage = z.infer<typeof Storage>

export const CoverageQuery = PageQuery.extend({
  stream: Id.optional().describe('id of a stream'),
  space: z.string().max(128).optional(),
  start: Moment.optional().describe('RFC 3339; a day before `end` when left out'),
  end: Moment.optional().describe('RFC 3339; now when left out'),
  sort: sortBy(['path'], 'path'),
})

export const Coverage = z
  .object({
    path: z.string(),
    plannedS: z.number().describe('seconds that should have been recorded, in the hours that the time touches'),
    recordedS: z.number().describe('seconds of them that were recorded'),
    percent: z.number().describe('0 to 100'),
    gaps: z.array(Gap).describe('the newest 100, in order'),
  })
  .meta({ id: 'Coverage' })
export type Coverage = z.infer<typeof Coverage>

const Kind = z.enum(ALERT_KINDS)

export const Alert = z
  .object({
    id: z.string(),
    kind: Kind,
    object: z.string().describe('path of a stream, node and store, or id of a callback'),
    path: z.string().nullable().describe('null: concerns no single stream'),
    nodeId: z.string(),
    reason: z.string(),
    raisedAt: Time,
    clearedAt: Time.nullable().describe('null: still wrong'),
  })
  .meta({ id: 'Alert' })
export type Alert = z.infer<typeof Alert>

export const AlertQuery = PageQuery.extend({
  state: z.enum(['open', 'cleared']).optional(),
  kind: Kind.optional(),
  path: z.string().max(1300).optional().describe('space/app/name'),
  sort: sortBy(['raisedAt'], '-raisedAt'),
})

export const ExportRequest = z.strictObject({
  stream: Id.describe('id of a stream'),
  start: Time,
  end: Time,
  format: z.enum(['mp4', 'flv']).default('mp4'),
})

export const Export = z
  .object({
    id: z.string().describe('of its operation: GET /operations/{id}, POST /operations/{id}/cancel'),
    path: z.string(),
    nodeId: z.string(),
    format: z.enum(['mp4', 'flv']),
    start: Time,
    end: Time,
    sizeBytes: z.number().nullable(),
    url: z.string().nullable().describe('signed, to download; null until it is done'),
    createdAt: Time,
    operation: Operation,
  })
  .meta({ id: 'Export' })
export type Export = z.infer<typeof Export>

export const ExportQuery = PageQuery.extend({ sort: sortBy(['createdAt'], '-createdAt') })
