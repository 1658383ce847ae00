import { message } from './message.ts'
import { decimal, flag, group, integer, list, needed, result, text } from './schema.ts'

const SUM = integer('SumNum', { min: 0 })

/** GB/T 28181-2022 A.2.4.8 and A.2.6.9. */
export const presetQuery = message('Query', 'PresetQuery', {})

export const presetResponse = message('Response', 'PresetQuery', {
  result: result(),
  sumNum: SUM,
  presets: list('PresetList', 'Item', {
    presetId: needed(integer('PresetID', { min: 1, max: 255 })),
    presetName: text('PresetName'),
  }),
})

/** Goes back to a preset when nobody moves the camera. In HomePositionQuery's answer and in DeviceControl. */
export const HOME_POSITION = {
  enabled: needed(flag('Enabled')),
  /** Seconds. */
  resetTime: integer('ResetTime', { min: 0 }),
  presetIndex: integer('PresetIndex', { min: 0, max: 255 }),
} as const

/** A.2.4.10 and A.2.6.11. [2022] */
export const homePositionQuery = message('Query', 'HomePositionQuery', {})

export const homePositionResponse = message('Response', 'HomePositionQuery', {
  result: result(),
  homePosition: group('HomePosition', HOME_POSITION),
})

/** A.2.4.11 and A.2.6.12. [2022] */
export const cruiseTrackListQuery = message('Query', 'CruiseTrackListQuery', {})

export const cruiseTrackListResponse = message('Response', 'CruiseTrackListQuery', {
  result: result(),
  sumNum: SUM,
  tracks: list('CruiseTrackList', 'CruiseTrack', { number: needed(integer('Number', { min: 0 })), name: text('Name') }),
})

/** A.2.4.12 and A.2.6.13. [2022] */
export const cruiseTrackQuery = message('Query', 'CruiseTrackQuery', { number: needed(integer('Number', { min: 0 })) })

export const cruiseTrackResponse = message('Response', 'CruiseTrackQuery', {
  result: result(),
  number: integer('Number', { min: 0 }),
  name: text('Name'),
  sumNum: SUM,
  points: list('CruisePointList', 'CruisePoint', {
    presetIndex: needed(integer('PresetIndex', { min: 0, max: 255 })),
    /** Seconds. */
    stayTime: integer('StayTime', { min: 0 }),
    speed: integer('Speed', { min: 1, max: 15 }),
  }),
})

/** A.2.4.13 and A.2.6.14, also the body of SUBSCRIBE and of its NOTIFY. [2022] */
export const ptzPositionQuery = message('Query', 'PTZPosition', {})

export const ptzPositionResponse = message('Response', 'PTZPosition', {
  result: result(),
  /** Degrees clockwise seen from above. */
  pan: decimal('Pan', { digits: 2 }),
  /** Degrees, down is positive. */
  tilt: decimal('Tilt', { digits: 2 }),
  /** Times. */
  zoom: decimal('Zoom', { digits: 2 }),
  horizontalFieldAngle: decimal('HorizontalFieldAngle'),
  verticalFieldAngle: decimal('VerticalFieldAngle'),
  /** Metres. */
  maxViewDistance: decimal('MaxViewDistance'),
})
