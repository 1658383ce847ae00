import { z } from 'zod'
import { StreamPath } from './status.ts'

/** Codes of 20 digits; areas have 2, 4, 6 or 8 (GB/T 28181-2022 Annex E). */
const GbCode = z.string().regex(/^(\d{2}|\d{4}|\d{6}|\d{8}|\d{20})$/)
const GbId = z.string().regex(/^\d{20}$/)
const id = z.string().min(1).max(64)
const space = z.string().min(1).max(128)
const text = z.string().max(255)
const password = z.string().max(128).nullable()
const atMs = z.number().int().nonnegative()
const host = z.string().min(1).max(255)
const port = z.number().int().min(1).max(65_535)

/** How media comes: `auto` takes what the device has shown to work, TCP passive first. */
export const MEDIA_TRANSPORTS = ['auto', 'udp', 'tcp-passive', 'tcp-active'] as const

/** What is known about the ways of one vendor and firmware; absent keys are learnt. */
export const Quirks = z.record(z.string().max(64), z.union([z.string().max(255), z.number(), z.boolean()]))
export type Quirks = z.infer<typeof Quirks>

/** A device as the platform wants the nodes to know it. */
export const GbDevice = z.object({
  id,
  space,
  gbId: GbId,
  name: text,
  type: z.enum(['ipc', 'nvr', 'platform']),
  /** null: the password of its space. */
  password,
  /** False: registrations are refused and its streams stay off. */
  enabled: z.boolean(),
  /** Locked after wrong credentials until somebody unlocks it. */
  locked: z.boolean(),
  /** The state before a restart of the node, so that nobody is shown off who is not. */
  media: z.enum(MEDIA_TRANSPORTS),
  charset: z.enum(['auto', 'gb18030', 'utf-8']),
  subscribe: z.object({
    catalog: z.boolean(),
    alarm: z.boolean(),
    /** Seconds between positions; null: not asked for. */
    positionS: z.number().int().positive().nullable(),
  }),
  quirks: Quirks,
  /** Answered with 302 to the server that takes this device. */
  redirect: z.object({ gbId: GbId, host, port }).nullable(),
  /** Its streams stay off until then, or with null until it is started; it goes on being registered. Absent: not stopped. */
  stopped: z.object({ untilMs: atMs.nullable() }).optional(),
  /** Its channels run whenever it is there, also while nobody watches. Absent: on demand. */
  autoStart: z.boolean().optional(),
})
export type GbDevice = z.infer<typeof GbDevice>

/** What a space asks of those who register in it. */
export const GbSpace = z.object({
  name: space,
  /** null: devices need their own. */
  password,
  /** listed: only known devices. password: unknown ones with the space's password are taken. approve: they wait. */
  admission: z.enum(['listed', 'password', 'approve']),
  /** Whether the answer to REGISTER carries the time. */
  sendDate: z.boolean(),
  /** IANA zone of times without one. */
  zone: z.string().max(64),
  /** Seconds after the last viewer until the device may stop sending. */
  stopAfterS: z.number().int().nonnegative(),
})
export type GbSpace = z.infer<typeof GbSpace>

/** One channel shown to an upper platform, under its own code there. */
export const SharedChannel = z.object({
  deviceGbId: GbId,
  channelGbId: GbId,
  space,
  sharedId: GbId,
  name: text,
  /** Group or area it hangs below there; null: directly below our system. */
  parentId: GbCode.nullable(),
  /** Any other stream, shared as a channel: then `deviceGbId` and `channelGbId` are its code there. */
  path: StreamPath.optional(),
})
export type SharedChannel = z.infer<typeof SharedChannel>

/** Shared channels of one upper platform: a message of the link holds them. */
export const MAX_SHARED_CHANNELS = 20_000

