import { AppError } from '../../base/errors.ts'
import type { GB_REQUESTS } from '../../link/gb28181.ts'
import type { Params, PLATFORM_SAYS, Result } from '../../link/messages.ts'
import type { NodeLinks } from '../nodes/node-links.ts'

/** A device answers a question within the 32 s of a SIP transaction, or not at all; the node gives up before us. */
const ANSWER_TIMEOUT_MS = 35_000

type Request = keyof typeof GB_REQUESTS

/** Asks devices by the node they are registered at. */
export class DeviceLink {
  readonly #links: NodeLinks

  constructor(links: NodeLinks) {
    this.#links = links
  }

  /** Throws NODE_UNAVAILABLE, what the link throws, and what the node found out: DEVICE_OFFLINE, DEVICE_FAILED ... */
  request<M extends Request>(
    nodeId: string | null,
    name: M,
    params: Params<typeof PLATFORM_SAYS, M>,
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<Result<typeof PLATFORM_SAYS, M>> {
    return this.#links.request(this.nodeOf(nodeId), name, params, timeoutMs)
  }

  /** The node a device registered at last; where that is not known or gone, the only one there is. Throws NODE_UNAVAILABLE. */
  nodeOf(nodeId: string | null): string {
    const { nodes } = this.#links
    if (nodeId !== null && nodes.has(nodeId)) return nodeId
    const [first, second] = nodes.keys()
    if (first === undefined || second !== undefined)
      throw new AppError('NODE_UNAVAILABLE', { node: nodeId ?? '(none)' })
    return first
  }

  /** All nodes whose link is up. */
  get nodes(): readonly string[] {
    return [...this.#links.nodes.keys()]
  }
}
