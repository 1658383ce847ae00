import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { LogLine, LogTail } from '../../base/log-tail.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { NodeService } from '../nodes/node-service.ts'
import type { Operation, OperationRow } from '../operations/operation.ts'
import type { OperationService } from '../operations/operation-service.ts'
import type { SystemService } from './system-service.ts'
import { tar } from './tar.ts'

/** Bundles kept; each is a few hundred KB. */
const MAX_BUNDLES = 5
/** Of each node; many nodes are in one bundle. */
const BUNDLED_NODE_LINES = 500
const SUFFIX = '.tar.gz'

export interface SupportServiceOptions {
  readonly directory: string
  readonly tail: LogTail
  readonly system: SystemService
  readonly nodes: NodeService
  readonly links: NodeLinks
  readonly operations: OperationService
  /** What `sightline doctor` says. */
  readonly doctor: () => Promise<unknown>
  readonly clock: Clock
}

/** What somebody needs who is to help: logs, and all about this platform in one file, without secrets. */
export class SupportService {
  readonly #options: SupportServiceOptions

  constructor(options: SupportServiceOptions) {
    this.#options = options
  }

  /** The newest lines of the platform's log, or of a node's, the oldest of them first. Throws NOT_FOUND, NODE_UNAVAILABLE. */
  async logs(actor: Actor, tail: number, nodeId?: string): Promise<readonly LogLine[]> {
    permit(actor, 'system.read')
    const { links, nodes } = this.#options
    if (nodeId === undefined) return this.#options.tail.lines(tail)
    await nodes.get(actor, nodeId)
    return (await links.request(nodeId, 'node.logs', { tail })).lines
  }

  /** The file of the operation is the bundle. A part that cannot be had is left out and says why. */
  async bundle(actor: Actor): Promise<Operation> {
    permit(actor, 'system.read')
    const { clock, directory, doctor, links, nodes, operations, system, tail } = this.#options
    const parts: Record<string, () => unknown> = {
      'platform.json': () => ({
        ...system.health(),
        runtime: process.version,
        system: process.platform,
        cpu: process.arch,
      }),
      'configuration.json': () => system.configuration(actor),
      'nodes.json': () => nodes.list(actor),
      'streams.json': () => [...links.nodes].map(([node, { streams }]) => ({ node, streams: [...streams.values()] })),
      'log.json': () => tail.lines(),
      'node-logs.json': () => this.#nodeLogs(),
      'doctor.json': doctor,
    }
    return operations.start(actor, {
      kind: 'system.bundle',
      total: Object.keys(parts).length + 1,
      run: async ({ signal, step }) => {
        const files: Record<string, string> = {}
        for (const [name, part] of Object.entries(parts)) {
          if (signal.aborted) return null
          step(await this.#collect(files, name, part))
        }
        const file = `support-${new Date(clock.nowMs()).toISOString().replace(/[:.]/g, '-')}${SUFFIX}`
        await mkdir(directory, { recursive: true, mode: 0o700 })
        const packed = await promisify(gzip)(tar(files, clock.nowMs()))
        await writeFile(join(directory, file), packed, { mode: 0o600 })
        const old = (await readdir(directory))
          .filter(name => name.endsWith(SUFFIX))
          .sort()
          .slice(0, -MAX_BUNDLES)
        for (const name of old) await rm(join(directory, name))
        step({ name: file, ok: true, error: null })
        return file
      },
    })
  }

  /** The file an operation made. Throws NOT_FOUND when there is none, or not any more. */
  async file(actor: Actor, id: string): Promise<{ name: string; content: Readable }> {
    permit(actor, 'system.read')
    const { file } = await this.#options.operations.get(actor, id)
    const names = await readdir(this.#options.directory).catch((): string[] => [])
    if (file === null || !names.includes(file)) throw new AppError('NOT_FOUND', { what: 'file of operation', id })
    return { name: file, content: createReadStream(join(this.#options.directory, file)) }
  }

  /** Of each node that is there its newest lines, or why it does not tell them. */
  async #nodeLogs(): Promise<object> {
    const { links } = this.#options
    const logs = [...links.nodes.keys()].map(async node => {
      const asked = links.request(node, 'node.logs', { tail: BUNDLED_NODE_LINES })
      return [node, await asked.then(({ lines }) => lines).catch((error: unknown) => errorText(error))]
    })
    return Object.fromEntries(await Promise.all(logs))
  }

  async #collect(files: Record<string, string>, name: string, part: () => unknown): Promise<OperationRow> {
    try {
      files[name] = JSON.stringify(await part(), null, 2)
      return { name, ok: true, error: null }
    } catch (error) {
      files[name] = JSON.stringify({ error: errorText(error) })
      return { name, ok: false, error: { code: 'INTERNAL', message: errorText(error) } }
    }
  }
}
