import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The platform as a process of its own. */
export interface PlatformProcess {
  /** Of its API: `http://127.0.0.1:port`. */
  readonly url: string
  /** Lines of its log so far, parsed. */
  readonly log: readonly Record<string, unknown>[]
  /** Whether it has not ended by itself. */
  readonly running: boolean
  /** In order, as an operator does it. */
  stop(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, '../../src/bin/sightline.ts')

/** Environment of a platform on a free port, and of commands that are to find the same one. */
export async function platformEnvironment(database: string, data: string): Promise<NodeJS.ProcessEnv> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo // a TCP listener has no other kind
  probe.close()
  const listen = { SIGHTLINE_LISTEN_HTTP: `127.0.0.1:${port}`, SIGHTLINE_LOG_FORMAT: 'json' }
  return { ...process.env, ...listen, SIGHTLINE_DATABASE: database, SIGHTLINE_DATA: data }
}

/** Resolves once it is ready; rejects when it ends before. */
export async function startPlatformProcess(env: NodeJS.ProcessEnv): Promise<PlatformProcess> {
  const child = spawn(process.execPath, [PROGRAM, 'platform'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const log: Record<string, unknown>[] = []
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', line => {
      const entry: Record<string, unknown> = JSON.parse(line)
      log.push(entry)
      if (entry['message'] === 'ready') resolve()
    })
    child.once('close', () => reject(new Error(`the platform ended: ${JSON.stringify(log.at(-1))}`)))
  })
  const ended = () => child.exitCode !== null || child.signalCode !== null
  return {
    url: `http://${env['SIGHTLINE_LISTEN_HTTP']}`,
    log,
    get running() {
      return !ended()
    },
    async stop() {
      if (ended()) return
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}
