import type { Binding } from '../../lib/api/recording-queries.ts'
import type { Kind } from './queries.ts'

/** What holds at a place, and whose word it is. */
export interface InForce {
  /** stream: said here; space: said for the whole space; none: nobody says anything. */
  readonly from: 'stream' | 'space' | 'none'
  /** Null: nothing is done. */
  readonly templateId: string | null
  readonly planId: string | null
}

const NOTHING: InForce = { from: 'none', templateId: null, planId: null }

const key = (scope: Binding['scope'], target: string, type: Kind) => `${scope} ${type} ${target}`

/** Tells for any stream what is in force: what is bound to it goes over what its space says, also when that is nothing. */
export class BindingTable {
  readonly #bindings: ReadonlyMap<string, Binding>

  constructor(bindings: readonly Binding[]) {
    this.#bindings = new Map(bindings.map(each => [key(each.scope, each.target, each.type), each]))
  }

  ofSpace(space: string, type: Kind): InForce {
    const binding = this.#bindings.get(key('space', space, type))
    return binding === undefined ? NOTHING : { ...binding, from: 'space' }
  }

  ofStream(path: string, type: Kind): InForce {
    const own = this.#bindings.get(key('stream', path, type))
    if (own !== undefined) return { ...own, from: 'stream' }
    return this.ofSpace(path.slice(0, path.indexOf('/')), type)
  }
}
