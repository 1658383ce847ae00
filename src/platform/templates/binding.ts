import type { Binding } from '../../link/recording.ts'

export type { Binding }

/** A place a template can be in force at. */
export interface BindingTarget {
  readonly scope: Binding['scope']
  /** Name of the space, or path of the stream. */
  readonly target: string
}

/** What is in force where: what is bound to a stream goes over what is bound to its space. */
export class BindingsInForce {
  readonly #bindings: ReadonlyMap<string, Binding>

  constructor(bindings: readonly Binding[]) {
    this.#bindings = new Map(bindings.map(binding => [keyOf(binding.kind, binding), binding]))
  }

  of(kind: Binding['kind'], path: string): Binding | null {
    const space = path.slice(0, path.indexOf('/'))
    const at = (place: BindingTarget) => this.#bindings.get(keyOf(kind, place))
    return at({ scope: 'stream', target: path }) ?? at({ scope: 'space', target: space }) ?? null
  }
}

function keyOf(kind: Binding['kind'], { scope, target }: BindingTarget): string {
  return `${kind} ${scope} ${target}`
}
