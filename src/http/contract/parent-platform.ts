import { z } from 'zod'
import { GbId, ObjectId, QuirkValues } from './device.ts'
import { PageQuery, sortBy, Time } from './page.ts'
import { PathSegment } from './stream.ts'

const Password = z.string().max(128).nullable().describe('of the digest; null: none. It is never answered')
const GbCode = z.string().regex(/^(\d{2}|\d{4}|\d{6}|\d{8}|\d{20})$/, 'an area of 2, 4, 6 or 8 digits, or a code of 20')

const facts = {
  name: z.string().min(1).max(200),
  description: z.string().max(1000),
  enabled: z.boolean().describe('we register with it'),
  serverId: GbId.describe('its code'),
  domain: z.string().min(1).max(64).describe('its SIP domain'),
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  transport: z.enum(['udp', 'tcp']),
  localId: GbId.describe('our code as it knows us'),
  username: z.string().max(64).describe('empty: our code'),
  expiresS: z.number().int().min(60).max(864_000).describe('seconds a registration is asked for'),
  keepaliveS: z.number().int().min(5).max(3600).describe('seconds between keepalives'),
  charset: z.enum(['gb18030', 'utf-8']),
}

export const ParentPlatform = z
  .object({
    id: z.string(),
    space: z.string(),
    ...facts,
    passwordSet: z.boolean(),
    createdAt: Time,
    state: z.enum(['on', 'off', 'failed']),
    reason: z.string(),
    stateAt: Time.nullable(),
  })
  .meta({ id: 'ParentPlatform' })
export type ParentPlatform = z.infer<typeof ParentPlatform>

export const ParentQuery = z.strictObject({ space: z.string().max(128).optional() })

export const CreateParent = z.strictObject({
  space: PathSegment.default('default'),
  name: facts.name,
  description: facts.description.default(''),
  enabled: facts.enabled.default(true),
  serverId: facts.serverId,
  domain: facts.domain.optional().describe('its SIP domain; the first 10 digits of its code when left out'),
  host: facts.host,
  port: facts.port.default(5060),
  transport: facts.transport.default('udp'),
  localId: facts.localId.optional().describe('our code as it knows us; that of this server when left out'),
  username: facts.username.default(''),
  password: Password.default(null),
  expiresS: facts.expiresS.default(3600),
  keepaliveS: facts.keepaliveS.default(60),
  charset: facts.charset.default('gb18030'),
})

export const ParentChange = z
  .strictObject({ ...facts, password: Password })
  .partial()
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const ShareQuery = PageQuery.extend({ sort: sortBy(['sharedId'], 'sharedId') })

export const Share = z
  .object({
    channelId: z.string(),
    channelName: z.string(),
    channelGbId: z.string(),
    deviceId: z.string(),
    sharedId: z.string().describe('its code there'),
    name: z.string().describe('its name there'),
    groupGbId: z.string().nullable().describe('virtual directory there'),
    directoryId: z.string().nullable().describe('shared because it is in this directory; null: by itself'),
  })
  .meta({ id: 'Share' })

/** Channels of one command: the rows of two pages. */
const MAX_SHARES = 1000

export const ShareChannels = z.strictObject({
  channels: z
    .array(
      z.strictObject({
        channelId: ObjectId,
        sharedId: GbId.optional().describe('its code there; its own when that is free, else a new one'),
        name: z.string().max(200).nullable().default(null).describe('null: as here'),
        groupGbId: GbCode.nullable().default(null),
      }),
    )
    .min(1)
    .max(MAX_SHARES),
})

export const UnshareChannels = z.strictObject({ channelIds: z.array(ObjectId).min(1).max(MAX_SHARES) })

const Failure = z.object({ code: z.string(), message: z.string() })

export const Shared = z
  .object({
    results: z.array(
      z.object({
        channelId: z.string(),
        sharedId: z.string().nullable(),
        ok: z.boolean(),
        error: Failure.nullable(),
      }),
    ),
  })
  .meta({ id: 'Shared' })

export const StreamShare = z
  .object({
    streamId: z.string(),
    path: z.string(),
    sharedId: z.string().describe('its code there'),
    name: z.string().describe('its name there'),
    groupGbId: z.string().nullable().describe('virtual directory there'),
  })
  .meta({ id: 'StreamShare' })

export const ShareStreams = z.strictObject({
  streams: z
    .array(
      z.strictObject({
        streamId: ObjectId,
        sharedId: GbId.optional().describe('its code there; a new one when left out'),
        name: z.string().max(200).nullable().default(null).describe('null: its title or name'),
        groupGbId: GbCode.nullable().default(null),
      }),
    )
    .min(1)
    .max(MAX_SHARES),
})

export const UnshareStreams = z.strictObject({ streamIds: z.array(ObjectId).min(1).max(MAX_SHARES) })

export const SharedStreams = z
  .object({
    results: z.array(
      z.object({
        streamId: z.string(),
        sharedId: z.string().nullable(),
        ok: z.boolean(),
        error: Failure.nullable(),
      }),
    ),
  })
  .meta({ id: 'SharedStreams' })

export const Unshared = z.object({ unshared: z.number() }).meta({ id: 'Unshared' })

export const Group = z
  .object({
    gbId: z.string(),
    name: z.string(),
    parentGbId: z.string().nullable(),
    directoryId: z.string().nullable().describe('its channels are shared as they come and go; null: only for the tree'),
  })
  .meta({ id: 'ParentGroup' })

export const GroupId = z.strictObject({ id: ObjectId, gbId: GbCode })

export const GroupWish = z.strictObject({
  name: z.string().min(1).max(200),
  parentGbId: GbCode.nullable().default(null),
  directoryId: ObjectId.nullable().default(null),
})

export const ShareDirectory = z.strictObject({
  directoryId: ObjectId,
  parentGbId: GbCode.nullable().default(null).describe('virtual directory there to hang it below'),
})

const quirkKey = {
  vendor: z.string().min(1).max(255).describe('manufacturer as the device says it; case does not matter'),
  model: z.string().max(255).default('').describe('empty: any'),
  firmware: z.string().max(255).default('').describe('empty: any'),
}

export const Quirk = z
  .object({
    id: z.string(),
    vendor: z.string(),
    model: z.string(),
    firmware: z.string(),
    source: z.enum(['set', 'learnt']),
    quirks: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    notes: z.string(),
    updatedAt: Time,
  })
  .meta({ id: 'Quirk' })

/** Entries of one command: a shared book is sent in parts. */
const MAX_QUIRKS = 500

export const PutQuirks = z.strictObject({
  entries: z
    .array(z.strictObject({ ...quirkKey, quirks: QuirkValues, notes: z.string().max(2000).default('') }))
    .min(1)
    .max(MAX_QUIRKS),
})
