import { type MessageValue, message } from './message.ts'
import { decimal, id, integer, list, needed, spelt, text } from './schema.ts'

/** Body of SUBSCRIBE for positions. GB/T 28181-2022 A.2.4.9. */
export const mobilePositionQuery = message('Query', 'MobilePosition', {
  /** Seconds between two reports, default 5. */
  interval: integer('Interval', { min: 1 }),
})

const POSITION = {
  /** WGS-84, degrees. */
  longitude: spelt(decimal('Longitude', { min: -180, max: 180 }), decimal('Longtitude')),
  latitude: decimal('Latitude', { min: -90, max: 90 }),
  /** km/h. */
  speed: decimal('Speed'),
  /** Degrees clockwise from north. */
  direction: decimal('Direction'),
  /** Metres above the sea. */
  altitude: decimal('Altitude'),
} as const

/** Both forms: one place of 2016 beside the time, or the list of 2022. A.2.5.4. */
export const mobilePositionNotify = message('Notify', 'MobilePosition', {
  time: text('Time'),
  ...POSITION,
  sumNum: integer('SumNum', { min: 0 }),
  items: list('DeviceList', 'Item', {
    deviceId: needed(id('DeviceID')),
    captureTime: text('CaptureTime'),
    ...POSITION,
    /** Metres above the ground. */
    height: decimal('Height'),
  }),
})

type MobilePositionNotify = MessageValue<typeof mobilePositionNotify>

/** One place of one device; `captureTime` as the device writes it. */
export type Position = MobilePositionNotify['items'][number] & { readonly longitude: number; readonly latitude: number }

/** The places of a report of either form; those without both coordinates are left out. */
export function positionsOf(notify: MobilePositionNotify): Position[] {
  const { sn: _, time, sumNum: __, items, ...own } = notify
  const all = [...items, ...(items.length === 0 ? [{ ...own, captureTime: time }] : [])]
  const places: Position[] = []
  for (const item of all) {
    const { longitude, latitude } = item
    if (longitude !== undefined && latitude !== undefined)
      places.push({ captureTime: time, ...item, longitude, latitude })
  }
  return places
}
