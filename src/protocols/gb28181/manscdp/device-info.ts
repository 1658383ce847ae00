import { message } from './message.ts'
import { id, integer, list, needed, onOff, result, text, texts, time, word } from './schema.ts'

/** GB/T 28181-2022 A.2.4.4 and A.2.6.5. */
export const deviceInfoQuery = message('Query', 'DeviceInfo', {})

export const deviceInfoResponse = message('Response', 'DeviceInfo', {
  deviceName: text('DeviceName'),
  result: result(),
  manufacturer: text('Manufacturer'),
  model: text('Model'),
  firmware: text('Firmware'),
  /** Number of channels. */
  channel: integer('Channel', { min: 0 }),
})

/** A.2.4.2 and A.2.6.6. */
export const deviceStatusQuery = message('Query', 'DeviceStatus', {})

export const deviceStatusResponse = message('Response', 'DeviceStatus', {
  result: result(),
  online: word('Online', ['ONLINE', 'OFFLINE'], { ON: 'ONLINE', OFF: 'OFFLINE' }),
  status: result('Status'),
  reason: text('Reason'),
  encode: onOff('Encode'),
  record: onOff('Record'),
  deviceTime: time('DeviceTime'),
  alarmStatus: list('Alarmstatus', 'Item', {
    deviceId: needed(id('DeviceID')),
    dutyStatus: word('DutyStatus', ['ONDUTY', 'OFFDUTY', 'ALARM']),
  }),
})

/** A.2.4.13 and A.2.6.15: memory cards. [2022] */
export const sdCardStatusQuery = message('Query', 'SDCardStatus', {})

export const sdCardStatusResponse = message('Response', 'SDCardStatus', {
  result: result(),
  sumNum: integer('SumNum', { min: 0 }),
  cards: list(
    'SDCardStatusInfo',
    'Item',
    {
      id: needed(integer('ID')),
      name: text('HddName'),
      status: word('Status', ['ok', 'formatting', 'unformatted', 'idle', 'error']),
      /** Per cent. */
      formatProgress: integer('FormatProgress', { min: 0, max: 100 }),
      /** Megabytes. */
      capacity: integer('Capacity', { min: 0 }),
      freeSpace: integer('FreeSpace', { min: 0 }),
    },
    { max: 8 },
  ),
})

/** A.2.5.2: sent every 60 s by default. */
export const keepaliveNotify = message('Notify', 'Keepalive', {
  status: result('Status'),
  /** Channels that do not work. */
  faulty: texts('Info', 'DeviceID'),
})
