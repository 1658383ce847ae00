import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../base/errors.ts'
import { sameSecret } from '../base/signed-url.ts'
import { EXPOSITION_TYPE } from './exposition.ts'
import type { MediaRoute } from './media-server.ts'
import type { NodeMetrics } from './metrics.ts'

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/

/**
 * `GET /metrics` for Prometheus. The page names streams, so it is not for every viewer of the media port: with
 * `metrics.token` whoever sends it as a bearer token may read it, without one only this machine itself.
 */
export class MetricsRoute implements MediaRoute {
  readonly #metrics: NodeMetrics
  readonly #token: () => string | null

  constructor(metrics: NodeMetrics, token: () => string | null) {
    this.#metrics = metrics
    this.#token = token
  }

  matches(pathname: string): boolean {
    return pathname === '/metrics'
  }

  /** Throws AppError UNAUTHENTICATED or FORBIDDEN. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#check(request)
    const text = await this.#metrics.text()
    response.writeHead(200, { 'Content-Type': EXPOSITION_TYPE, 'Cache-Control': 'no-store' }).end(text)
  }

  #check({ headers, socket }: IncomingMessage): void {
    const token = this.#token()
    if (token !== null) {
      if (!sameSecret(headers.authorization ?? '', `Bearer ${token}`)) throw new AppError('UNAUTHENTICATED')
    } else if (!LOOPBACK.test(socket.remoteAddress ?? '') || headers['x-forwarded-for'] !== undefined) {
      const reason = 'without metrics.token only the machine itself may read the metrics of the node'
      throw new AppError('FORBIDDEN', { action: 'metrics', reason })
    }
  }
}
