import type { Clock } from '../base/clock.ts'
import type { KickTarget, SpacesState } from '../link/messages.ts'
import type { StreamStatus, ViewerStatus } from '../link/status.ts'
import type { Hub } from './hub.ts'
import type { LinkHandlers } from './link-handlers.ts'
import type { Spaces } from './spaces.ts'
import { streamStatus } from './status.ts'

type Reload = LinkHandlers['reloadSettings']

/** Answers the platform's requests from the hub. */
export class HubLinkHandlers implements LinkHandlers {
  readonly #hub: Hub
  readonly #spaces: Spaces
  readonly #clock: Clock
  readonly reloadSettings: Reload

  constructor(hub: Hub, spaces: Spaces, clock: Clock, reload: Reload) {
    this.#hub = hub
    this.#spaces = spaces
    this.#clock = clock
    this.reloadSettings = reload
  }

  applySpaces(state: SpacesState): void {
    if (!this.#spaces.apply(state)) return
    const nowMs = this.#clock.nowMs()
    this.#hub.enforce(path => this.#spaces.isForbidden(path, nowMs))
  }

  kick(target: KickTarget): boolean {
    return this.#hub.kick(target, 'kicked')
  }

  viewers(path: string): ViewerStatus[] {
    return this.#hub.viewers.ofPath(path).map(session => session.status())
  }

  streams(): StreamStatus[] {
    return [...this.#hub.streams].map(stream => streamStatus(stream, this.#hub))
  }
}
