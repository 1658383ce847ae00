import type { IncomingMessage, ServerResponse } from 'node:http'
import { EXPOSITION_TYPE } from './exposition.ts'
import type { MediaRoute } from './media-server.ts'
import type { NodeMetrics } from './metrics.ts'

/** `GET /metrics` for Prometheus. */
export class MetricsRoute implements MediaRoute {
  readonly #metrics: NodeMetrics

  constructor(metrics: NodeMetrics) {
    this.#metrics = metrics
  }

  matches(pathname: string): boolean {
    return pathname === '/metrics'
  }

  async handle(_request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await this.#metrics.text()
    response.writeHead(200, { 'Content-Type': EXPOSITION_TYPE, 'Cache-Control': 'no-store' }).end(text)
  }
}
