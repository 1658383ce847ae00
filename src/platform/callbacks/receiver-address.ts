import { AddressRanges } from '../../base/ip-address.ts'

/**
 * Where nobody is told anything, whatever is configured: what clouds answer about their machines (link-local, and the
 * fixed addresses of Alibaba, Oracle, Azure and AWS), IPv6 ways to the same, and what is no single machine.
 */
const NEVER = new AddressRanges([
  ...['0.0.0.0/8', '169.254.0.0/16', '100.100.100.200', '192.0.0.192', '168.63.129.16', '224.0.0.0/3'],
  ...['::/128', 'fe80::/10', 'fd00:ec2::254', 'ff00::/8', '64:ff9b::/96', '2002::/16'],
])

/** RFC 1918, RFC 6598, RFC 4193 and the machine itself. */
const PRIVATE = new AddressRanges([
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8'],
  ...['::1', 'fc00::/7'],
])

/** Why nothing is sent to an address; null: it may be. */
export function refusal(address: string, allowPrivate: boolean): string | null {
  if (NEVER.has(address)) return `${address} is never told anything`
  if (!allowPrivate && PRIVATE.has(address)) return `${address} is private, which callbacks.allowPrivate forbids`
  return null
}
