import type { Clock } from '../../base/clock.ts'
import type { RecordingState } from '../../link/recording.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { DesiredTopic } from '../nodes/node-links.ts'
import { RevisionStore } from '../nodes/revision-store.ts'
import type { Plan } from '../plans/plan.ts'
import { PlanStore } from '../plans/plan-store.ts'
import { type Binding, BindingsInForce } from '../templates/binding.ts'
import { BindingStore } from '../templates/binding-store.ts'
import { TemplateStore } from '../templates/template-store.ts'
import { ControlStore } from './control-store.ts'

const REVISION = 'recording'

/** What the nodes shall record: templates, where they are in force, when, and what was started or stopped by hand. */
export class RecordingDesire {
  readonly #db: Database
  readonly #clock: Clock
  #state: RecordingState = EMPTY
  #plans: ReadonlyMap<string, Plan> = new Map()
  #bindings = new BindingsInForce([])
  #onChange: () => void = () => {}

  private constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  static async open(db: Database, clock: Clock): Promise<RecordingDesire> {
    const desire = new RecordingDesire(db, clock)
    await desire.#load()
    return desire
  }

  /** Called after every change. */
  onChange(run: () => void): void {
    this.#onChange = run
  }

  get state(): RecordingState {
    return this.#state
  }

  /** What the nodes are told of it. */
  get topic(): DesiredTopic {
    return {
      name: 'recording',
      revision: () => this.#state.revision,
      tell: connection => connection.request('recording.apply', this.#state),
    }
  }

  /** What is in force for a stream, by itself or by its space. */
  binding(kind: Binding['kind'], path: string): Binding | null {
    return this.#bindings.of(kind, path)
  }

  /** When a stream is recorded; null: always, or never. */
  planOf(path: string): Plan | null {
    return this.#plans.get(this.binding('record', path)?.plan ?? '') ?? null
  }

  /** Whether a stream is recorded without anybody starting it. */
  isAutomatic(path: string): boolean {
    const template = this.binding('record', path)?.template ?? null
    return this.#state.templates.some(({ id, trigger }) => id === template && trigger === 'auto')
  }

  /** Of kind record. */
  hasTemplate(id: string): boolean {
    return this.#state.templates.some(template => template.id === id)
  }

  /** Runs a change of it in a transaction, then tells the nodes. */
  async change<T>(changing: (trx: Db, nowMs: number) => Promise<T>): Promise<T> {
    const result = await this.#db.transaction().execute(async trx => {
      const nowMs = this.#clock.nowMs()
      const result = await changing(trx, nowMs)
      await new RevisionStore(trx, REVISION).raise(nowMs)
      return result
    })
    await this.#load()
    this.#onChange()
    return result
  }

  /** Reads it anew: a space that was deleted took its bindings along. */
  async refresh(): Promise<void> {
    await this.change(async () => {})
  }

  async #load(): Promise<void> {
    const plans = new PlanStore(this.#db)
    // the revision first: what changes meanwhile raises it, and the nodes are told again
    const revision = await new RevisionStore(this.#db, REVISION).value()
    const templates = await new TemplateStore(this.#db).all()
    const weeks = await plans.all()
    const bindings = await new BindingStore(this.#db).all()
    const manual = await new ControlStore(this.#db).all()
    // two changes at once: the one read last may not be the newer one
    if (revision < this.#state.revision) return
    this.#plans = new Map(weeks.map(plan => [plan.id, plan]))
    this.#bindings = new BindingsInForce(bindings)
    this.#state = {
      revision,
      templates: templates.flatMap(t => (t.kind === 'record' ? [{ id: t.id, name: t.name, ...t.settings }] : [])),
      snapshotTemplates: templates.flatMap(t =>
        t.kind === 'snapshot' ? [{ id: t.id, name: t.name, ...t.settings }] : [],
      ),
      plans: weeks.map(({ id, name, zone, week }) => ({
        ...{ id, name, zone },
        week: week.map(day => day.map(({ startS, endS }) => ({ startS, endS }))),
      })),
      bindings,
      manual: manual.map(({ path, running, template }) => ({ path, on: running, template })),
    }
  }
}

const EMPTY: RecordingState = {
  ...{ revision: 0, templates: [], snapshotTemplates: [], plans: [], bindings: [], manual: [] },
}
