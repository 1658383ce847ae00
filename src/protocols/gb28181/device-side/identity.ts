import type { Flow, SocketAddress, Target } from '../../sip/transport/flow.ts'
import { isFlow } from '../../sip/transport/flow.ts'
import { formatHostPort } from '../../sip/uri.ts'

/** Who we are: id of 20 digits and SIP domain. */
export interface Identity {
  readonly serverId: string
  readonly domain: string
}

export const addressOf = (target: Flow | Target): SocketAddress =>
  isFlow(target) ? target.remote : { address: target.host, port: target.port }

/** Request-URI, From and To of what we send to a device, or to one of its channels. */
export function addressing(
  identity: Identity,
  to: string,
  target: Flow | Target,
): { uri: string; from: string; to: string } {
  const { address, port } = addressOf(target)
  return {
    uri: `sip:${to}@${formatHostPort(address, port)}`,
    from: `sip:${identity.serverId}@${identity.domain}`,
    to: `sip:${to}@${identity.domain}`,
  }
}
