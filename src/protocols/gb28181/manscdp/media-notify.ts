import { bare, message } from './message.ts'
import { decimal, id, needed, result, text, texts, word } from './schema.ts'

/** NotifyType of MediaStatus: the file being played or downloaded is at its end. GB/T 28181-2022 A.2.5.5. */
export const END_OF_FILE = '121'

export const mediaStatusNotify = message('Notify', 'MediaStatus', { notifyType: needed(text('NotifyType')) })

/** "Call me for audio": the device answers with Response Broadcast and then INVITEs. A.2.5.6. */
export const broadcastNotify = bare('Notify', 'Broadcast', {
  sourceId: needed(id('SourceID')),
  targetId: needed(id('TargetID')),
})

export const broadcastResponse = message('Response', 'Broadcast', { result: result() })

const SESSION = text('SessionID', { pattern: /^[\dA-Za-z-]{32,128}$/ })

/** Fewer ids than pictures asked for: some failed. A.2.5.7. [2022] */
export const uploadSnapShotFinishedNotify = message('Notify', 'UploadSnapShotFinished', {
  sessionId: SESSION,
  files: texts('SnapShotList', 'SnapShotFileID', { max: 10 }),
})

/** The device asks for its live video to be pulled. A.2.5.8. [2022] */
export const videoUploadNotify = message('Notify', 'VideoUploadNotify', {
  time: text('Time'),
  longitude: decimal('Longitude'),
  latitude: decimal('Latitude'),
})

/** A.2.5.9. [2022] */
export const deviceUpgradeResultNotify = message('Notify', 'DeviceUpgradeResult', {
  sessionId: SESSION,
  upgradeResult: result('UpgradeResult'),
  firmware: text('Firmware'),
  /** 01 download timed out, 02 bad package, 03 system, 99 other. */
  upgradeFailedReason: word('UpgradeFailedReason', ['01', '02', '03', '99'], { '1': '01', '2': '02', '3': '03' }),
})
