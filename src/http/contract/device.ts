import { z } from 'zod'
import { MEDIA_TRANSPORTS } from '../../link/gb28181.ts'
import { PageQuery, sortBy, Time } from './page.ts'
import { PathSegment } from './stream.ts'

export const GbId = z
  .string()
  .regex(/^\d{20}$/, '20 digits')
  .describe('code of 20 digits (GB/T 28181-2022 Annex E)')

export const ObjectId = z.string().min(1).max(64)
const Name = z.string().max(200)

/** Entries of one set of quirks: a device has a handful. */
const MAX_QUIRKS = 64

export const QuirkValues = z
  .record(z.string().min(1).max(64), z.union([z.string().max(255), z.number(), z.boolean()]))
  .refine(quirks => Object.keys(quirks).length <= MAX_QUIRKS, `at most ${MAX_QUIRKS} entries`)
  .describe('ways of a device that differ from the standard, by name')

const Redirect = z
  .strictObject({ gbId: GbId, host: z.string().min(1).max(255), port: z.number().int().min(1).max(65_535) })
  .nullable()
  .describe('server it is sent to with 302; null: it stays here')

const Subscribe = z
  .strictObject({
    catalog: z.boolean().describe('changes of channels'),
    alarm: z.boolean(),
    positionS: z.number().int().min(1).max(86_400).nullable().describe('seconds between positions; null: none'),
  })
  .describe('what the device is asked to tell by itself')

const Password = z
  .string()
  .min(1)
  .max(128)
  .nullable()
  .describe('what it registers with; null: the password of its space. It is never answered')

const facts = {
  type: z.enum(['ipc', 'nvr', 'platform']).describe('camera, recorder, lower platform'),
  gbId: GbId,
  name: Name.describe('for people; the code when nobody names it'),
  enabled: z.boolean().describe('false: registrations are refused'),
  media: z
    .enum(MEDIA_TRANSPORTS)
    .describe('how media comes; `auto` takes what the device has shown to work, TCP passive first'),
  charset: z.enum(['auto', 'gb18030', 'utf-8']),
  subscribe: Subscribe,
  quirks: QuirkValues,
  redirect: Redirect,
  directoryId: ObjectId.nullable().describe('directory it is in; null: at the top of its space'),
  description: z.string().max(1000),
  vendor: z.string().max(100).describe('as people write it; what the device says is `manufacturer`'),
  longitude: z.number().min(-180).max(180).nullable().describe('degrees, WGS-84'),
  latitude: z.number().min(-90).max(90).nullable().describe('degrees, WGS-84'),
  autoStart: z.boolean().describe('its channels run whenever it is there, also while nobody watches'),
  params: z.string().max(4000).describe('free text for programs'),
}

export const DeviceState = z
  .enum(['new', 'on', 'suspect', 'off', 'failed'])
  .describe('new: never registered; suspect: its sign of life is late; failed: wrong credentials, locked')

