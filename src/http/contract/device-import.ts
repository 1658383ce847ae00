import { z } from 'zod'
import { ObjectId } from './device.ts'
import { PageQuery, sortBy, Time } from './page.ts'
import { PathSegment } from './stream.ts'

/** Letters of a CSV, and of an XLSX in base64: 5000 rows have half of it. */
const MAX_LENGTH = 4 * 1024 * 1024
/** Body with the longest file and its JSON. */
export const MAX_IMPORT_BYTES = MAX_LENGTH + 64 * 1024

export const ImportDevices = z
  .strictObject({
    space: PathSegment.default('default'),
    csv: z.string().max(MAX_LENGTH).optional().describe('text of a CSV; its first row names the columns'),
    file: z.base64().max(MAX_LENGTH).optional().describe('a CSV in any usual encoding or an XLSX, in base64'),
    dryRun: z.boolean().default(false).describe('only say what would become of the rows'),
  })
  .refine(({ csv, file }) => (csv === undefined) !== (file === undefined), 'expected either csv or file')

export const ImportReport = z
  .object({
    created: z.number(),
    failed: z.number(),
    rows: z.array(
      z.object({
        row: z.number().describe('as a spreadsheet counts them'),
        gbId: z.string(),
        name: z.string(),
        ok: z.boolean(),
        error: z.object({ code: z.string(), message: z.string(), field: z.string().nullable() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'ImportReport' })

export const ExportQuery = z.strictObject({ space: z.string().max(128).optional() })

export const TakeSnapshots = z.strictObject({
  count: z.number().int().min(1).max(10).default(1),
  intervalS: z.number().int().min(1).max(3600).default(1).describe('seconds between them'),
})

export const DeviceSnapshot = z
  .object({
    id: z.string(),
    deviceId: z.string(),
    channelId: z.string(),
    wanted: z.number(),
    createdAt: Time,
    finishedAt: Time.nullable().describe('when the device said it was done'),
    ok: z.boolean(),
    files: z.array(z.object({ name: z.string(), type: z.string(), sizeBytes: z.number(), at: Time })),
  })
  .meta({ id: 'DeviceSnapshot' })
export type DeviceSnapshot = z.infer<typeof DeviceSnapshot>

export const DeviceSnapshotQuery = PageQuery.extend({
  channel: ObjectId.optional(),
  sort: sortBy(['createdAt'], '-createdAt'),
})

export const SnapshotFileId = z.strictObject({ id: ObjectId, name: z.string().min(1).max(200) })
