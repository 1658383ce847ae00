import type { Clock } from '../base/clock.ts'
import { newId } from '../base/id.ts'
import type { Publication } from '../media/stream/publication.ts'
import type { RtmpHost, RtmpRequest, RtmpViewer, RtmpViewerSink } from '../protocols/rtmp/host.ts'
import { RtmpPackager } from '../protocols/rtmp/rtmp-packager.ts'
import type { Hub, Visitor } from './hub.ts'
import { levelsOf, pathInSpace, resolvePath } from './paths.ts'
import type { Redirect } from './redirect.ts'
import type { Spaces } from './spaces.ts'

/** Longest encoder name kept. */
const MAX_AGENT_LENGTH = 256

/** Lets RTMP clients publish to and play from the hub. */
export class HubRtmpHost implements RtmpHost {
  readonly #hub: Hub
  readonly #spaces: Spaces
  readonly #clock: Clock
  readonly #chunkBytes: number
  readonly #redirect: Redirect

  /** `chunkBytes` counts for players of spaces that have no chunk size of their own. */
  constructor(hub: Hub, spaces: Spaces, redirect: Redirect, clock: Clock, chunkBytes: number) {
    this.#hub = hub
    this.#spaces = spaces
    this.#redirect = redirect
    this.#clock = clock
    this.#chunkBytes = chunkBytes
  }

  async publish(request: RtmpRequest, onKick: (reason: string) => void): Promise<Publication> {
    const { protocol, remote, traceId } = request
    const visitor = this.#visitor(request)
    const id = newId('pub', this.#clock.nowMs())
    return this.#hub.publish(visitor, { id, protocol, remote, agent: visitor.agent, traceId }, onKick)
  }

  async play(request: RtmpRequest, sink: RtmpViewerSink, signal: AbortSignal): Promise<RtmpViewer> {
    const visitor = this.#visitor(request)
    const admission = await this.#hub.admit(visitor, signal)
    const chunkBytes = this.#spaces.get(visitor.address.space)?.chunkSize ?? this.#chunkBytes
    sink.useChunks(chunkBytes)
    // Viewers who came before a change of the size go on with the old one.
    const format = { key: `rtmp ${chunkBytes}`, create: () => new RtmpPackager(chunkBytes) }
    const session = this.#hub.join(admission, format, sink, null)
    return { close: reason => session.end(reason), pause: paused => session.pause(paused) }
  }

  elsewhere(): string | null {
    return this.#redirect.target('rtmp')
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
