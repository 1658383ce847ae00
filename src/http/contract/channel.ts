import { z } from 'zod'
import { DeviceState, ObjectId } from './device.ts'
import { PageQuery, sortBy, Time } from './page.ts'
import { PlayUrls } from './stream.ts'

const KINDS = ['video', 'audioIn', 'audioOut', 'alarmIn', 'alarmOut', 'other'] as const

export const Channel = z
  .object({
    id: z.string(),
    deviceId: z.string(),
    deviceGbId: z.string(),
    deviceName: z.string(),
    deviceState: DeviceState,
    space: z.string(),
    gbId: z.string(),
    kind: z.enum(KINDS),
    name: z.string().describe('as shown: the given one, else the told one, else the code'),
    toldName: z.string().describe('as its catalog says'),
    givenName: z.string().nullable().describe('as people call it; null: as its catalog says'),
    manufacturer: z.string(),
    model: z.string(),
    civilCode: z.string(),
    address: z.string(),
    parentIds: z.array(z.string()),
    businessGroupId: z.string().nullable(),
    parental: z.boolean(),
    status: z.enum(['on', 'off']).describe('as its catalog says'),
    longitude: z.number().nullable(),
    latitude: z.number().nullable(),
    ptzType: z
      .number()
      .describe('0 not said, 1 dome, 2 half dome, 3 fixed, 4 remote bullet, 5 remote half dome, 6, 7 split'),
    more: z.record(z.string(), z.string()).describe('the other fields of the catalog by their names in the standard'),
    enabled: z.boolean(),
    directoryId: z.string().nullable(),
    path: z.string().describe('of its stream'),
    createdAt: Time,
    updatedAt: Time.describe('when its catalog told of it last'),
    state: z.enum(['on', 'off']).describe('whether it can be watched'),
    reason: z.string().describe('why not; empty: it can'),
    live: z
      .object({ nodeId: z.string(), viewers: z.number(), bitrateKbps: z.number() })
      .nullable()
      .describe('its stream is running'),
    play: PlayUrls.describe('opening one of them starts the channel'),
  })
  .meta({ id: 'Channel' })
export type Channel = z.infer<typeof Channel>

const sort = sortBy(['name', 'gbId'], 'name')
const filters = {
  q: z.string().max(128).optional().describe('part of name, code or address'),
  state: z.enum(['on', 'off']).optional(),
  kind: z.enum(KINDS).optional(),
  directory: ObjectId.optional().describe('in this directory, own or mirrored'),
  sort,
}

export const ChannelQuery = PageQuery.extend({
  space: z.string().max(128).optional(),
  device: ObjectId.optional().describe('of this device'),
  ...filters,
})

export const DeviceChannelQuery = PageQuery.extend(filters)

export const ChannelChange = z
  .strictObject({
    givenName: z.string().max(200).nullable().optional().describe('null or empty: as its catalog says'),
    directoryId: ObjectId.nullable().optional(),
    enabled: z.boolean().optional(),
  })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const ChannelPlay = z
  .object({
    streamId: z.string().describe('it is listed under /streams too'),
    path: z.string(),
    play: PlayUrls,
    firstPictureMs: z.number().describe('from this request to the first keyframe'),
    attempt: z.string().describe('/attempts/{attempt} has the messages'),
  })
  .meta({ id: 'ChannelPlay' })

const axis = z.number().min(-1).max(1).default(0)

export const Ptz = z
  .strictObject({
    pan: axis.describe('+ is right'),
    tilt: axis.describe('+ is up'),
    zoom: axis.describe('+ is in'),
  })
  .describe('speeds from -1 to 1; zeros stop')

export const Lens = z
  .strictObject({ focus: axis.describe('+ is far'), iris: axis.describe('+ is open') })
  .describe('speeds from -1 to 1; zeros stop')

export const ControlResult = z
  .object({
    result: z.enum(['answered', 'sent']).describe('answered: the device said OK; sent: there is no answer to it'),
  })
  .meta({ id: 'ControlResult' })

export const Preset = z.object({ number: z.number(), name: z.string() }).meta({ id: 'Preset' })

export const PresetNumber = z.strictObject({
  id: ObjectId,
  number: z.coerce.number().int().min(1).max(255).describe('of the preset'),
})

export const PresetWish = z.strictObject({
  name: z.string().max(32).default('').describe('kept here too, because most devices forget it'),
})

export const Cruise = z.object({ number: z.number(), name: z.string() }).meta({ id: 'Cruise' })

export const CruisePoint = z
  .object({
    preset: z.number(),
    dwellS: z.number().nullable().describe('seconds'),
    speed: z.number().nullable().describe('1 to 15'),
  })
  .meta({ id: 'CruisePoint' })

export const GroupNumber = z.strictObject({
  id: ObjectId,
  number: z.coerce.number().int().min(0).max(255).describe('of the cruise or scan'),
})

export const CruiseOrder = z.strictObject({
  action: z
    .enum(['add', 'remove', 'clear', 'speed', 'dwell', 'start', 'stop'])
    .describe('add and remove a preset as point, clear the whole, set speed or dwell time, start, stop'),
  preset: z.number().int().min(1).max(255).optional().describe('of add, remove, speed and dwell'),
  value: z.number().int().min(0).max(4095).optional().describe('speed, or seconds of dwell'),
})

export const ScanOrder = z.strictObject({
  action: z
    .enum(['start', 'left', 'right', 'speed', 'stop'])
    .describe('left and right set the edges to where it looks'),
  value: z.number().int().min(0).max(4095).optional().describe('speed'),
})

const CONFIGS = [
  'BasicParam',
  'VideoParamOpt',
  'SVACEncodeConfig',
  'SVACDecodeConfig',
  'VideoParamAttribute',
  'VideoRecordPlan',
  'VideoAlarmRecord',
  'PictureMask',
  'FrameMirror',
  'AlarmReport',
  'OSDConfig',
  'SnapShotConfig',
] as const

export const ConfigQuery = z.strictObject({
  names: z
    .string()
    .max(400)
    .default('BasicParam')
    .refine(
      text => text.split(',').every(name => (CONFIGS as readonly string[]).includes(name)),
      `some of ${CONFIGS.join(',')}`,
    )
    .describe(`separated by commas: ${CONFIGS.join(', ')}`),
})

/** Fields of one configuration; the longest have some dozens. */
const MAX_FIELDS = 64

export const ConfigChange = z.strictObject({
  name: z.enum(CONFIGS),
  value: z
    .record(z.string().max(64), z.unknown())
    .refine(value => Object.keys(value).length <= MAX_FIELDS, `at most ${MAX_FIELDS} fields`)
    .describe('fields as GET answers them'),
})
