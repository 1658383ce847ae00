import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { environmentName, type Settings } from '../config/schema.ts'

async function freePort(host: string | undefined): Promise<number> {
  const server = createServer()
  server.listen({ port: 0, ...(host === undefined ? {} : { host }) })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Environment variables that replace each port 0 by a free one, chosen once: platform and node are two
 * processes that must agree on each other's ports, and keep them over a restart.
 */
export async function fixedPorts(settings: Settings): Promise<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const [name, listen] of Object.entries(settings.listen)) {
    if (listen?.port !== 0) continue
    const port = await freePort(listen.host)
    const host = listen.host?.includes(':') ? `[${listen.host}]` : listen.host
    variables[environmentName(`listen.${name}`)] = host === undefined ? String(port) : `${host}:${port}`
  }
  return variables
}
