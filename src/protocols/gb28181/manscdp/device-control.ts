import { type MessageValue, message } from './message.ts'
import { HOME_POSITION } from './ptz-query.ts'
import { decimal, group, id, integer, needed, result, slashTexts, text, word } from './schema.ts'

/** A rectangle dragged over a picture, all in pixels of the player. GB/T 28181-2022 A.2.3.1.8. */
const DRAG = {
  /** Size of the player. */
  length: needed(integer('Length', { min: 0 })),
  width: needed(integer('Width', { min: 0 })),
  midPointX: needed(integer('MidPointX', { min: 0 })),
  midPointY: needed(integer('MidPointY', { min: 0 })),
  lengthX: needed(integer('LengthX', { min: 0 })),
  lengthY: needed(integer('LengthY', { min: 0 })),
} as const

/** Whatever is ordered: one of the first fields, with the ones below that belong to it. A.2.3.1. */
export const deviceControl = message('Control', 'DeviceControl', {
  /** 16 hex digits, see ptz-command.ts. No answer. */
  ptzCmd: text('PTZCmd', { pattern: /^[\dA-Fa-f]{16}$/ }),
  /** Reboots. No answer. */
  teleBoot: word('TeleBoot', ['Boot']),
  recordCmd: word('RecordCmd', ['Record', 'StopRecord']),
  guardCmd: word('GuardCmd', ['SetGuard', 'ResetGuard']),
  alarmCmd: word('AlarmCmd', ['ResetAlarm']),
  /** A keyframe at once, as 2022 spells it. No answer. */
  iFrameCmd: word('IFrameCmd', ['Send']),
  /** As 2011 and 2016 spell it. */
  iFameCmd: word('IFameCmd', ['Send']),
  /** No answer. */
  dragZoomIn: group('DragZoomIn', DRAG),
  dragZoomOut: group('DragZoomOut', DRAG),
  homePosition: group('HomePosition', HOME_POSITION),
  /** [2022] No answer. */
  ptzPreciseCtrl: group('PTZPreciseCtrl', {
    /** Degrees clockwise seen from above. */
    pan: decimal('Pan', { min: 0, max: 360, digits: 2 }),
    /** Degrees, down is positive. */
    tilt: decimal('Tilt', { min: -30, max: 90, digits: 2 }),
    /** Times. */
    zoom: decimal('Zoom', { min: 1, digits: 2 }),
  }),
  /** [2022] */
  deviceUpgrade: group('DeviceUpgrade', {
    firmware: needed(text('Firmware')),
    fileUrl: needed(text('FileURL')),
    manufacturer: text('Manufacturer'),
    sessionId: needed(text('SessionID', { pattern: /^[\dA-Za-z-]{32,128}$/ })),
  }),
  /** Number of the card from 1, or 0 for all. [2022] No answer. */
  formatSdCard: integer('FormatSDCard', { min: 0 }),
  /** [2022] No answer. */
  targetTrack: word('TargetTrack', ['Auto', 'Manual', 'Stop']),

  /** Of `targetTrack`: the panorama channel. */
  deviceId2: id('DeviceID2'),
  targetArea: group('TargetArea', DRAG),
  /** Of `recordCmd`. [2022] */
  streamNumber: integer('StreamNumber', { min: 0 }),
  /** Of `ptzCmd`. [2022] */
  ptzCmdParams: group('PTZCmdParams', {
    presetName: text('PresetName', { max: 32 }),
    cruiseTrackName: text('CruiseTrackName', { max: 32 }),
  }),
  info: group('Info', {
    /** Of `ptzCmd`; higher wins. [2016] */
    controlPriority: integer('ControlPriority', { min: 0 }),
    /** Of `alarmCmd`. */
    alarmMethod: slashTexts('AlarmMethod'),
    alarmType: slashTexts('AlarmType'),
  }),
})

export type DeviceControl = MessageValue<typeof deviceControl>

export const deviceControlResponse = message('Response', 'DeviceControl', { result: result() })

/** Orders that are answered by a Response; of the others nothing more comes than the 200. A.2.3.1. */
const ANSWERED = ['recordCmd', 'guardCmd', 'alarmCmd', 'homePosition', 'deviceUpgrade'] as const

export const isAnswered = (control: Partial<DeviceControl>): boolean => ANSWERED.some(key => control[key] !== undefined)
