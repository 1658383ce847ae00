import { z } from 'zod'
import { MAX_FIELDS_LENGTH, MAX_LOG_LINES } from '../base/log-tail.ts'
import { GB_REQUESTS } from './gb28181.ts'
import { RECORDING_REQUESTS } from './recording.ts'
import { NodeReport, StreamPath, StreamStatus, ViewerStatus } from './status.ts'
import { TraceEntry } from './trace.ts'

/** Raised whenever an old peer would misunderstand a new one; both sides must say the same. */
export const LINK_VERSION = 1

/** Path of the WebSocket on the platform's HTTP server. */
export const LINK_PATH = '/link'

/** Events of one delivery: few enough that applying them in one transaction takes milliseconds. */
export const MAX_EVENTS_PER_DELIVERY = 256

const port = z.number().int().min(1).max(65_535)

/** Where a node can be reached by publishers and viewers. */
export const Endpoints = z.object({
  /** Name or address as the outside sees it; null: the same host the platform is reached at. */
  host: z.string().max(255).nullable(),
  /** HTTP-FLV, WS-FLV, HLS. */
  media: port.nullable(),
  mediaTls: port.nullable(),
  rtmp: port.nullable(),
  rtmps: port.nullable(),
  /** Where GB/T 28181 devices register, and who they find there; absent where the node takes none. */
  sip: z
    .object({
      id: z.string().max(32),
      domain: z.string().max(64),
      host: z.string().max(255),
      port,
      tls: port.nullable(),
    })
    .nullable()
    .optional(),
})
export type Endpoints = z.infer<typeof Endpoints>

/** Longest lists of rules; a longer one is a firewall's. */
export const MAX_RULES = 200

const RuleList = z.array(z.string().max(255)).max(MAX_RULES)
const Rules = z.object({ allow: RuleList, deny: RuleList })

/** `all`, addresses and ranges in CIDR notation. In force, everybody is refused who is not allowed, and who is denied. */
export const AddressRules = z.object({ publish: Rules, play: Rules })
export type AddressRules = z.infer<typeof AddressRules>

/** Domains, in lower case, with all below them. An empty allow list allows all. `all` counts beside the other two. */
export const RefererRules = z.object({
  /** Clients that name no page are let in. */
  allowEmpty: z.boolean(),
  all: Rules,
  publish: Rules,
  play: Rules,
})
export type RefererRules = z.infer<typeof RefererRules>

/** Push keys that were replaced and are still taken at once; beyond it the oldest go. */
export const MAX_RETIRING_KEYS = 8

/** What is optional is absent where an older platform speaks, or where nothing is asked for. */
export const SpaceState = z.object({
  name: z.string().min(1).max(128),
  /** key: publishers need one of `pushKeys`. */
  publish: z.enum(['key', 'open']),
  /** signed: viewers need a URL signed with one of `playKeys`. */
  play: z.enum(['signed', 'open']),
  pushKeys: z.array(z.string().max(256)).max(8),
  playKeys: z.array(z.string().max(256)).max(8),
  latency: z.enum(['low', 'normal']),
  gopCache: z.boolean(),
  /** Bytes of the chunks RTMP players are sent; absent: the node's own. */
  chunkSize: z.number().int().min(128).max(65_535).optional(),
  /** False: nobody is let in. */
  enabled: z.boolean().optional(),
  /** Replaced push keys, good until a time (milliseconds since 1970 UTC). */
  retiringPushKeys: z
    .array(z.object({ key: z.string().max(256), untilMs: z.number() }))
    .max(MAX_RETIRING_KEYS)
    .optional(),
  addressRules: AddressRules.optional(),
  refererRules: RefererRules.optional(),
  /** On this node, of all streams together. */
  maxViewers: z.number().int().nonnegative().optional(),
  maxViewersPerStream: z.number().int().nonnegative().optional(),
})
export type SpaceState = z.infer<typeof SpaceState>

/** Forbidden paths at once: about 3 MB of the message. */
export const MAX_FORBIDDEN = 20_000

