import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Announcer, CallbackEvent } from '../callbacks/announcement.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { addressOf } from '../streams/stream.ts'
import { spaceOf } from './recording.ts'
import { RecordingStateStore } from './recording-state-store.ts'

const KEEP_MS = 90 * 86_400_000

type RecordingStateEvent = Extract<NodeEvent, { type: 'recording.state' }>

/** Writes down when recordings began, paused, failed and ended. */
export class RecordingJournal implements EventSink {
  readonly #clock: Clock
  readonly #announcer: Announcer

  constructor(clock: Clock, announcer: Announcer) {
    this.#clock = clock
    this.#announcer = announcer
  }

  async apply(db: Db, nodeId: string, event: NodeEvent): Promise<void> {
    if (event.type === 'recording.state') await this.#happened(db, nodeId, event)
    else if (event.type === 'node.started') await this.#restarted(db, nodeId, event.atMs)
  }

  /** What the process before was recording ended with it, and it could not say so. */
  async #restarted(db: Db, nodeId: string, atMs: number): Promise<void> {
    for (const { path, recording, cause, template_id } of await new RecordingStateStore(db).runningAt(nodeId)) {
      const reason = 'the node was restarted'
      await this.#happened(db, nodeId, {
        path,
        recording,
        cause,
        template: template_id,
        state: 'stopped',
        reason,
        atMs,
      })
    }
  }

  async #happened(db: Db, nodeId: string, what: Omit<RecordingStateEvent, 'type'>): Promise<void> {
    const { path, recording, state, cause, template, reason, atMs } = what
    const id = newId('rl', this.#clock.nowMs())
    await new RecordingStateStore(db).put(id, {
      ...{ path, node_id: nodeId, recording, state, cause, template_id: template, reason, at: atMs },
    })
    const { space, app, name } = addressOf(path)
    const told: CallbackEvent = `record_${state}`
    await this.#announcer.announce(db, {
      ...{ event: told, object: path, space: spaceOf(path), template, atMs, media: null },
      data: { space, app, stream: name, template, recording, cause, reason },
    })
  }

  /** Removes what is older than it is kept. */
  async tidy(db: Database): Promise<void> {
    await new RecordingStateStore(db).tidy(this.#clock.nowMs() - KEEP_MS)
  }
}