/** An upper platform we register with. */
export const GbParent = z.object({
  id,
  space,
  name: text,
  enabled: z.boolean(),
  /** Theirs. */
  serverId: GbId,
  domain: z.string().max(64),
  host,
  port,
  transport: z.enum(['udp', 'tcp']),
  /** Ours, as they know us. */
  localId: GbId,
  username: z.string().max(64),
  password,
  expiresS: z.number().int().positive(),
  keepaliveS: z.number().int().positive(),
  charset: z.enum(['gb18030', 'utf-8']),
  /** Virtual directories: 215, 216 and areas. */
  groups: z.array(z.object({ gbId: GbCode, name: text, parentId: GbCode.nullable() })).max(5000),
  channels: z.array(SharedChannel).max(MAX_SHARED_CHANNELS),
})
export type GbParent = z.infer<typeof GbParent>

/** What the nodes shall know of GB/T 28181, whole: it replaces what was there before. */
export const DevicesState = z.object({
  revision: z.number().int().nonnegative(),
  spaces: z.array(GbSpace).max(10_000),
  devices: z.array(GbDevice).max(50_000),
  parents: z.array(GbParent).max(100),
})
export type DevicesState = z.infer<typeof DevicesState>

/** Names a device, or one of its channels. */
const Target = z.object({ device: id, channel: GbCode.optional() })

/** One entry of a catalog (§A.2.6.2 and annex J), as the device said it; texts are decoded. */
export const CatalogItem = z.object({
  gbId: GbCode,
  name: text,
  manufacturer: text,
  model: text,
  civilCode: z.string().max(32),
  address: text,
  /** Codes it hangs below: device or system, virtual organisation. */
  parentIds: z.array(GbCode).max(8),
  businessGroupId: GbCode.nullable(),
  parental: z.boolean(),
  status: z.enum(['on', 'off']),
  /** WGS-84. */
  longitude: z.number().nullable(),
  latitude: z.number().nullable(),
  /** 0 unknown, 1 dome ... 7 (§A.2.6.2 PTZType). */
  ptzType: z.number().int(),
  /** The other fields, by their names in the standard. */
  more: z.record(z.string().max(64), text),
})
export type CatalogItem = z.infer<typeof CatalogItem>

/** Items of one event, so that applying it takes milliseconds. */
export const MAX_CATALOG_ITEMS = 200

const sip = z.object({
  /** ms after the start of the attempt. */
  ms: z.number(),
  direction: z.enum(['in', 'out']),
  /** First line. */
  line: z.string().max(512),
  /** Whole message, shortened; passwords and digests taken out. */
  text: z.string().max(8192),
  local: z.string().max(64),
  remote: z.string().max(64),
  transport: z.string().max(8),
})

/** One try at something with a device, and what became of it. */
export const Attempt = z.object({
  id,
  kind: z.enum([
    'register',
    'catalog',
    'query',
    'control',
    'play',
    'playback',
    'download',
    'talk',
    'broadcast',
    'cascade',
  ]),
  space,
  /** null: a device nobody knows. */
  device: id.nullable(),
  gbId: GbCode,
  channel: GbCode.nullable(),
  startedAtMs: atMs,
  endedAtMs: atMs,
  ok: z.boolean(),
  /** Closed list of `src/protocols/gb28181/verdict.ts`: `ok`, `noAnswer`, `answeredButNoPackets` ... */
  verdict: z.string().max(64),
  /** What was seen and what to do, in English; the console translates by verdict. */
  summary: z.string().max(512),
  advice: z.string().max(512),
  /** Milliseconds until the answer, the first packet and the first keyframe, and counters of the media. */
  figures: z.record(z.string().max(64), z.union([z.number(), z.string().max(128), z.boolean(), z.null()])),
  messages: z.array(sip).max(60),
})
export type Attempt = z.infer<typeof Attempt>

const position = z.object({
  gbId: GbCode,
  atMs,
  longitude: z.number(),
  latitude: z.number(),
  /** km/h, degrees clockwise from north, metres; null: not said. */
  speed: z.number().nullable(),
  direction: z.number().nullable(),
  altitude: z.number().nullable(),
})