export const Device = z
  .object({
    id: z.string(),
    space: z.string(),
    protocol: z.literal('gb28181'),
    ...facts,
    quirks: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).describe('as people set them'),
    learntQuirks: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .describe('as a node learnt them'),
    passwordSet: z.boolean().describe('it has its own; otherwise that of its space counts'),
    createdAt: Time,
    state: DeviceState,
    reason: z.string().describe('why it is in this state; empty: nothing to say'),
    stateAt: Time.nullable().describe('since when; null: never registered'),
    registeredAt: Time.nullable().describe('last registration'),
    registeredUntil: Time.nullable().describe('end of that registration'),
    lastSeenAt: Time.nullable().describe('last sign of it that was told'),
    nodeId: z.string().nullable().describe('node it registered at last'),
    remote: z.string().describe('address and port of its signalling'),
    transport: z.string().describe('UDP, TCP or TLS'),
    gbVersion: z.string().describe('X-GB-Ver: 2.0 is the edition of 2016, 3.0 that of 2022; empty: it says none'),
    userAgent: z.string(),
    manufacturer: z.string(),
    model: z.string(),
    firmware: z.string(),
    catalog: z
      .object({ at: Time, promised: z.number(), received: z.number() })
      .nullable()
      .describe('last catalog: when it ended, how many entries it promised and how many came'),
    stopped: z.object({ until: Time.nullable() }).nullable().describe('its streams are kept off; null: they are not'),
    stats: z.object({ channels: z.number(), online: z.number() }),
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof Device>

const { gbId, ...restOfFacts } = facts

export const CreateDevice = z
  .strictObject(restOfFacts)
  .partial()
  .extend({
    space: PathSegment.default('default'),
    protocol: z
      .string()
      .max(32)
      .default('gb28181')
      .describe('only gb28181; others are refused and the answer says what to do'),
    gbId,
    password: Password.optional(),
  })

export const DeviceChange = z
  .strictObject({ ...facts, password: Password })
  .partial()
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const DeviceQuery = PageQuery.extend({
  space: z.string().max(128).optional(),
  q: z.string().max(128).optional().describe('part of name, code, description, vendor or address'),
  type: z.enum(['ipc', 'nvr', 'platform']).optional(),
  state: DeviceState.optional(),
  directory: ObjectId.optional().describe('in this directory'),
  sort: sortBy(['name', 'gbId', 'state', 'createdAt'], 'name'),
})

export const StartDevice = z.strictObject({
  always: z
    .boolean()
    .default(true)
    .describe('true: its channels run from now on whenever it is there; false: only while somebody watches'),
})

export const StopDevice = z.strictObject({
  until: Time.nullable().default(null).describe('when its streams go on by themselves; null: when it is started'),
})

export const Sync = z.object({ sync: z.string().describe('name of the catalog to come') }).meta({ id: 'CatalogSync' })

const DEVICE_ACTIONS = ['delete', 'start', 'stop', 'unlock', 'sync'] as const

/** Devices of one command: the rows of two pages. */
const MAX_BULK = 1000

export const DeviceBulk = z.strictObject({
  action: z.enum(DEVICE_ACTIONS),
  ids: z.array(ObjectId).min(1).max(MAX_BULK),
  until: Time.nullable().default(null).describe('of stop: when the streams go on by themselves'),
})

export const DeviceAnswer = z
  .object({ answer: z.record(z.string(), z.unknown()).describe('in the words of the device') })
  .meta({ id: 'DeviceAnswer' })

export const PendingDevice = z
  .object({
    id: z.string(),
    space: z.string(),
    gbId: z.string(),
    remote: z.string(),
    agent: z.string(),
    firstAt: Time,
    lastAt: Time,
    asked: z.number().describe('how often'),
    rejectedBy: z.string().nullable().describe('null: it waits'),
  })
  .meta({ id: 'PendingDevice' })
export type PendingDevice = z.infer<typeof PendingDevice>

export const PendingQuery = PageQuery.extend({
  space: z.string().max(128).optional(),
  rejected: z.enum(['true', 'false']).default('false').describe('those that were rejected, instead of those that wait'),
  sort: sortBy(['lastAt'], '-lastAt'),
})

export const ApproveDevice = z.strictObject({
  name: Name.optional(),
  type: facts.type.optional(),
  password: Password.optional(),
  directoryId: facts.directoryId.optional(),
})

export const GbServer = z
  .object({
    serverId: z.string(),
    domain: z.string(),
    host: z.string(),
    port: z.number().nullable().describe('null: no node takes devices'),
    tlsPort: z.number().nullable(),
    transports: z.array(z.enum(['udp', 'tcp', 'tls'])),
    space: z.string(),
    admission: z.enum(['listed', 'password', 'approve']),
    password: z
      .string()
      .nullable()
      .describe('of the space, for whoever may see its keys; null: none is set, or it is not shown'),
    passwordSet: z.boolean(),
    registerExpiresS: z.number().describe('seconds to enter as validity of the registration'),
    keepaliveS: z.number().describe('seconds to enter between signs of life'),
  })
  .meta({ id: 'GbServer' })

export const ServerQuery = z.strictObject({ space: z.string().max(128).default('default') })

export const NextIdQuery = z.strictObject({
  type: z
    .string()
    .regex(/^(ipc|nvr|platform|\d{3})$/, 'ipc, nvr, platform or three digits')
    .default('ipc')
    .describe('kind of device, or the three digits of the type'),
  count: z.coerce.number().int().min(1).max(1000).default(1),
})

export const NextIds = z.object({ gbIds: z.array(z.string()) }).meta({ id: 'NextIds' })
