import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import type { GbDevices } from './gb-devices.ts'

const TRANSPORTS: readonly MediaTransport[] = ['tcp-passive', 'udp', 'tcp-active']
/** Failures after which another way of transport is worth a try. */
const TRANSPORT_VERDICTS: ReadonlySet<string> = new Set(['portBlocked', 'notAcceptable', 'answeredButNoPackets'])

/** The ways media may come from a device, the best first. */
export function transportsOf(devices: GbDevices, deviceId: string): MediaTransport[] {
  const device = devices.get(deviceId)
  if (device && device.media !== 'auto') return [device.media]
  const known = devices.entry(device?.gbId ?? '')?.policy.quirks.transports
  return [...(known ?? TRANSPORTS)]
}

export function isOfTransport(verdict: string | undefined): boolean {
  return TRANSPORT_VERDICTS.has(verdict ?? '')
}

/** The order that is learnt when this way worked after others had not; a list as quirks have it on the link. */
export function preferring(transport: MediaTransport): string {
  return [transport, ...TRANSPORTS.filter(other => other !== transport)].join(',')
}
