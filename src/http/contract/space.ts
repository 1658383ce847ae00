import { z } from 'zod'
import { isAddressRange } from '../../base/ip-address.ts'
import { MAX_RULES } from '../../link/messages.ts'
import { Time } from './page.ts'
import { PathSegment } from './stream.ts'

const AddressRange = z
  .string()
  .max(64)
  .refine(isAddressRange, 'an address, a range like 192.0.2.0/24 or 2001:db8::/32, or `all`')

const Addresses = z.strictObject({
  allow: z.array(AddressRange).max(MAX_RULES).default([]),
  deny: z.array(AddressRange).max(MAX_RULES).default([]).describe('goes over allow'),
})
const ALL = { allow: ['all'], deny: [] }

const AddressRules = z
  .strictObject({ publish: Addresses.default(ALL), play: Addresses.default(ALL) })
  .describe('who may by address: nobody but the allowed, less the denied. Left out: all')
  .meta({ id: 'AddressRules' })

const Domain = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$|^\[[0-9a-f:.]{2,45}\]$/, 'a domain, punycode where not ASCII')

const Domains = z.strictObject({
  allow: z.array(Domain).max(MAX_RULES).default([]).describe('empty: all'),
  deny: z.array(Domain).max(MAX_RULES).default([]).describe('goes over allow'),
})
const NO_DOMAINS = { allow: [], deny: [] }

const RefererRules = z
  .strictObject({
    allowEmpty: z.boolean().default(false).describe('clients that name no page may, such as encoders and most players'),
    all: Domains.default(NO_DOMAINS).describe('counts beside the other two'),
    publish: Domains.default(NO_DOMAINS),
    play: Domains.default(NO_DOMAINS),
  })
  .describe('who may by the page he is in; a domain means all below it too')
  .meta({ id: 'RefererRules' })

const Limit = z.number().int().min(0).max(10_000_000).nullable()

/** An hour after the last viewer: whoever needs longer wants `autoStart`. */
const MAX_STOP_AFTER_S = 3600

const deviceFacts = {
  admission: z
    .enum(['listed', 'password', 'approve'])
    .describe(
      'listed: only known devices may register; password: unknown ones with the password are added; approve: they wait in /pending-devices',
    ),
  sendDate: z.boolean().describe('devices are told the time when they register'),
  zone: z.string().max(64).refine(isTimeZone, 'an IANA time zone').describe('IANA time zone of the times devices say'),
  stopAfterS: z
    .number()
    .int()
    .min(0)
    .max(MAX_STOP_AFTER_S)
    .describe('seconds after the last viewer until a device stops'),
}

const DevicePassword = z
  .string()
  .min(1)
  .max(128)
  .nullable()
  .describe('of devices that have none of their own; null: each needs its own. It is never answered')

const DeviceRules = z
  .strictObject({ ...deviceFacts, password: DevicePassword })
  .partial()
  .describe('what GB/T 28181 devices need; what is left out stays')

const facts = {
  publish: z.enum(['key', 'open']).describe('key: publishers need the push key; open: anybody may publish'),
  play: z.enum(['signed', 'open']).describe('signed: viewers need a signed URL; open: anybody may watch'),
  latency: z.enum(['low', 'normal']).describe('ceiling of the write window'),
  gopCache: z.boolean().describe('a new viewer gets the newest GOP at once'),
  enabled: z.boolean().describe('false: nobody is let in, and who is there is put out'),
  addressRules: AddressRules.nullable().describe('null: off, every address may'),
  refererRules: RefererRules.nullable().describe('null: off, every page may'),
  maxViewers: Limit.describe('of all streams together, on one node; null: no limit'),
  maxViewersPerStream: Limit.describe("on one node; null: the node's own limit"),
  chunkSize: z
    .number()
    .int()
    .min(128)
    .max(65_535)
    .nullable()
    .describe("bytes of the chunks RTMP players are sent; null: the node's own size"),
}

export const Space = z
  .object({
    name: z.string(),
    ...facts,
    gb28181: z.object({ ...deviceFacts, passwordSet: z.boolean() }).describe('what GB/T 28181 devices need'),
    createdAt: Time,
  })
  .meta({ id: 'Space' })
export type Space = z.infer<typeof Space>

export const SpaceChange = z
  .strictObject({ ...facts, gb28181: DeviceRules })
  .partial()
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const CreateSpace = z
  .strictObject({ ...facts, gb28181: DeviceRules })
  .partial()
  .extend({ name: PathSegment })

export const DeleteSpaceQuery = z.strictObject({
  force: z.string().max(128).optional().describe('name of the space: its streams are deleted too'),
})

const SpaceKey = z.object({
  key: z.string(),
  createdAt: Time,
  validUntil: Time.nullable().describe('end of the grace time of a replaced key; null: in force'),
})

export const SpaceKeys = z
  .object({
    push: z.array(SpaceKey).describe('the newest first; it is in new URLs, all are taken'),
    play: z.array(SpaceKey).describe('main, then backup: the main one signs, both are taken'),
  })
  .meta({ id: 'SpaceKeys' })
export type SpaceKeys = z.infer<typeof SpaceKeys>

export const DEFAULT_GRACE_SECONDS = 3600
/** A month: whoever needs longer has forgotten an encoder. */
const MAX_GRACE_SECONDS = 31 * 86_400

export const RotatePushKey = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(MAX_GRACE_SECONDS)
    .default(DEFAULT_GRACE_SECONDS)
    .describe('how long old keys are taken'),
})

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
