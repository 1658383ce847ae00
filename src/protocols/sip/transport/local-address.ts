import { BlockList, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Clock } from '../../../base/clock.ts'

/** How long the list of interfaces is believed. */
const REFRESH_MS = 10_000

/** IPv4 seen through IPv6 is written as IPv4. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

export function isWildcard(address: string): boolean {
  return address === '' || address === '0.0.0.0' || address === '::'
}

/**
 * The address by which a peer can reach us when we listen on all of them: that of the interface whose network the peer
 * is in, else the first that is not loopback.
 */
export class LocalAddresses {
  readonly #clock: Clock
  #readAtMs = Number.NEGATIVE_INFINITY
  #interfaces: { address: string; internal: boolean; v6: boolean; network: BlockList }[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  towards(remote: string): string {
    this.#refresh()
    const v6 = isIPv6(remote)
    const candidates = this.#interfaces.filter(each => each.v6 === v6)
    const near = candidates.find(each => each.network.check(remote, v6 ? 'ipv6' : 'ipv4'))
    const chosen = near ?? candidates.find(each => !each.internal) ?? candidates[0]
    return chosen?.address ?? (v6 ? '::1' : '127.0.0.1')
  }

  #refresh(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#readAtMs < REFRESH_MS) return
    this.#readAtMs = nowMs
    this.#interfaces = []
    for (const addresses of Object.values(networkInterfaces())) {
      for (const { address, cidr, internal, family } of addresses ?? []) {
        const v6 = family === 'IPv6'
        const network = new BlockList()
        const prefix = Number(cidr?.split('/')[1])
        if (Number.isInteger(prefix)) network.addSubnet(address, prefix, v6 ? 'ipv6' : 'ipv4')
        this.#interfaces.push({ address, internal, v6, network })
      }
    }
  }
}
