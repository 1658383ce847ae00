import type { Device } from '../platform/devices/device.ts'
import type { PendingDevice } from '../platform/pending-devices/pending-device.ts'
import type * as contract from './contract/device.ts'
import { time } from './stream-view.ts'

export function deviceView(device: Device): contract.Device {
  const { catalog, createdAtMs, lastSeenAtMs, registeredAtMs, registeredUntilMs, stateAtMs, stopped, ...rest } = device
  return {
    ...rest,
    createdAt: time(createdAtMs),
    stateAt: timeOrNull(stateAtMs),
    registeredAt: timeOrNull(registeredAtMs),
    registeredUntil: timeOrNull(registeredUntilMs),
    lastSeenAt: timeOrNull(lastSeenAtMs),
    catalog: catalog && { at: time(catalog.atMs), promised: catalog.promised, received: catalog.received },
    stopped: stopped && { until: timeOrNull(stopped.untilMs) },
  }
}

export function pendingView({ firstAtMs, lastAtMs, ...pending }: PendingDevice): contract.PendingDevice {
  return { ...pending, firstAt: time(firstAtMs), lastAt: time(lastAtMs) }
}

export function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : time(ms)
}
