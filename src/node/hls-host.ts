import type { HlsHost, HlsRequest } from '../protocols/hls/hls-handler.ts'
import type { HlsAdmission } from '../protocols/hls/hls-session.ts'
import type { HttpVisitors } from './http-visitor.ts'
import type { Hub } from './hub.ts'

/** Lets HLS players watch the hub's streams. No HLS player knows G.711. */
export class HubHlsHost implements HlsHost {
  readonly #hub: Hub
  readonly #visitors: HttpVisitors

  constructor(hub: Hub, visitors: HttpVisitors) {
    this.#hub = hub
    this.#visitors = visitors
  }

  async admit(wish: HlsRequest, signal: AbortSignal): Promise<HlsAdmission> {
    const { stream, viewer } = await this.#hub.admit(this.#visitors.of(wish), signal)
    return { stream: this.#hub.withAac(stream), join: handle => this.#hub.viewers.add(viewer, handle) }
  }
}
