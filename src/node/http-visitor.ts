import type { IncomingMessage } from 'node:http'
import { traceIdOf } from '../base/trace-id.ts'
import type { Visitor } from './hub.ts'
import { remoteOf } from './media-server.ts'
import { levelsOf, resolvePath } from './paths.ts'
import type { Spaces } from './spaces.ts'

/** What a request over HTTP shows, whatever comes back for it. */
export interface HttpWish {
  /** Decoded path without the extension. */
  readonly pathname: string
  /** Path as sent, with extension and without query: what an `auth_key` signs. */
  readonly uri: string
  readonly query: URLSearchParams
  readonly protocol: string
  readonly request: IncomingMessage
}

/** Reads visitors from HTTP requests. */
export class HttpVisitors {
  readonly #spaces: Spaces
  readonly #trustProxy: boolean

  constructor(spaces: Spaces, trustProxy: boolean) {
    this.#spaces = spaces
    this.#trustProxy = trustProxy
  }

  /** Throws AppError INVALID for a path that names no stream. */
  of({ pathname, uri, query, protocol, request }: HttpWish): Visitor {
    return {
      address: resolvePath(levelsOf(pathname), name => this.#spaces.has(name)),
      query,
      uri,
      protocol,
      remote: remoteOf(request, this.#trustProxy),
      agent: request.headers['user-agent'] ?? '',
      // WebSockets carry no Referer (RFC 6455 §4.1), but the origin of their page
      pageUrl: request.headers.referer ?? request.headers.origin ?? '',
      traceId: traceIdOf(request.headers),
    }
  }
}
