import { type MessageValue, message } from './message.ts'
import { decimal, group, integer, result, slashTexts, spelt, text, time } from './schema.ts'

/** Body of SUBSCRIBE for alarms. Priority 0 is all, 1 the highest of 4. GB/T 28181-2022 A.2.4.6. */
export const alarmQuery = message('Query', 'Alarm', {
  startAlarmPriority: integer('StartAlarmPriority', { min: 0, max: 4 }),
  endAlarmPriority: integer('EndAlarmPriority', { min: 0, max: 4 }),
  alarmMethod: slashTexts('AlarmMethod'),
  alarmType: slashTexts('AlarmType'),
  startAlarmTime: spelt(time('StartAlarmTime'), time('StartTime')),
  endAlarmTime: spelt(time('EndAlarmTime'), time('EndTime')),
})

/** By MESSAGE or by NOTIFY. A.2.5.3. */
export const alarmNotify = message('Notify', 'Alarm', {
  alarmPriority: integer('AlarmPriority', { min: 1, max: 4 }),
  /** 1 phone, 2 device, 3 SMS, 4 GPS, 5 video, 6 device fault, 7 other. */
  alarmMethod: integer('AlarmMethod', { min: 1, max: 7 }),
  alarmTime: text('AlarmTime'),
  alarmDescription: text('AlarmDescription'),
  longitude: decimal('Longitude', { min: -180, max: 180 }),
  latitude: decimal('Latitude', { min: -90, max: 90 }),
  info: group('Info', {
    /** By method, see alarmName. */
    alarmType: integer('AlarmType', { min: 0 }),
    alarmTypeParam: group('AlarmTypeParam', {
      /** Of an intrusion: 1 enters, 2 leaves. */
      eventType: integer('EventType', { min: 1, max: 2 }),
    }),
  }),
})

export type AlarmNotify = MessageValue<typeof alarmNotify>

/** The receiver's answer, a MESSAGE of its own. */
export const alarmResponse = message('Response', 'Alarm', { result: result() })

/** Names by method and type; keys of the console's texts. A.2.5.3. */
const ALARM_NAMES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  2: { 1: 'videoLoss', 2: 'tamper', 3: 'diskFull', 4: 'overTemperature', 5: 'underTemperature' },
  5: {
    1: 'manual',
    2: 'motion',
    3: 'objectLeft',
    4: 'objectRemoved',
    5: 'tripwire',
    6: 'intrusion',
    7: 'wrongWay',
    8: 'loitering',
    9: 'flowCount',
    10: 'density',
    11: 'videoAbnormal',
    12: 'fastMoving',
    13: 'occlusion',
  },
  6: { 1: 'diskFault', 2: 'fanFault' },
}

/** What an alarm is about, e.g. 'motion'; null where the standard has no word for it. */
export function alarmName(alarm: AlarmNotify): string | null {
  return ALARM_NAMES[alarm.alarmMethod ?? 0]?.[alarm.info?.alarmType ?? 0] ?? null
}