/** What happens with devices and must reach the platform exactly once, in order. */
export const GB_EVENTS = [
  z.object({
    type: z.literal('device.state'),
    device: id,
    state: z.enum(['on', 'suspect', 'off', 'failed']),
    reason: z.string().max(512),
    remote: z.string().max(128),
    transport: z.string().max(8),
    /** X-GB-Ver; '' where it says none. */
    version: z.string().max(16),
    agent: z.string().max(255),
    /** End of the registration. */
    expiresAtMs: atMs.nullable(),
    atMs,
  }),
  /** A device nobody listed asks to be let in; taken already where the space admits by password. */
  z.object({
    type: z.literal('device.asked'),
    space,
    gbId: GbId,
    admitted: z.boolean(),
    remote: z.string().max(128),
    agent: z.string().max(255),
    atMs,
  }),
  z.object({
    type: z.literal('device.info'),
    device: id,
    name: text,
    manufacturer: text,
    model: text,
    firmware: text,
    channels: z.number().int().nonnegative(),
    atMs,
  }),
  /** Learnt, not set: merged under what people have set. */
  z.object({ type: z.literal('device.quirks'), device: id, quirks: Quirks, atMs }),
  z.object({
    type: z.literal('device.catalog'),
    device: id,
    /** The same in all parts of one catalog. */
    sync: id,
    items: z.array(CatalogItem).max(MAX_CATALOG_ITEMS),
    /** Set in the last part: what was promised, what came; whole when nothing is missing, then the rest is gone. */
    end: z.object({ promised: z.number().int(), received: z.number().int(), complete: z.boolean() }).nullable(),
    /** Of the parts before the last: what has come, of how many where the device says it. */
    sofar: z.object({ promised: z.number().int().nullable(), received: z.number().int() }).optional(),
    atMs,
  }),
  /** A change the device told by itself. */
  z.object({
    type: z.literal('device.catalog-changed'),
    device: id,
    changes: z
      .array(
        z.object({
          event: z.enum(['ON', 'OFF', 'VLOST', 'DEFECT', 'ADD', 'DEL', 'UPDATE']),
          gbId: GbCode,
          item: CatalogItem.nullable(),
        }),
      )
      .max(MAX_CATALOG_ITEMS),
    atMs,
  }),
  z.object({
    type: z.literal('device.alarm'),
    device: id,
    channel: GbCode,
    /** 1 highest ... 4. */
    priority: z.number().int(),
    /** AlarmMethod and AlarmType of §A.2.5. */
    method: z.number().int(),
    alarmType: z.number().int().nullable(),
    description: z.string().max(1024),
    longitude: z.number().nullable(),
    latitude: z.number().nullable(),
    /** As the device said; `atMs` is when it came. */
    alarmAtMs: atMs,
    atMs,
  }),
  z.object({ type: z.literal('device.positions'), device: id, positions: z.array(position).min(1).max(200), atMs }),
  /** Session of a snapshot upload or of an upgrade, told by the device. */
  z.object({
    type: z.literal('device.finished'),
    device: id,
    what: z.enum(['snapshot', 'upgrade']),
    session: z.string().max(128),
    ok: z.boolean(),
    details: z.array(text).max(32),
    atMs,
  }),
  z.object({ type: z.literal('device.attempt'), attempt: Attempt, atMs }),
  z.object({
    type: z.literal('parent.state'),
    parent: id,
    state: z.enum(['on', 'off', 'failed']),
    reason: z.string().max(512),
    atMs,
  }),
] as const

/** Asks a device; the answer has the shape of `src/protocols/gb28181/manscdp` for the query. */
export const GbQuery = z.discriminatedUnion('type', [
  z.object({ type: z.literal('DeviceInfo') }),
  z.object({ type: z.literal('DeviceStatus') }),
  z.object({ type: z.literal('PresetQuery') }),
  z.object({ type: z.literal('HomePositionQuery') }),
  z.object({ type: z.literal('CruiseTrackListQuery') }),
  z.object({ type: z.literal('CruiseTrackQuery'), number: z.number().int().nonnegative() }),
  z.object({ type: z.literal('PTZPosition') }),
  z.object({ type: z.literal('SDCardStatus') }),
  z.object({ type: z.literal('ConfigDownload'), configs: z.array(z.string().max(64)).min(1).max(16) }),
])
export type GbQuery = z.infer<typeof GbQuery>

