import type { Db } from '../../storage/database.ts'
import type { RecordingLogTable, RecordingStateTable } from '../../storage/tables.ts'

/** SQL of what happened to recordings: the newest of each stream, and a log. */
export class RecordingStateStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  byPath(path: string): Promise<RecordingStateTable | undefined> {
    return this.#db.selectFrom('recording_states').selectAll().where('path', '=', path).executeTakeFirst()
  }

  /** Those of a node that go on. */
  runningAt(nodeId: string): Promise<RecordingStateTable[]> {
    const query = this.#db.selectFrom('recording_states').selectAll().where('node_id', '=', nodeId)
    return query.where('state', 'in', ['started', 'resumed']).execute()
  }

  async put(id: string, state: RecordingStateTable): Promise<void> {
    const { path: _, ...facts } = state
    await this.#db
      .insertInto('recording_states')
      .values(state)
      .onConflict(c => c.column('path').doUpdateSet(facts))
      .execute()
    await this.#db
      .insertInto('recording_log')
      .values({ id, ...state })
      .execute()
  }

  /** What happened to one stream in a time, in order. */
  log(path: string, fromMs: number, toMs: number, limit: number): Promise<RecordingLogTable[]> {
    const query = this.#db.selectFrom('recording_log').selectAll().where('path', '=', path)
    return query.where('at', '>=', fromMs).where('at', '<', toMs).orderBy('at').orderBy('id').limit(limit).execute()
  }

  async tidy(beforeMs: number): Promise<void> {
    await this.#db.deleteFrom('recording_log').where('at', '<', beforeMs).execute()
  }
}
