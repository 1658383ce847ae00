import type { Clock, Timers } from '../base/clock.ts'
import type { KickTarget, SpacesState } from '../link/messages.ts'
import type { StreamStatus, ViewerStatus } from '../link/status.ts'
import type { TraceEntry } from '../link/trace.ts'
import { disabledReason, forbiddenReason } from './access.ts'
import type { Hub, Sentence } from './hub.ts'
import type { LinkHandlers } from './link-handlers.ts'
import type { Spaces } from './spaces.ts'
import { streamStatus } from './status.ts'

/** Longest wait for the platform at the very first start; it starts beside the node. */
const FIRST_STATE_TIMEOUT_MS = 5000

type Reload = LinkHandlers['reloadSettings']

/** Answers the platform's requests from the hub. */
export class HubLinkHandlers implements LinkHandlers {
  readonly #hub: Hub
  readonly #spaces: Spaces
  readonly #clock: Clock
  readonly reloadSettings: Reload
  #onState: () => void = () => {}

  constructor(hub: Hub, spaces: Spaces, clock: Clock, reload: Reload) {
    this.#hub = hub
    this.#spaces = spaces
    this.#clock = clock
    this.reloadSettings = reload
  }

  /** Resolves when the platform has said what the node's spaces are, or has not for too long. */
  firstState(timers: Timers): Promise<void> {
    return new Promise(resolve => {
      const timer = timers.after(FIRST_STATE_TIMEOUT_MS, resolve)
      this.#onState = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  applySpaces(state: SpacesState): void {
    if (!this.#spaces.apply(state)) return
    this.#onState()
    this.#hub.enforce(path => this.#sentence(path))
  }

  /** Forbidden streams lose their publisher, those of disabled and deleted spaces their viewers too. */
  #sentence(path: string): Sentence | null {
    const [name = ''] = path.split('/', 1)
    const space = this.#spaces.get(name)
    if (!space) return { reason: `space ${name} does not exist`, viewersToo: true }
    if (space.enabled === false) return { reason: disabledReason(name), viewersToo: true }
    const forbidden = this.#spaces.forbidden(path, this.#clock.nowMs())
    return forbidden && { reason: forbiddenReason(forbidden), viewersToo: false }
  }

  kick(target: KickTarget): boolean {
    return this.#hub.kick(target, 'kicked')
  }

  viewers(path: string): ViewerStatus[] {
    return this.#hub.viewers.ofPath(path).map(session => session.status())
  }

  trace(path: string): TraceEntry[] {
    return this.#hub.trace.entries(path)
  }

  streams(): StreamStatus[] {
    return [...this.#hub.streams].map(stream => streamStatus(stream, this.#hub))
  }
}
