import { z } from 'zod'
import { ObjectId } from './device.ts'
import { Moment, PageQuery, sortBy, Time } from './page.ts'

export const Alarm = z
  .object({
    id: z.string(),
    deviceId: z.string(),
    deviceName: z.string(),
    space: z.string(),
    channelId: z.string().nullable(),
    channelGbId: z.string(),
    channelName: z.string().nullable(),
    priority: z.number().describe('1 highest to 4; 0: not said'),
    method: z.number().describe('1 phone, 2 device, 3 SMS, 4 GPS, 5 video, 6 device fault, 7 other'),
    alarmType: z
      .number()
      .nullable()
      .describe('of method 2: 1 video lost, 2 tampered ...; of 5: 1 manual, 2 motion ...; of 6: 1 disk, 2 fan'),
    description: z.string(),
    longitude: z.number().nullable(),
    latitude: z.number().nullable(),
    alarmAt: Time.describe('by the clock of the device'),
    at: Time.describe('when it came'),
    acknowledgedAt: Time.nullable(),
    acknowledgedBy: z.string().nullable(),
    recordedStreamId: z
      .string()
      .nullable()
      .describe('stream of the channel when it was recorded then: /streams/{id}/replay from around `at`'),
    snapshotId: z.string().nullable().describe('picture taken within 15 s of it: /snapshots/{id}'),
  })
  .meta({ id: 'Alarm' })
export type Alarm = z.infer<typeof Alarm>

const small = z.coerce.number().int().min(0).max(255).optional()

export const AlarmQuery = PageQuery.extend({
  space: z.string().max(128).optional(),
  device: ObjectId.optional(),
  channel: ObjectId.optional(),
  start: Moment.optional().describe('that came at or after'),
  end: Moment.optional().describe('that came before'),
  method: small,
  type: small,
  priority: small,
  acknowledged: z.enum(['true', 'false']).optional(),
  sort: sortBy(['at'], '-at'),
})

export const Position = z
  .object({
    deviceId: z.string(),
    gbId: z.string().describe('code of the device, or of the channel that moves'),
    at: Time,
    longitude: z.number(),
    latitude: z.number(),
    speed: z.number().nullable().describe('km/h'),
    direction: z.number().nullable().describe('degrees clockwise from north'),
    altitude: z.number().nullable().describe('metres'),
  })
  .meta({ id: 'Position' })

export const TrackQuery = z.strictObject({
  start: Moment.optional().describe('a day before the end when left out'),
  end: Moment.optional().describe('now when left out'),
  gbId: z.string().max(20).optional().describe('only of this channel'),
})

export const LatestQuery = z.strictObject({
  space: z.string().max(128).optional(),
  device: ObjectId.optional(),
})

export const Track = z
  .object({ items: z.array(Position), complete: z.boolean().describe('false: the end is further than told here') })
  .meta({ id: 'Track' })
