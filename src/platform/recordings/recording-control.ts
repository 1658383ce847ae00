import { AppError } from '../../base/errors.ts'
import type { RecordingStatus } from '../../link/recording.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { StreamService } from '../streams/stream-service.ts'
import type { Binding } from '../templates/binding.ts'
import { ControlStore, type RecordingControl } from './control-store.ts'
import { spaceOf } from './recording.ts'
import type { RecordingDesire } from './recording-desire.ts'
import { RecordingStateStore } from './recording-state-store.ts'

/** What nodes are told has room for as many. */
const MAX_CONTROLS = 50_000

export type ControlAction = 'start' | 'stop' | 'release'

/** What of a stream is recorded now, and why. */
export interface RecordingNow {
  readonly path: string
  /** off: nothing shall be recorded. waiting: it shall, and is not. */
  readonly state: 'recording' | 'waiting' | 'paused' | 'off'
  readonly reason: string
  readonly nodeId: string | null
  /** What the node says; null: it says nothing, or is away. */
  readonly status: RecordingStatus | null
  /** By hand; null: the bindings say. */
  readonly manual: RecordingControl | null
  readonly binding: Binding | null
}

export interface RecordingControlOptions {
  readonly db: Database
  readonly desire: RecordingDesire
  readonly streams: StreamService
  readonly links: NodeLinks
  readonly audit: AuditLog
  readonly clock: { nowMs(): number }
}

/** Starts and stops recordings by hand, and says how they are. */
export class RecordingControlService {
  readonly #options: RecordingControlOptions

  constructor(options: RecordingControlOptions) {
    this.#options = options
  }

  async get(actor: Actor, streamId: string): Promise<RecordingNow> {
    permit(actor, 'recordings.read')
    const { path } = await this.#options.streams.get(actor, streamId)
    return this.#now(path)
  }

  /**
   * start: until the stop, over restarts and whatever the bindings say. stop: nothing is recorded, whatever they say.
   * release: they say again. Throws NOT_FOUND for stream and template, INVALID, LIMIT_REACHED.
   */
  async set(actor: Actor, streamId: string, action: ControlAction, template: string | null): Promise<RecordingNow> {
    permit(actor, 'recordings.write')
    const { desire, streams, audit, clock } = this.#options
    const { path } = await streams.get(actor, streamId)
    if (template !== null && !desire.hasTemplate(template)) {
      throw new AppError('NOT_FOUND', { what: 'record template', id: template })
    }
    await desire.change(async trx => {
      const store = new ControlStore(trx)
      const before = (await store.byPath(path)) ?? null
      if (action === 'release') await store.delete(path)
      else {
        if (!before && (await store.count()) >= MAX_CONTROLS) {
          throw new AppError('LIMIT_REACHED', { what: 'recordings controlled by hand', limit: MAX_CONTROLS })
        }
        const control = { path, running: action === 'start', template, sinceMs: clock.nowMs(), by: actor.name }
        await store.put(control, spaceOf(path))
      }
      const after = (await store.byPath(path)) ?? null
      await audit.record(trx, actor, { action: `recording.${action}`, object: streamId, before, after })
    })
    return this.#now(path)
  }

  /** Keeps what was before and what comes after. Answers the id of the recording. Throws STREAM_NOT_FOUND, NODE_UNAVAILABLE. */
  async event(
    actor: Actor,
    streamId: string,
    event: { readonly beforeS?: number; readonly afterS?: number; readonly reason: string },
  ): Promise<string> {
    permit(actor, 'recordings.write')
    const { streams, links, audit, db } = this.#options
    const { path, live } = await streams.get(actor, streamId)
    if (!live) throw new AppError('STREAM_NOT_FOUND', { path })
    const { recording } = await links.request(live.nodeId, 'recording.event', { path, ...event })
    await audit.recordAlone(db, actor, { action: 'recording.event', object: streamId, after: { ...event, recording } })
    return recording
  }

  async #now(path: string): Promise<RecordingNow> {
    const { db, desire } = this.#options
    const manual = (await new ControlStore(db).byPath(path)) ?? null
    const binding = desire.binding('record', path)
    const last = await new RecordingStateStore(db).byPath(path)
    const nodeId = this.#options.links.live(path)?.nodeId ?? last?.node_id ?? null
    const status = nodeId === null ? null : await this.#ask(nodeId, path)
    const common = { path, nodeId, status, manual, binding }
    if (status) return { ...common, state: status.state, reason: status.reason }
    const wanted = manual ? manual.running : desire.isAutomatic(path)
    return { ...common, state: wanted ? 'waiting' : 'off', reason: wanted ? (last?.reason ?? '') : '' }
  }

  /** A node that is away or knows nothing of recordings says nothing. */
  async #ask(nodeId: string, path: string): Promise<RecordingStatus | null> {
    try {
      const { recordings } = await this.#options.links.request(nodeId, 'recording.status', { path })
      return recordings.find(status => status.path === path) ?? null
    } catch (error) {
      if (error instanceof AppError) return null
      throw error
    }
  }
}
