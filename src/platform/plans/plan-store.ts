import type { Db } from '../../storage/database.ts'
import type { PlanTable } from '../../storage/tables.ts'
import type { Plan, Week } from './plan.ts'

/** SQL of weekly plans. */
export class PlanStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<Plan[]> {
    return (await this.#db.selectFrom('plans').selectAll().orderBy('name').execute()).map(toPlan)
  }

  async byId(id: string): Promise<Plan | undefined> {
    const row = await this.#db.selectFrom('plans').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toPlan(row)
  }

  async isTaken(name: string, byOtherThan: string): Promise<boolean> {
    const query = this.#db.selectFrom('plans').select('id').where('name', '=', name).where('id', '<>', byOtherThan)
    return (await query.executeTakeFirst()) !== undefined
  }

  async insert({ id, name, zone, week, createdAtMs }: Plan): Promise<void> {
    const row = { id, name, zone, week: JSON.stringify(week), created_at: createdAtMs }
    await this.#db.insertInto('plans').values(row).execute()
  }

  async update({ id, name, zone, week }: Plan): Promise<void> {
    const change = { name, zone, week: JSON.stringify(week) }
    await this.#db.updateTable('plans').set(change).where('id', '=', id).execute()
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('plans').where('id', '=', id).execute()
  }

  async count(): Promise<number> {
    const query = this.#db.selectFrom('plans').select(e => e.fn.countAll<number>().as('count'))
    return Number((await query.executeTakeFirstOrThrow()).count)
  }
}

function toPlan({ created_at, week, ...row }: PlanTable): Plan {
  return { ...row, week: JSON.parse(week) as Week, createdAtMs: created_at } // written above
}
