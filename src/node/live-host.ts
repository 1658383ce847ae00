import type { OutputFormat } from '../media/broadcast/outputs.ts'
import type { LiveHost, LiveRequest, Seat } from '../protocols/http-live/live-handler.ts'
import type { Hub, Visitor } from './hub.ts'
import { remoteOf } from './media-server.ts'
import { levelsOf, resolvePath } from './paths.ts'
import type { Spaces } from './spaces.ts'

/** Lets HTTP and WebSocket viewers join the hub's broadcasts. */
export class HubLiveHost implements LiveHost {
  readonly #hub: Hub
  readonly #spaces: Spaces
  readonly #trustProxy: boolean

  constructor(hub: Hub, spaces: Spaces, trustProxy: boolean) {
    this.#hub = hub
    this.#spaces = spaces
    this.#trustProxy = trustProxy
  }

  async seat(wish: LiveRequest, format: OutputFormat, signal: AbortSignal): Promise<Seat> {
    const { pathname, uri, query, protocol, request } = wish
    const visitor: Visitor = {
      address: resolvePath(levelsOf(pathname), name => this.#spaces.has(name)),
      query,
      uri,
      protocol,
      remote: remoteOf(request, this.#trustProxy),
      agent: request.headers['user-agent'] ?? '',
    }
    const admission = await this.#hub.admit(visitor, signal)
    return {
      take: (sink, envelope) => {
        const session = this.#hub.join(admission, format, sink, envelope)
        return { leave: reason => session.end(reason) }
      },
    }
  }
}