const speed = z.number().int().min(0).max(255)
const axis = z.number().min(-1).max(1)
const on = z.boolean()
const zone = z.object({
  length: z.number().int(),
  width: z.number().int(),
  midX: z.number().int(),
  midY: z.number().int(),
  lengthX: z.number().int(),
  lengthY: z.number().int(),
})

/** What can be asked of a channel or device (§A.2.3, §A.3). */
export const GbControl = z.discriminatedUnion('type', [
  /** Speeds with sign: + is right, up and in; zeros stop. */
  z.object({ type: z.literal('ptz'), pan: axis, tilt: axis, zoom: axis }),
  /** + is far and open; zeros stop. */
  z.object({ type: z.literal('lens'), focus: axis, iris: axis }),
  z.object({
    type: z.literal('preset'),
    action: z.enum(['set', 'call', 'delete']),
    preset: z.number().int().min(1).max(255),
    name: z.string().max(32).optional(),
  }),
  z.object({
    type: z.literal('cruise'),
    action: z.enum(['add', 'remove', 'clear', 'speed', 'dwell', 'start', 'stop']),
    cruise: z.number().int().min(0).max(255),
    preset: z.number().int().min(0).max(255).optional(),
    /** Speed 1 to 4095 or seconds. */
    value: z.number().int().min(0).max(4095).optional(),
  }),
  z.object({
    type: z.literal('scan'),
    action: z.enum(['start', 'left', 'right', 'speed', 'stop']),
    scan: z.number().int().min(0).max(255),
    value: z.number().int().min(0).max(4095).optional(),
  }),
  z.object({ type: z.literal('aux'), number: speed, on }),
  z.object({ type: z.literal('wiper'), on }),
  z.object({ type: z.literal('precise'), pan: z.number(), tilt: z.number(), zoom: z.number().min(1) }),
  z.object({ type: z.literal('dragZoom'), direction: z.enum(['in', 'out']), area: zone }),
  z.object({
    type: z.literal('home'),
    enabled: on,
    resetS: z.number().int().nonnegative().optional(),
    preset: z.number().int().min(0).max(255).optional(),
  }),
  z.object({ type: z.literal('guard'), on }),
  z.object({ type: z.literal('record'), on, stream: z.number().int().optional() }),
  z.object({
    type: z.literal('alarmReset'),
    method: z.string().max(16).optional(),
    alarmType: z.number().int().optional(),
  }),
  z.object({ type: z.literal('iframe') }),
  z.object({ type: z.literal('reboot') }),
  z.object({
    type: z.literal('upgrade'),
    firmware: text,
    url: z.string().max(1024),
    manufacturer: text,
    session: text,
  }),
  z.object({ type: z.literal('formatSdCard'), card: z.number().int().min(0).max(8) }),
  z.object({
    type: z.literal('track'),
    mode: z.enum(['Auto', 'Manual', 'Stop']),
    panorama: GbCode.optional(),
    area: zone.optional(),
  }),
  /** DeviceConfig: name and fields as §A.2.3.2 writes them. */
  z.object({ type: z.literal('config'), name: z.string().max(64), value: z.record(z.string(), z.unknown()) }),
  /** Uploads pictures to us; `url` is made by the platform. */
  z.object({
    type: z.literal('snapshot'),
    count: z.number().int().min(1).max(10),
    intervalS: z.number().int().min(1),
    url: z.string().max(1024),
    session: text,
  }),
])
export type GbControl = z.infer<typeof GbControl>

