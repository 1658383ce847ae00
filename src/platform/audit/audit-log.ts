import type { Clock } from '../../base/clock.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor, Origin } from '../access/actor.ts'
import type { AuditAction } from './audit-action.ts'
import { AuditStore } from './audit-store.ts'

/** The state of something as people see it; what is secret in it is masked before it is written. */
type State = object | null

export interface Change {
  readonly action: AuditAction
  /** Id of what was changed. */
  readonly object: string
  /** Null: it did not exist. With both, only the fields that differ are kept. */
  readonly before?: State
  /** Null: it does not exist any more. */
  readonly after?: State
}

/** Names of fields that are never written down. */
const SECRET = /password|secret|token|^(push|play)?keys?$/i
const MASK = '***'
/** JSON of one side; the longest are lists of rules. */
const MAX_STATE_LENGTH = 64 * 1024

/** Writes down who changed what. Services call it inside the transaction of the change, so there is neither without the other. */
export class AuditLog {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async record(db: Db, actor: Actor, { action, object, before = null, after = null }: Change): Promise<void> {
    const [was, is] = before && after ? difference(before, after) : [before, after]
    await new AuditStore(db).insert({
      at: this.#clock.nowMs(),
      actor_kind: actor.kind,
      actor_id: actor.id,
      actor_name: actor.name,
      action,
      object,
      before: was && written(was),
      after: is && written(is),
      remote: actor.remote,
      trace_id: actor.traceId,
    })
  }

  /** What was done is no change of the database: a transaction of its own. */
  async recordAlone(db: Database, actor: Actor, change: Change): Promise<void> {
    await db.independent(`${change.action} ${change.object}`, trx => this.record(trx, actor, change))
  }

  /** A login that was refused; nobody knows who it was. */
  async refused(db: Db, name: string, { remote, traceId }: Origin): Promise<void> {
    await new AuditStore(db).insert({
      at: this.#clock.nowMs(),
      actor_kind: 'nobody',
      actor_id: '',
      actor_name: name,
      action: 'session.refuse',
      object: name,
      before: null,
      after: null,
      remote,
      trace_id: traceId,
    })
  }
}

function difference(before: object, after: object): [object, object] {
  const is = new Map(Object.entries(after))
  const was = new Map(Object.entries(before))
  const names = [...new Set([...was.keys(), ...is.keys()])]
  const differing = names.filter(name => JSON.stringify(was.get(name)) !== JSON.stringify(is.get(name)))
  const part = (of: Map<string, unknown>) => Object.fromEntries(differing.map(name => [name, of.get(name)]))
  return [part(was), part(is)]
}

function written(state: object): string {
  const masked = (name: string, value: unknown) => (SECRET.test(name) && value !== null ? MASK : value)
  const json = JSON.stringify(state, masked)
  return json.length <= MAX_STATE_LENGTH ? json : JSON.stringify({ omittedLetters: json.length })
}
