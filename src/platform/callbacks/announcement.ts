import type { Db } from '../../storage/database.ts'
import type { MediaPart } from '../streams/urls.ts'

/** What receivers can ask for. */
export const CALLBACK_EVENTS = [
  'record_started',
  'record_paused',
  'record_resumed',
  'record_stopped',
  'record_error',
  'record_file',
  'snapshot_created',
  'stream_status',
  'device_status',
  'device_alarm',
] as const
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number]

/** Something to tell whoever asked for it. */
export interface Announcement {
  readonly event: CallbackEvent
  /** What it is about: path of a stream, or id of a device. Told in order for each. */
  readonly object: string
  readonly space: string
  /** Template it was made by; null: none. */
  readonly template: string | null
  readonly atMs: number
  /** The fields of the event. */
  readonly data: Readonly<Record<string, unknown>>
  /** What of the stream a signed URL in the field `url` leads to; null: no such field. */
  readonly media: AnnouncedMedia | null
}

/** Signed when it is sent, not when it happened: the receiver may have been away for long. */
export interface AnnouncedMedia extends Pick<MediaPart, 'part' | 'query'> {
  readonly nodeId: string
}

/** Takes announcements into a queue, in the transaction of what they tell of. */
export interface Announcer {
  announce(db: Db, announcement: Announcement): Promise<void>
}
