import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { ClipName } from '../clip.ts'
import type { Child } from '../process.ts'

export type Protocol = 'flv' | 'rtmp'

/** What a scenario may ask of a server before it starts. */
export interface ServerOptions {
  /** Most delay the server may add to save work; servers without such a choice run as they come. */
  readonly latency: 'normal' | 'low'
  /** A folder of its own. */
  readonly folder: string
  /** What will be published, for a server that has its stream from nobody. */
  readonly clip: ClipName
  /** Where clips are kept. */
  readonly cache: string
}

/** A media server under test, started on its own ports. */
export interface RunningServer {
  readonly child: Child
  /** Where to publish; null when the server makes the stream itself. */
  readonly rtmpPort: number | null
  readonly httpPort: number
  readonly app: string
  /** Stream name a publisher sends, with its key. */
  publishName(stream: string): string
  /** RTMP stream name, or HTTP path, for a player; signed where the server checks. */
  playName(protocol: Protocol, stream: string): string
  /** 99th percentile of the event-loop delay, ms, where the server says. */
  eventLoopP99Ms(): Promise<number | null>
}

export interface Server {
  readonly name: string
  readonly version: () => string
  readonly protocols: readonly Protocol[]
  /** null when it can run, else why not and what to do. */
  missing(): string | null
  start(options: ServerOptions): Promise<RunningServer>
}

export const HOST = '127.0.0.1'

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Waits until something accepts connections. */
export async function listening(child: Child, port: number, timeoutMs = 15_000): Promise<void> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const socket = connect(port, HOST)
    const up = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (up) return
    if (child.ended) throw new Error(`${child.name} ended at the start:\n${child.tail}`)
    if (performance.now() > until) throw new Error(`${child.name} does not listen on ${port}:\n${child.tail}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
