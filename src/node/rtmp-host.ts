import type { Clock } from '../base/clock.ts'
import { newId } from '../base/id.ts'
import type { Sink } from '../media/broadcast/packager.ts'
import type { Publication } from '../media/stream/publication.ts'
import type { RtmpHost, RtmpRequest, RtmpViewer } from '../protocols/rtmp/host.ts'
import { RtmpPackager } from '../protocols/rtmp/rtmp-packager.ts'
import type { Hub, Visitor } from './hub.ts'
import { levelsOf, pathInSpace, resolvePath } from './paths.ts'
import type { Spaces } from './spaces.ts'

/** Longest encoder name kept. */
const MAX_AGENT_LENGTH = 256

/** Lets RTMP clients publish to and play from the hub. */
export class HubRtmpHost implements RtmpHost {
  readonly #hub: Hub
  readonly #spaces: Spaces
  readonly #clock: Clock
  readonly #chunkBytes: number

  constructor(hub: Hub, spaces: Spaces, clock: Clock, chunkBytes: number) {
    this.#hub = hub
    this.#spaces = spaces
    this.#clock = clock
    this.#chunkBytes = chunkBytes
  }

  async publish(request: RtmpRequest, onKick: (reason: string) => void): Promise<Publication> {
    const { protocol, remote, traceId } = request
    const visitor = this.#visitor(request)
    const id = newId('pub', this.#clock.nowMs())
    return this.#hub.publish(visitor, { id, protocol, remote, agent: visitor.agent, traceId }, onKick)
  }

  async play(request: RtmpRequest, sink: Sink, signal: AbortSignal): Promise<RtmpViewer> {
    const admission = await this.#hub.admit(this.#visitor(request), signal)
    const format = { key: 'rtmp', create: () => new RtmpPackager(this.#chunkBytes) }
    const session = this.#hub.join(admission, format, sink, null)
    return { close: reason => session.end(reason) }
  }

  #visitor({ vhost, app, stream, query, protocol, remote, pageUrl, flashVer, traceId }: RtmpRequest): Visitor {
    const levels = levelsOf(`${app}/${stream}`)
    const spaces = this.#spaces
    const address = spaces.has(vhost) ? pathInSpace(vhost, levels) : resolvePath(levels, name => spaces.has(name))
    return {
      address,
      query,
      uri: `/${app}/${stream}`,
      protocol,
      remote,
      agent: flashVer.slice(0, MAX_AGENT_LENGTH),
      pageUrl,
      traceId,
    }
  }
}
