import { AppError } from '../../base/errors.ts'
import type { Actor } from '../access/actor.ts'
import { type Permission, permit } from '../access/permission.ts'
import type { Operation } from '../operations/operation.ts'
import { type OperationService, type Progress, told } from '../operations/operation-service.ts'

/** What can be done to one of them; throws what kept it from being done. */
type Action<Details> = (actor: Actor, id: string, details: Details) => Promise<unknown>

/** The same for many streams or devices, one after the other, with what became of each. */
export class BulkService<A extends string, Details> {
  readonly #operations: OperationService
  readonly #noun: string
  readonly #permission: Permission
  readonly #actions: Readonly<Record<A, Action<Details>>>

  /** `noun` is that of the operations, in the plural. */
  constructor(
    operations: OperationService,
    noun: string,
    permission: Permission,
    actions: Readonly<Record<A, Action<Details>>>,
  ) {
    this.#operations = operations
    this.#noun = noun
    this.#permission = permission
    this.#actions = actions
  }

  async start(actor: Actor, action: A, ids: readonly string[], details: Details): Promise<Operation> {
    permit(actor, this.#permission)
    const run = this.#actions[action]
    const once = [...new Set(ids)]
    return this.#operations.start(actor, {
      kind: `${this.#noun}.${action}`,
      total: once.length,
      run: progress => each(once, progress, id => run(actor, id, details)),
    })
  }
}

async function each(ids: readonly string[], { signal, step }: Progress, run: (id: string) => Promise<unknown>) {
  for (const name of ids) {
    if (signal.aborted) break
    try {
      await run(name)
      step({ name, ok: true, error: null })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      step({ name, ok: false, error: told(error) })
    }
  }
  return null
}
