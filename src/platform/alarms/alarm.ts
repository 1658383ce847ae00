/** What a device, or a channel of it, alarmed about. */
export interface Alarm {
  readonly id: string
  readonly deviceId: string
  readonly deviceName: string
  readonly space: string
  readonly channelGbId: string
  /** Null: the device itself, or a channel nobody knows. */
  readonly channelId: string | null
  readonly channelName: string | null
  /** 1 highest to 4; 0: not said. */
  readonly priority: number
  /** AlarmMethod and AlarmType of GB/T 28181-2022 §A.2.5. */
  readonly method: number
  readonly alarmType: number | null
  readonly description: string
  readonly longitude: number | null
  readonly latitude: number | null
  /** By the clock of the device. */
  readonly alarmAtMs: number
  readonly atMs: number
  readonly acknowledgedAtMs: number | null
  readonly acknowledgedBy: string | null
  /** Stream of the channel, when it was recorded then: its recordings are to be played from around `atMs`. */
  readonly recordedStreamId: string | null
  /** The picture taken nearest to it; null: none around it. */
  readonly snapshotId: string | null
}
