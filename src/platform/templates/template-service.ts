import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { RecordingDesire } from '../recordings/recording-desire.ts'
import { BindingStore } from './binding-store.ts'
import { checkRecord, checkSnapshotName } from './object-name.ts'
import {
  NEW_RECORD,
  NEW_SNAPSHOT,
  OVERWRITTEN_NAME,
  type RecordSettings,
  type SnapshotSettings,
  type Template,
  type TemplateKind,
} from './template.ts'
import { TemplateStore } from './template-store.ts'

/** Of one kind; what nodes are told has room for as many. */
const MAX_TEMPLATES = 1000

export interface TemplateWish {
  readonly name: string
  readonly notes: string
  /** Of its kind; what is not named is as `NEW_RECORD` and `NEW_SNAPSHOT` say. */
  readonly record?: Partial<RecordSettings> | undefined
  readonly snapshot?: Partial<SnapshotSettings> | undefined
}

/** A template and how often it is bound. */
export interface UsedTemplate {
  readonly template: Template
  readonly bindings: number
}

/** How things are recorded and photographed. */
export class TemplateService {
  readonly #db: Database
  readonly #clock: Clock
  readonly #audit: AuditLog
  readonly #desire: RecordingDesire

  constructor(db: Database, clock: Clock, desire: RecordingDesire, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
    this.#desire = desire
  }

  /** By kind and name. */
  async list(actor: Actor, kind?: TemplateKind): Promise<UsedTemplate[]> {
    permit(actor, 'templates.read')
    const counts = await new BindingStore(this.#db).countByTemplate()
    const templates = await new TemplateStore(this.#db).all(kind)
    return templates.map(template => ({ template, bindings: counts.get(template.id) ?? 0 }))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<UsedTemplate> {
    permit(actor, 'templates.read')
    return used(this.#db, await findTemplate(this.#db, id))
  }

  /** Throws CONFLICT for the name, INVALID, LIMIT_REACHED. */
  async create(actor: Actor, kind: TemplateKind, wish: TemplateWish): Promise<UsedTemplate> {
    permit(actor, 'templates.write')
    const now = this.#clock.nowMs()
    const common = { id: newId('tp', now), name: wish.name, notes: wish.notes, createdAtMs: now }
    const template: Template =
      kind === 'record'
        ? { ...common, kind, settings: { ...NEW_RECORD, ...wish.record } }
        : { ...common, kind, settings: { ...newSnapshot(wish.snapshot), ...wish.snapshot } }
    check(template, wish)
    await this.#desire.change(async trx => {
      const store = new TemplateStore(trx)
      if ((await store.all(kind)).length >= MAX_TEMPLATES) {
        throw new AppError('LIMIT_REACHED', { what: `templates of the kind ${kind}`, limit: MAX_TEMPLATES })
      }
      if (!(await store.insert(template))) throw new AppError('CONFLICT', { what: 'template', id: wish.name })
      await this.#audit.record(trx, actor, { action: 'template.create', object: template.id, after: written(template) })
    })
    return { template, bindings: 0 }
  }

  /** Nodes learn of it at once; files that are open are finished as they were begun. Throws NOT_FOUND, CONFLICT, INVALID. */
  async update(actor: Actor, id: string, wish: Partial<TemplateWish>): Promise<UsedTemplate> {
    permit(actor, 'templates.write')
    return this.#desire.change(async trx => {
      const store = new TemplateStore(trx)
      const before = await findTemplate(trx, id)
      const { name = before.name, notes = before.notes } = wish
      const after = {
        ...before,
        ...{ name, notes },
        settings: { ...before.settings, ...(before.kind === 'record' ? wish.record : wish.snapshot) },
      } as Template // settings of its own kind
      check(after, wish)
      const taken = (await store.all(before.kind)).some(other => other.name === name && other.id !== id)
      if (taken) throw new AppError('CONFLICT', { what: 'template', id: name })
      await store.update(after)
      const [was, is] = [written(before), written(after)]
      await this.#audit.record(trx, actor, { action: 'template.update', object: id, before: was, after: is })
      return used(trx, after)
    })
  }

  /** Throws NOT_FOUND, IN_USE. What was recorded by it stays. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'templates.write')
    await this.#desire.change(async trx => {
      const template = await findTemplate(trx, id)
      const { bindings } = await used(trx, template)
      if (bindings > 0) throw new AppError('IN_USE', { what: 'template', id, by: `${bindings} bindings` })
      await new TemplateStore(trx).delete(id)
      await this.#audit.record(trx, actor, { action: 'template.delete', object: id, before: written(template) })
    })
  }
}

/** Throws NOT_FOUND. */
export async function findTemplate(db: Db, id: string): Promise<Template> {
  const template = await new TemplateStore(db).byId(id)
  if (!template) throw new AppError('NOT_FOUND', { what: 'template', id })
  return template
}

async function used(db: Db, template: Template): Promise<UsedTemplate> {
  return { template, bindings: await new BindingStore(db).count('template_id', template.id) }
}

function newSnapshot({ trigger }: Partial<SnapshotSettings> = {}): SnapshotSettings {
  return trigger === 'overwrite' ? { ...NEW_SNAPSHOT, objectName: OVERWRITTEN_NAME } : NEW_SNAPSHOT
}

function check(template: Template, { record, snapshot }: Partial<TemplateWish>): void {
  const wrong = template.kind === 'record' ? snapshot : record
  if (wrong !== undefined) {
    const field = template.kind === 'record' ? 'body.snapshot' : 'body.record'
    throw new AppError('INVALID', { field, reason: `this is a template of the kind ${template.kind}` })
  }
  if (template.kind === 'record') checkRecord(template.settings)
  else checkSnapshotName(template.settings)
}

/** What the audit log says of it. */
function written({ kind, name, notes, settings }: Template): object {
  return { kind, name, notes, ...settings }
}
