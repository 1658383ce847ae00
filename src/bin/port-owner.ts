import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface PortOwner {
  readonly pid: number
  readonly name: string
}

/** State LISTEN of /proc/net/tcp. */
const LISTEN = '0A'

/** Inodes of the sockets that listen on a TCP port, from /proc/net/tcp and tcp6. */
function listeningInodes(port: number): Set<string> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const row of readText(table).split('\n').slice(1)) {
      const columns = row.trim().split(/\s+/)
      const [, local, , state] = columns
      if (state === LISTEN && local?.endsWith(`:${hexPort}`)) inodes.add(`socket:[${columns[9]}]`)
    }
  return inodes
}

/** The process that listens on a port; null where /proc does not say, or the process is another user's. */
export function portOwner(port: number): PortOwner | null {
  const inodes = listeningInodes(port)
  if (inodes.size === 0) return null
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of list(`/proc/${pid}/fd`))
      if (inodes.has(link(`/proc/${pid}/fd/${fd}`))) {
        const title = readText(`/proc/${pid}/cmdline`).split('\0')[0] ?? ''
        const name = title.startsWith('sightline') ? title : readText(`/proc/${pid}/comm`).trim()
        return { pid: Number(pid), name }
      }
  }
  return null
}

// Processes come and go while /proc is read, and those of others may not be looked into: absent is an answer.
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
const readText = (file: string): string => attempt(() => readFileSync(file, 'utf8'), '')
const list = (directory: string): string[] => attempt(() => readdirSync(directory), [])
const link = (file: string): string => attempt(() => readlinkSync(file), '')
