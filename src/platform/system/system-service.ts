import type { Clock } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { NodeLinks } from '../nodes/node-links.ts'

export interface ConfigurationValue {
  readonly key: string
  /** Secrets are masked already. */
  readonly value: string | number | boolean | null
  readonly source: string
}

export interface ReloadResult {
  readonly changed: readonly string[]
  readonly needRestart: readonly string[]
}

export interface SystemServiceOptions {
  readonly version: string
  readonly configuration: () => readonly ConfigurationValue[]
  /** Reads the platform's own configuration again. */
  readonly reload: () => Promise<ReloadResult>
  readonly db: Database
  readonly audit: AuditLog
  readonly links: NodeLinks
  readonly clock: Clock
  readonly log: Log
}

/** The platform itself: what it is, how it is configured, and reading the configuration again. */
export class SystemService {
  readonly #options: SystemServiceOptions
  readonly #startedMs: number

  constructor(options: SystemServiceOptions) {
    this.#options = options
    this.#startedMs = options.clock.monotonicMs()
  }

  /** Open to everybody. */
  health(): { version: string; uptimeSeconds: number } {
    const uptimeSeconds = Math.floor((this.#options.clock.monotonicMs() - this.#startedMs) / 1000)
    return { version: this.#options.version, uptimeSeconds }
  }

  configuration(actor: Actor): readonly ConfigurationValue[] {
    permit(actor, 'system.read')
    return this.#options.configuration()
  }

  /** Here and on every node whose link is up; each key once. A node that fails is logged and left out. */
  async reload(actor: Actor): Promise<ReloadResult> {
    permit(actor, 'system.reload')
    const { audit, db, links, log, reload } = this.#options
    const nodes = [...links.nodes.keys()].map(nodeId =>
      links.request(nodeId, 'settings.reload', {}).catch((error: unknown) => {
        log.warn('node did not reload its configuration', { nodeId, reason: errorText(error) })
        return null
      }),
    )
    const results = (await Promise.all([reload(), ...nodes])).filter(result => result !== null)
    const merge = (part: keyof ReloadResult) => [...new Set(results.flatMap(result => result[part]))].sort()
    const after = { changed: merge('changed'), needRestart: merge('needRestart') }
    await audit.recordAlone(db, actor, { action: 'system.reload', object: 'system', after })
    return after
  }
}
