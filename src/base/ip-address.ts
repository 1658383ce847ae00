import { BlockList, isIP, isIPv4 } from 'node:net'

/** The address of a peer given with or without port: `10.0.0.1:5000`, `[2001:db8::1]:5000`. IPv4 in IPv6 becomes IPv4. */
export function addressOf(peer: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(peer)?.[1]
  const withoutPort = bracketed ?? (isIP(peer) ? peer : peer.replace(/:\d+$/, ''))
  return withoutPort.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
}

/**
 * What one subscriber usually has: an IPv4 address, or a /64 of IPv6 (RFC 6177), whose 2^64 addresses are all his.
 * Anything else is answered as it is.
 */
export function networkOf(peer: string): string {
  const address = addressOf(peer)
  if (isIP(address) !== 6) return address
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}

/** `all`, an address, or a range in CIDR notation (RFC 4632, RFC 4291 §2.3). */
export function isAddressRange(text: string): boolean {
  if (text === 'all') return true
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || address.includes('%')) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)
}

/** Ranges to look addresses up in. What is no range is left out. */
export class AddressRanges {
  readonly #all: boolean
  readonly #list = new BlockList()

  constructor(ranges: readonly string[]) {
    this.#all = ranges.includes('all')
    for (const range of ranges) {
      if (range === 'all' || !isAddressRange(range)) continue
      const [address = '', prefix] = range.split('/')
      const family = isIPv4(address) ? 'ipv4' : 'ipv6'
      this.#list.addSubnet(address, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family)
    }
  }

  /** An address that cannot be read is only in `all`. */
  has(peer: string): boolean {
    if (this.#all) return true
    const address = addressOf(peer)
    const version = isIP(address)
    return version !== 0 && this.#list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

const PRIVATE = new AddressRanges([
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '169.254.0.0/16', '100.64.0.0/10'],
  ...['::1', 'fc00::/7', 'fe80::/10'],
])

/** An address of a private network, of this machine, or of a carrier's NAT (RFC 1918, 3927, 4193, 6598). */
export function isPrivateAddress(peer: string): boolean {
  return PRIVATE.has(peer)
}
