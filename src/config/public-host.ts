import type { NetworkInterfaceInfo } from 'node:os'

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** First IPv4 address of the machine that is neither loopback nor link-local (RFC 3927), else 127.0.0.1. */
export function detectPublicHost(interfaces: Interfaces): string {
  for (const addresses of Object.values(interfaces))
    for (const { family, internal, address } of addresses ?? [])
      if (family === 'IPv4' && !internal && !address.startsWith('169.254.')) return address
  return '127.0.0.1'
}
