import { type MessageValue, message } from './message.ts'
import {
  flag,
  group,
  integer,
  list,
  needed,
  rectangle,
  repeated,
  result,
  slashTexts,
  text,
  verbatim,
} from './schema.ts'

/** What ConfigDownload asks for; several at once are joined by '/'. GB/T 28181-2022 A.2.4.7. */
export const CONFIG_TYPES = [
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
export type ConfigType = (typeof CONFIG_TYPES)[number]

const STREAM_NUMBER = integer('StreamNumber', { min: 0 })

const TIME_SEGMENT = {
  startHour: needed(integer('StartHour', { min: 0, max: 23 })),
  startMin: needed(integer('StartMin', { min: 0, max: 59 })),
  startSec: needed(integer('StartSec', { min: 0, max: 59 })),
  stopHour: needed(integer('StopHour', { min: 0, max: 24 })),
  stopMin: needed(integer('StopMin', { min: 0, max: 59 })),
  stopSec: needed(integer('StopSec', { min: 0, max: 59 })),
} as const

const SNAPSHOT_SESSION = text('SessionID', { pattern: /^[\dA-Za-z-]{32,128}$/ })

/** One element per kind of configuration, the same in DeviceConfig and in the answer to ConfigDownload. A.2.1. */
const CONFIGURATION = {
  basicParam: group('BasicParam', {
    name: text('Name'),
    /** Seconds of registration. */
    expiration: integer('Expiration', { min: 0 }),
    /** Seconds. */
    heartBeatInterval: integer('HeartBeatInterval', { min: 0 }),
    heartBeatCount: integer('HeartBeatCount', { min: 0 }),
    // answers of 2016 only
    positionCapability: integer('PositionCapability'),
    longitude: text('Longitude'),
    latitude: text('Latitude'),
  }),
  videoParamOpt: group('VideoParamOpt', {
    downloadSpeed: slashTexts('DownloadSpeed'),
    resolution: text('Resolution'),
  }),
  /** Parameters of SVAC are passed on, not understood. */
  svacEncodeConfig: verbatim('SVACEncodeConfig'),
  svacDecodeConfig: verbatim('SVACDecodeConfig'),
  videoParamConfig: verbatim('VideoParamConfig'), // 2016
  audioParamConfig: verbatim('AudioParamConfig'), // 2016
  videoParamAttribute: group('VideoParamAttribute', {
    /** Values as in the line `f=`, see sdp.ts. */
    streams: repeated('Item', {
      streamNumber: needed(STREAM_NUMBER),
      videoFormat: text('VideoFormat'),
      resolution: text('Resolution'),
      frameRate: text('FrameRate'),
      bitRateType: text('BitRateType'),
      videoBitRate: text('VideoBitRate'),
    }),
  }),
  videoRecordPlan: group('VideoRecordPlan', {
    recordEnable: flag('RecordEnable'),
    sumNum: integer('RecordScheduleSumNum', { min: 0, max: 7 }),
    schedules: repeated(
      'RecordSchedule',
      {
        /** 1 is Monday. */
        weekDay: needed(integer('WeekDayNum', { min: 1, max: 7 })),
        sumNum: integer('TimeSegmentSumNum', { min: 0, max: 8 }),
        segments: repeated('TimeSegment', TIME_SEGMENT, { max: 8 }),
      },
      { max: 7 },
    ),
    streamNumber: STREAM_NUMBER,
  }),
  videoAlarmRecord: group('VideoAlarmRecord', {
    recordEnable: flag('RecordEnable'),
    /** Seconds after and before the alarm. */
    recordTime: integer('RecordTime', { min: 0 }),
    preRecordTime: integer('PreRecordTime', { min: 0 }),
    streamNumber: STREAM_NUMBER,
  }),
  pictureMask: group('PictureMask', {
    on: flag('On'),
    sumNum: integer('SumNum', { min: 0, max: 4 }),
    regions: list(
      'RegionList',
      'Item',
      { seq: needed(integer('Seq', { min: 1, max: 4 })), point: needed(rectangle('Point')) },
      { max: 4 },
    ),
  }),
  /** 0 none, 1 horizontal, 2 vertical, 3 both. */
  frameMirror: integer('FrameMirror', { min: 0, max: 3 }),
  alarmReport: group('AlarmReport', {
    motionDetection: flag('MotionDetection'),
    fieldDetection: flag('FieldDetection'),
  }),
  osdConfig: group('OSDConfig', {
    /** Pixels of the window the places are counted in. */
    length: integer('Length', { min: 0 }),
    width: integer('Width', { min: 0 }),
    timeX: integer('TimeX', { min: 0 }),
    timeY: integer('TimeY', { min: 0 }),
    timeEnable: flag('TimeEnable'),
    /** 0 YYYY-MM-DD HH:MM:SS, 1 the same with Chinese words. */
    timeType: integer('TimeType', { min: 0, max: 1 }),
    textEnable: flag('TextEnable'),
    sumNum: integer('SumNum', { min: 0, max: 8 }),
    lines: repeated(
      'Item',
      {
        text: needed(text('Text', { max: 32 })),
        x: needed(integer('X', { min: 0 })),
        y: needed(integer('Y', { min: 0 })),
      },
      { max: 8 },
    ),
  }),
  snapShotConfig: group('SnapShotConfig', {
    snapNum: integer('SnapNum', { min: 1, max: 10 }),
    /** Seconds between two pictures. */
    interval: integer('Interval', { min: 1 }),
    uploadUrl: text('UploadURL'),
    sessionId: SNAPSHOT_SESSION,
  }),
} as const

export const configDownloadQuery = message('Query', 'ConfigDownload', { configTypes: slashTexts('ConfigType') })

/** One or several elements per message, one or several messages per question. A.2.6.8. */
export const configDownloadResponse = message('Response', 'ConfigDownload', { result: result(), ...CONFIGURATION })

export type Configuration = Omit<MessageValue<typeof configDownloadResponse>, 'sn' | 'deviceId' | 'result'>

/** Also the order to take snapshots. A.2.3.2. */
export const deviceConfig = message('Control', 'DeviceConfig', CONFIGURATION)

export const deviceConfigResponse = message('Response', 'DeviceConfig', { result: result() })
