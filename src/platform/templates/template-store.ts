import type { Db } from '../../storage/database.ts'
import type { TemplateTable } from '../../storage/tables.ts'
import type { Template, TemplateKind } from './template.ts'

/** SQL of templates. */
export class TemplateStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(kind?: TemplateKind): Promise<Template[]> {
    let query = this.#db.selectFrom('templates').selectAll()
    if (kind !== undefined) query = query.where('kind', '=', kind)
    return (await query.orderBy('kind').orderBy('name').execute()).map(toTemplate)
  }

  async byId(id: string): Promise<Template | undefined> {
    const row = await this.#db.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toTemplate(row)
  }

  /** False when the name is taken. */
  async insert({ createdAtMs, settings, ...template }: Template): Promise<boolean> {
    const row = { ...template, settings: JSON.stringify(settings), created_at: createdAtMs }
    const result = await this.#db
      .insertInto('templates')
      .values(row)
      .onConflict(c => c.columns(['kind', 'name']).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  async update({ id, name, notes, settings }: Template): Promise<void> {
    const change = { name, notes, settings: JSON.stringify(settings) }
    await this.#db.updateTable('templates').set(change).where('id', '=', id).execute()
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('templates').where('id', '=', id).execute()
  }
}

function toTemplate({ created_at, settings, ...row }: TemplateTable): Template {
  return { ...row, createdAtMs: created_at, settings: JSON.parse(settings) } as Template // written above
}