export const DeviceRecording = z.object({
  channel: GbCode,
  name: text,
  startMs: atMs,
  endMs: atMs,
  /** time, alarm, manual ... */
  kind: z.string().max(32),
  sizeBytes: z.number().nullable(),
  path: z.string().max(512),
})
export type DeviceRecording = z.infer<typeof DeviceRecording>

/** A media session with a device, as it is now. */
export const GbSession = z.object({
  id,
  kind: z.enum(['play', 'playback', 'download', 'talk']),
  device: id,
  channel: GbCode,
  path: StreamPath,
  state: z.enum(['starting', 'on', 'paused', 'ended']),
  transport: z.string().max(16),
  startedAtMs: atMs,
  /** Position in the recording and its speed; null: live. */
  atMs: atMs.nullable(),
  speed: z.number().nullable(),
  /** 0 to 1 of a download; null: not one. */
  progress: z.number().nullable(),
  /** What of pause, seek and speed the device ignored, and was done by us instead. */
  ignored: z.array(z.string().max(32)).max(8),
  counters: z.record(z.string().max(64), z.number()),
  /** Path on the media port of the MP4 a download made, to be signed as `play`; absent or null until it is done. */
  file: z.string().max(2048).nullable().optional(),
  /** Why it ended, where it did not end by itself; absent where there is nothing to say. */
  reason: z.string().max(512).optional(),
})
export type GbSession = z.infer<typeof GbSession>

const empty = z.object({})

/** Requests of the platform about devices. A device that does not do it: PEER_TIMEOUT, PEER_REFUSED, DEVICE_OFFLINE. */
export const GB_REQUESTS = {
  'devices.apply': { params: DevicesState, result: empty },
  /** Asks for the catalog; it comes as events. */
  'gb.catalog': { params: z.object({ device: id }), result: z.object({ sync: id }) },
  'gb.query': {
    params: Target.extend({ query: GbQuery }),
    result: z.object({ answer: z.unknown() }),
  },
  'gb.control': {
    params: Target.extend({ control: GbControl }),
    /** answered: the device said OK; sent: this control has no answer beside that of SIP. */
    result: z.object({ result: z.enum(['answered', 'sent']) }),
  },
  /** Starts a channel and waits for its first keyframe; `holdS` keeps it while nobody watches yet. */
  'gb.play': {
    params: Target.extend({ channel: GbCode, path: StreamPath, holdS: z.number().int().nonnegative() }),
    result: z.object({ attempt: id, firstPictureMs: z.number() }),
  },
  'gb.stop': { params: Target.extend({ path: StreamPath.optional() }), result: z.object({ stopped: z.number() }) },
  'gb.recordings': {
    params: Target.extend({
      channel: GbCode,
      startMs: atMs,
      endMs: atMs,
      kind: z.enum(['all', 'time', 'alarm', 'manual']),
    }),
    result: z.object({ recordings: z.array(DeviceRecording).max(10_000), complete: z.boolean() }),
  },
  'gb.playback': {
    params: Target.extend({
      channel: GbCode,
      path: StreamPath,
      startMs: atMs,
      endMs: atMs,
      mode: z.enum(['playback', 'download']),
      speed: z.number().positive(),
    }),
    result: z.object({ session: GbSession, attempt: id }),
  },
  'gb.playback.control': {
    params: z.object({
      session: id,
      action: z.enum(['pause', 'resume', 'seek', 'speed', 'stop']),
      /** seek: ms since 1970 UTC; speed: -16 to 16. */
      value: z.number().optional(),
    }),
    result: z.object({ session: GbSession }),
  },
  'gb.sessions': {
    params: z.object({ device: id.optional(), session: id.optional() }),
    result: z.object({ sessions: z.array(GbSession).max(10_000) }),
  },
  /** Opens the way for a microphone; its samples come by WebSocket on the media port at `path`. */
  'gb.talk': {
    params: Target.extend({ channel: GbCode, mode: z.enum(['auto', 'broadcast', 'talk']) }),
    result: z.object({ session: id, path: z.string().max(256), token: z.string().max(128) }),
  },
} as const
