import { message } from './message.ts'
import { flag, id, integer, list, needed, slashTexts, text, time, type ValueOf, word } from './schema.ts'

const RECORD_TYPES = ['time', 'alarm', 'manual', 'all'] as const

/** What the device has recorded. GB/T 28181-2022 A.2.4.5. */
export const recordInfoQuery = message('Query', 'RecordInfo', {
  startTime: needed(time('StartTime')),
  endTime: needed(time('EndTime')),
  filePath: text('FilePath'),
  address: text('Address'),
  secrecy: flag('Secrecy'),
  type: word('Type', RECORD_TYPES),
  recorderId: text('RecorderID'),
  /** 0: only what the asked device has; 1: ask its centre too. */
  indistinctQuery: flag('IndistinctQuery'),
  // 2022
  streamNumber: integer('StreamNumber', { min: 0 }),
  alarmMethod: slashTexts('AlarmMethod'),
  alarmType: slashTexts('AlarmType'),
})

const ITEM = {
  deviceId: needed(id('DeviceID')),
  name: text('Name'),
  filePath: text('FilePath'),
  address: text('Address'),
  startTime: needed(text('StartTime')),
  endTime: needed(text('EndTime')),
  secrecy: flag('Secrecy'),
  type: word('Type', RECORD_TYPES),
  recorderId: text('RecorderID'),
  /** Bytes. */
  fileSize: integer('FileSize', { min: 0 }),
  recordLocation: text('RecordLocation'),
  streamNumber: integer('StreamNumber', { min: 0 }),
} as const

/** Times are as the device writes them: `localTimeMs` of gb-time.ts reads them. */
export type RecordItem = ValueOf<typeof ITEM>

/** One part of the answer. A.2.6.7. */
export const recordInfoResponse = message('Response', 'RecordInfo', {
  name: text('Name'),
  sumNum: integer('SumNum', { min: 0 }),
  items: list('RecordList', 'Item', ITEM),
})
