import type { Db } from '../../storage/database.ts'
import type { RecordingControlTable } from '../../storage/tables.ts'

/** What somebody started or stopped by hand; in force until he says otherwise. */
export interface RecordingControl {
  readonly path: string
  /** False: stopped, whatever the bindings say. */
  readonly running: boolean
  readonly template: string | null
  readonly sinceMs: number
  /** Name of who did it. */
  readonly by: string
}

/** SQL of recordings started and stopped by hand. */
export class ControlStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<RecordingControl[]> {
    return (await this.#db.selectFrom('recording_controls').selectAll().orderBy('path').execute()).map(toControl)
  }

  async byPath(path: string): Promise<RecordingControl | undefined> {
    const row = await this.#db.selectFrom('recording_controls').selectAll().where('path', '=', path).executeTakeFirst()
    return row && toControl(row)
  }

  async put({ path, running, template, sinceMs, by }: RecordingControl, space: string): Promise<void> {
    const facts = { space, running: running ? 1 : 0, template_id: template, created_at: sinceMs, created_by: by }
    await this.#db
      .insertInto('recording_controls')
      .values({ path, ...facts })
      .onConflict(c => c.column('path').doUpdateSet(facts))
      .execute()
  }

  async delete(path: string): Promise<void> {
    await this.#db.deleteFrom('recording_controls').where('path', '=', path).execute()
  }

  async count(): Promise<number> {
    const query = this.#db.selectFrom('recording_controls').select(e => e.fn.countAll<number>().as('count'))
    return Number((await query.executeTakeFirstOrThrow()).count)
  }
}

function toControl({ path, running, template_id, created_at, created_by }: RecordingControlTable): RecordingControl {
  return { path, running: running === 1, template: template_id, sinceMs: created_at, by: created_by }
}
