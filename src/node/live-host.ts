import type { OutputFormat } from '../media/broadcast/outputs.ts'
import type { LiveHost, LiveRequest, Seat } from '../protocols/http-live/live-handler.ts'
import type { HttpVisitors } from './http-visitor.ts'
import type { Hub } from './hub.ts'

/** Lets HTTP and WebSocket viewers join the hub's broadcasts. */
export class HubLiveHost implements LiveHost {
  readonly #hub: Hub
  readonly #visitors: HttpVisitors

  constructor(hub: Hub, visitors: HttpVisitors) {
    this.#hub = hub
    this.#visitors = visitors
  }

  async seat(wish: LiveRequest, format: OutputFormat, signal: AbortSignal): Promise<Seat> {
    const admission = await this.#hub.admit(this.#visitors.of(wish), signal)
    return {
      take: (sink, envelope) => {
        const session = this.#hub.join(admission, format, sink, envelope)
        return { leave: reason => session.end(reason), report: report => session.report(report) }
      },
    }
  }
}
