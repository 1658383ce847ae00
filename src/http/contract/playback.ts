import { z } from 'zod'
import { Operation } from './operation.ts'
import { Moment, Time } from './page.ts'
import { PlayUrls } from './stream.ts'

export const RecordingsQuery = z.strictObject({
  start: Moment.optional().describe('a day before the end when left out'),
  end: Moment.optional().describe('now when left out'),
  kind: z.enum(['all', 'time', 'alarm', 'manual']).default('all'),
})

const DeviceRecording = z
  .object({
    channel: z.string().describe('code'),
    name: z.string(),
    start: Time,
    end: Time,
    kind: z.string().describe('time, alarm, manual ...'),
    sizeBytes: z.number().nullable(),
    path: z.string().describe('in the words of the device'),
  })
  .meta({ id: 'DeviceRecording' })

export const DeviceRecordings = z
  .object({
    items: z.array(DeviceRecording),
    complete: z.boolean().describe('false: the device stopped before it had told all'),
  })
  .meta({ id: 'DeviceRecordings' })

const time = z.iso.datetime({ offset: true })

export const PlaybackWish = z.strictObject({
  start: time,
  end: time,
  speed: z.number().min(0.25).max(16).default(1),
})

export const DownloadWish = z.strictObject({ start: time, end: time })

export const Playback = z
  .object({
    id: z.string(),
    channelId: z.string().nullable(),
    deviceId: z.string(),
    kind: z.enum(['play', 'playback', 'download', 'talk']),
    state: z.enum(['starting', 'on', 'paused', 'ended']),
    path: z.string(),
    transport: z.string(),
    startedAt: Time,
    position: Time.nullable().describe('of the recording that is shown; null: not known'),
    speed: z.number().nullable(),
    progress: z.number().nullable().describe('of a download, 0 to 1'),
    ignored: z.array(z.string()).describe('what of pause, seek and speed the device ignored and was done here instead'),
    counters: z.record(z.string(), z.number()),
    reason: z.string().describe('why it ended; empty: nothing to say'),
    attempt: z.string().nullable(),
    play: PlayUrls,
  })
  .meta({ id: 'Playback' })
export type Playback = z.infer<typeof Playback>

export const Seek = z.strictObject({ at: time.describe('moment in the recording') })

export const Speed = z.strictObject({ speed: z.number().min(-16).max(16).describe('times; below zero is backwards') })

export const Download = z
  .object({
    operation: Operation,
    progress: z.number().nullable().describe('0 to 1; null: not known'),
    url: z.string().nullable().describe('of the file, signed; null: it is not there'),
  })
  .meta({ id: 'Download' })

export const TalkWish = z.strictObject({
  mode: z.enum(['auto', 'broadcast', 'talk']).default('auto').describe('auto takes what the device has shown to do'),
})

export const Talk = z
  .object({
    session: z.string().describe('/playbacks/{session}/stop ends it'),
    url: z.string().describe('WebSocket; send G.711 A-law of 8 kHz in binary messages'),
    token: z.string().describe('first message, as text'),
  })
  .meta({ id: 'Talk' })
