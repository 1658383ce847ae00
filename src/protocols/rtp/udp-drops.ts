import { readFile } from 'node:fs/promises'

/** Tables of UDP sockets on Linux, IPv4 and IPv6. */
const TABLES = ['/proc/net/udp', '/proc/net/udp6'] as const

/**
 * Datagrams the kernel threw away because the receive buffers of the sockets at this port were full, of IPv4 and IPv6
 * together since they were opened; null where the system does not tell.
 */
export async function udpDrops(port: number): Promise<number | null> {
  const tables = await Promise.all(TABLES.map(table => readFile(table, 'latin1').catch(() => null)))
  if (tables.every(table => table === null)) return null
  return tables.reduce((sum, table) => sum + dropsIn(table ?? '', port), 0)
}

/** Second column: local address and port, in hexadecimal; last one: drops. */
export function dropsIn(table: string, port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  let drops = 0
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/)
    if (columns[1]?.endsWith(wanted)) drops += Number(columns.at(-1)) || 0
  }
  return drops
}
