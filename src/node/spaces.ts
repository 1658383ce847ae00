import type { SpaceState, SpacesState } from '../link/messages.ts'
import { DEFAULT_SPACE } from './paths.ts'

/** A path nobody may publish. */
export type Forbidden = SpacesState['forbidden'][number]

/**
 * What the node knows about its tenants: given by the platform over the link (and kept for the time it is away),
 * or by the node's own configuration.
 */
export class Spaces {
  #revision = -1
  #spaces: ReadonlyMap<string, SpaceState>
  #forbidden: ReadonlyMap<string, Forbidden> = new Map()
  #draining = false
  #site: SpacesState['site']

  constructor(own: SpaceState) {
    this.#spaces = new Map([[own.name, own]])
  }

  /** Takes a newer desired state; an older one changes nothing. */
  apply(state: SpacesState): boolean {
    if (state.revision < this.#revision) return false
    this.#revision = state.revision
    this.#spaces = new Map(state.spaces.map(space => [space.name, space]))
    this.#draining = state.draining === true
    this.#site = state.site
    this.#forbidden = new Map(state.forbidden.map(forbidden => [forbidden.path, forbidden]))
    return true
  }

  /** Takes the node's own space anew, after its configuration changed. */
  setOwn(own: SpaceState): void {
    this.#spaces = new Map([[own.name, own]])
  }

  /** Nobody new is let in; who is there stays. */
  get draining(): boolean {
    return this.#draining
  }

  /** The installation this node belongs to; undefined for a node that stands alone. */
  get site(): SpacesState['site'] {
    return this.#site
  }

  get(name: string): SpaceState | undefined {
    return this.#spaces.get(name)
  }

  has(name: string): boolean {
    return this.#spaces.has(name)
  }

  /** The space of a virtual host: of its name, otherwise the default one (MS-111). */
  ofHost(vhost: string): string {
    return this.#spaces.has(vhost) ? vhost : DEFAULT_SPACE
  }

  /** Why nobody may publish there now; null when one may. */
  forbidden(path: string, nowMs: number): Forbidden | null {
    const forbidden = this.#forbidden.get(path)
    return forbidden && (forbidden.untilMs === null || forbidden.untilMs > nowMs) ? forbidden : null
  }
}