/** The desired state of a node, whole: it replaces what was there before. */
export const SpacesState = z.object({
  /** The installation the node belongs to; absent where an older platform speaks. */
  site: z.object({ mark: z.string().max(64), name: z.string().max(255) }).optional(),
  /** Grows with every change; an older one than the one in force is ignored. */
  revision: z.number().int().nonnegative(),
  spaces: z.array(SpaceState).max(10_000),
  /** Paths nobody may publish, until a time (milliseconds since 1970 UTC) or, with null, until it is taken back. */
  draining: z.boolean().optional(),
  forbidden: z
    .array(z.object({ path: StreamPath, untilMs: z.number().nullable(), reason: z.string().max(256).optional() }))
    .max(MAX_FORBIDDEN),
})
export type SpacesState = z.infer<typeof SpacesState>

export const KickTarget = z.union([
  z.strictObject({ path: StreamPath }),
  z.strictObject({ viewerId: z.string().max(64) }),
])
export type KickTarget = z.infer<typeof KickTarget>

const empty = z.object({})

/** Requests the platform makes to a node. */
export const PLATFORM_REQUESTS = {
  ...GB_REQUESTS,
  ...RECORDING_REQUESTS,
  'spaces.apply': { params: SpacesState, result: empty },
  'stream.kick': { params: KickTarget, result: z.object({ kicked: z.boolean() }) },
  'streams.list': { params: empty, result: z.object({ streams: z.array(StreamStatus) }) },
  'stream.viewers': {
    /** With `viewerId` only that one, where the node knows of it. */
    params: z.object({ path: StreamPath, viewerId: z.string().max(64).optional() }),
    result: z.object({ viewers: z.array(ViewerStatus) }),
  },
  'stream.trace': { params: z.object({ path: StreamPath }), result: z.object({ entries: z.array(TraceEntry) }) },
  /** The newest lines of the node's log, the oldest of them first. */
  'node.logs': {
    params: z.object({ tail: z.number().int().min(1).max(MAX_LOG_LINES) }),
    result: z.object({
      lines: z
        .array(
          z.object({
            atMs: z.number(),
            level: z.enum(['info', 'warn', 'error']),
            message: z.string(),
            fields: z.string().max(MAX_FIELDS_LENGTH),
          }),
        )
        .max(MAX_LOG_LINES),
    }),
  },
  'settings.reload': {
    params: empty,
    result: z.object({ changed: z.array(z.string()), needRestart: z.array(z.string()) }),
  },
} as const

/** Requests a node makes to the platform. */
const NODE_REQUESTS = {
  hello: {
    params: z.object({
      nodeId: z.string().min(1).max(64),
      name: z.string().max(128),
      version: z.string().max(64),
      linkVersion: z.number().int(),
      endpoints: Endpoints,
      /** Which outbox the numbers of the events belong to; a lost outbox starts a new one. */
      outboxId: z.string().min(1).max(64),
    }),
    result: z.object({
      /** Number of the last event of this outbox that was applied; 0 before the first. */
      lastEvent: z.number().int().nonnegative(),
    }),
  },
  /** Events in order, checked one by one by the receiver so that a single bad one cannot block those behind it. */
  'events.deliver': {
    params: z.object({
      events: z
        .array(z.object({ number: z.number().int().positive(), event: z.unknown() }))
        .min(1)
        .max(MAX_EVENTS_PER_DELIVERY),
    }),
    result: z.object({ lastEvent: z.number().int().nonnegative() }),
  },
} as const

/** What a node tells without waiting for an answer. */
const NODE_NOTICES = { 'node.report': NodeReport } as const
const PLATFORM_NOTICES = {} as const

type Requests = Readonly<Record<string, { readonly params: z.ZodType; readonly result: z.ZodType }>>
type Notices = Readonly<Record<string, z.ZodType>>

/** What one side may say. */
export interface Vocabulary {
  readonly requests: Requests
  readonly notices: Notices
}

export const PLATFORM_SAYS = { requests: PLATFORM_REQUESTS, notices: PLATFORM_NOTICES } as const satisfies Vocabulary
export const NODE_SAYS = { requests: NODE_REQUESTS, notices: NODE_NOTICES } as const satisfies Vocabulary

export type Params<V extends Vocabulary, M extends keyof V['requests']> = z.infer<V['requests'][M]['params']>
export type Result<V extends Vocabulary, M extends keyof V['requests']> = z.infer<V['requests'][M]['result']>
export type Notice<V extends Vocabulary, N extends keyof V['notices']> = z.infer<V['notices'][N]>
