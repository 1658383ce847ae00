import type { DeviceSide } from '../../protocols/gb28181/device-side/device-side.ts'
import type { SipEndpoint } from '../../protocols/sip/endpoint.ts'
import type { GbCascade } from './gb-cascade.ts'

/** Who registers here, or tells by a subscription of ours, is below us. */
const OF_DEVICES = ['REGISTER', 'NOTIFY'] as const
/** These come from both sides. */
const OF_BOTH = ['MESSAGE', 'INVITE', 'SUBSCRIBE'] as const

/** One port for both roles: requests of platforms above go to their side, all others to that of the devices. */
export function routeRequests(endpoint: SipEndpoint, devices: DeviceSide, cascade: GbCascade): void {
  for (const method of OF_DEVICES) endpoint.on(method, (request, context) => devices.receive(request, context))
  for (const method of OF_BOTH)
    endpoint.on(method, (request, context) => (cascade.sideOf(request) ?? devices).receive(request, context))
}
