import { z } from 'zod'
import { Moment, PageQuery, sortBy, Time } from './page.ts'

const Id = z.string().min(1).max(64)
const Cause = z.enum(['demand', 'periodic', 'recordingStart', 'recordingEnd', 'recorded', 'device'])

export const Snapshot = z
  .object({
    id: z.string(),
    url: z.string().nullable().describe('signed; null: its space is gone'),
    path: z.string(),
    space: z.string(),
    nodeId: z.string(),
    templateId: z.string().nullable(),
    cause: Cause,
    format: z.enum(['jpeg', 'webp']),
    width: z.number().describe('pixels'),
    height: z.number().describe('pixels'),
    sizeBytes: z.number(),
    takenAt: Time,
    store: z.string(),
    object: z.string().describe('name in the store'),
  })
  .meta({ id: 'Snapshot' })
export type Snapshot = z.infer<typeof Snapshot>

export const TakeSnapshot = z.strictObject({
  at: Time.nullable().default(null).describe('any recorded second; null: now'),
  templateId: Id.nullable().default(null).describe('format, quality and width are taken from it'),
  format: z.enum(['jpeg', 'webp']).optional(),
  quality: z.number().int().min(1).max(100).optional(),
  width: z.number().int().min(16).max(7680).nullable().optional().describe('pixels; null: as the stream'),
})

export const SnapshotQuery = PageQuery.extend({
  stream: Id.optional().describe('id of a stream'),
  path: z.string().max(1300).optional().describe('space/app/name, also of a stream that was deleted'),
  space: z.string().max(128).optional(),
  start: Moment.optional().describe('RFC 3339'),
  end: Moment.optional().describe('RFC 3339'),
  cause: Cause.optional(),
  template: Id.optional().describe('id of a template'),
  sort: sortBy(['takenAt'], '-takenAt'),
})
