import { z } from 'zod'
import { DeviceState, ObjectId } from './device.ts'
import { Time } from './page.ts'
import { PathSegment } from './stream.ts'

const KINDS = ['own', 'area', 'group', 'organisation', 'system', 'device'] as const
const space = z.string().max(128).default('default')
const name = z.string().min(1).max(200)
const description = z.string().max(1000)

export const Directory = z
  .object({
    id: z.string(),
    space: z.string(),
    parentId: z.string().nullable().describe('null: at the top of its space or device'),
    kind: z.enum(KINDS).describe('own: made by people; others mirror the catalog of a device'),
    name: z.string(),
    description: z.string(),
    deviceId: z.string().nullable().describe('of a mirrored one'),
    gbId: z.string().nullable(),
    createdAt: Time,
  })
  .meta({ id: 'Directory' })
export type Directory = z.infer<typeof Directory>

export const DirectoryQuery = z.strictObject({ space })

export const CreateDirectory = z.strictObject({
  space: PathSegment.default('default'),
  parentId: ObjectId.nullable().default(null),
  name,
  description: description.default(''),
})

export const DirectoryChange = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    parentId: ObjectId.nullable().optional(),
  })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const TreeQuery = z.strictObject({
  space,
  of: ObjectId.optional().describe('a directory or a device; without it the top of the space'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(1024).optional().describe('nextCursor of the page before'),
})

export const TreeSearch = z.strictObject({
  space,
  q: z.string().max(128).default('').describe('part of a name or code'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const TreeNode = z
  .object({
    kind: z.enum(['directory', 'device', 'channel']),
    id: z.string(),
    name: z.string(),
    gbId: z.string().nullable(),
    directoryKind: z.enum(KINDS).nullable(),
    deviceState: DeviceState.nullable(),
    online: z.boolean().nullable().describe('whether a channel can be watched'),
    path: z.string().nullable().describe('of the stream of a channel'),
    counts: z
      .object({ channels: z.number(), online: z.number() })
      .nullable()
      .describe('of all below; null: not counted'),
    expandable: z.boolean(),
    where: z.array(z.string()).describe('names from the top down; only of what was searched for'),
  })
  .meta({ id: 'TreeNode' })

/** Things of one command: the rows of two pages. */
const MAX_BOUND = 1000

export const Bind = z.strictObject({
  directoryId: ObjectId.nullable().describe('null: out of the one they are in'),
  deviceIds: z.array(ObjectId).max(MAX_BOUND).default([]),
  channelIds: z.array(ObjectId).max(MAX_BOUND).default([]),
})

const Failure = z.object({ code: z.string(), message: z.string() })

export const Bound = z
  .object({ results: z.array(z.object({ id: z.string(), ok: z.boolean(), error: Failure.nullable() })) })
  .meta({ id: 'Bound' })
