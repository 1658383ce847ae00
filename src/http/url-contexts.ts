import type { FastifyRequest } from 'fastify'
import type { Clock } from '../base/clock.ts'
import type { Endpoints } from '../link/messages.ts'
import type { NodeService } from '../platform/nodes/node-service.ts'
import type { SpaceService } from '../platform/spaces/space-service.ts'
import { PlaySignatures } from '../platform/streams/play-signatures.ts'
import { callerOf } from './authentication.ts'
import { requestHost } from './request-host.ts'
import { time, type ViewContext } from './stream-view.ts'

export interface AddressSettings {
  /** Host of every URL; null: the one the caller reached us by. */
  readonly publicHost: string | null
  /** Used while no node has ever said where it listens. */
  readonly endpoints: Endpoints
  /** Used when neither of the hosts above is usable. */
  readonly fallbackHost: string
}

/** Life of the play URLs that come with a stream, at least. */
const DEFAULT_TTL_MS = 86_400_000
const SAME_END_MS = 600_000

export interface UrlContextOptions {
  readonly nodes: NodeService
  readonly spaces: SpaceService
  readonly clock: Clock
  readonly addresses: () => AddressSettings
}

/** What URLs in an answer are made with. */
export class UrlContexts {
  readonly #options: UrlContextOptions
  readonly #signatures = new PlaySignatures()

  constructor(options: UrlContextOptions) {
    this.#options = options
  }

  /** For what is at a node; null: not at any yet. Good for a day unless said otherwise. */
  async of(request: FastifyRequest, nodeId: string | null, untilMs = this.#later()): Promise<ViewContext> {
    const { addresses, nodes, spaces } = this.#options
    const settings = addresses()
    const expiresAtMs = Math.floor(untilMs / 1000) * 1000
    return {
      caller: callerOf(request),
      spaces,
      endpoints: (await nodes.endpoints(nodeId)) ?? settings.endpoints,
      host: settings.publicHost ?? requestHost(request, settings.fallbackHost),
      secure: request.protocol === 'https',
      signatures: this.#signatures,
      expiresAtMs,
      expiresAt: time(expiresAtMs),
    }
  }

  /** Good for so long. */
  for(request: FastifyRequest, nodeId: string | null, ttlSeconds: number): Promise<ViewContext> {
    return this.of(request, nodeId, this.#options.clock.nowMs() + ttlSeconds * 1000)
  }

  /** One for each node of a list. */
  ofMany(request: FastifyRequest): (nodeId: string | null) => Promise<ViewContext> {
    const known = new Map<string | null, Promise<ViewContext>>()
    return nodeId => {
      const context = known.get(nodeId) ?? this.of(request, nodeId)
      known.set(nodeId, context)
      return context
    }
  }

  /** The same for all who ask within ten minutes, so that URLs stay as they are and are signed once. */
  #later(): number {
    return Math.ceil((this.#options.clock.nowMs() + DEFAULT_TTL_MS) / SAME_END_MS) * SAME_END_MS
  }
}
