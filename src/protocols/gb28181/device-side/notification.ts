import { alarmName } from '../manscdp/alarm.ts'
import { END_OF_FILE } from '../manscdp/media-notify.ts'
import type { AnyMessage } from '../manscdp/messages.ts'
import { positionsOf } from '../manscdp/mobile-position.ts'
import type { DeviceEvent } from './device-event.ts'

/** What a message that nobody asked for tells; null when it tells nothing. `callId` is its own. */
export function eventOf(message: AnyMessage, callId: string): DeviceEvent | null {
  switch (message.name) {
    case 'keepaliveNotify':
      return { type: 'keepalive', status: message.value.status, faulty: message.value.faulty }
    case 'alarmNotify':
      return { type: 'alarm', alarm: message.value, name: alarmName(message.value) }
    case 'mobilePositionNotify': {
      const positions = positionsOf(message.value)
      return positions.length === 0 ? null : { type: 'positions', positions }
    }
    case 'catalogNotify': {
      // some devices notify with plain items, without an event
      const plain = message.value.items.every(item => item.event === undefined)
      if (plain) return { type: 'catalogItems', items: message.value.items }
      return { type: 'catalogChanged', items: message.value.items }
    }
    case 'catalogResponse':
      return { type: 'catalogItems', items: message.value.items }
    case 'ptzPositionResponse':
      return { type: 'ptzPosition', position: message.value }
    case 'uploadSnapShotFinishedNotify':
      return { type: 'snapshots', finished: message.value }
    case 'deviceUpgradeResultNotify':
      return { type: 'upgraded', result: message.value }
    case 'videoUploadNotify':
      return { type: 'videoOffered', offer: message.value }
    case 'mediaStatusNotify':
      return message.value.notifyType === END_OF_FILE
        ? { type: 'mediaEnded', channelId: message.value.deviceId, callId }
        : null
    default:
      return null
  }
}
