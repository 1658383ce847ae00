import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { AppError, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { peerAddress } from '../base/peer-address.ts'
import { TRACE_HEADER, traceIdOf } from '../base/trace-id.ts'
import type { RequestCounter } from './request-counter.ts'

export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface MediaServerOptions {
  readonly listen: { readonly port: number; readonly host?: string }
  /** Configuration key of the port, for the line that says it is taken. */
  readonly key: string
  readonly tls: TlsFiles | null
  /** Switches Nagle's algorithm off. */
  readonly noDelay: boolean
  readonly routes: readonly MediaRoute[]
  readonly log: Log
  readonly requests: RequestCounter
}

/** One kind of request on the media port. */
export interface MediaRoute {
  matches(pathname: string, query: URLSearchParams): boolean
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void>
}

/** A request line with a signed URL is under 1 kB; headers of browsers with cookies under 8 kB. */
const MAX_HEADER_BYTES = 16 * 1024
/** Time for the whole request to arrive: a request here has no body. */
const REQUEST_TIMEOUT_MS = 15_000
/** A player asks for the next playlist after a target duration; 30 s keep the connection over slow ones. */
const KEEP_ALIVE_MS = 30_000

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': 'Range, Authorization, Traceparent, X-Request-Id',
  'Access-Control-Expose-Headers': 'Content-Length, Content-Range, X-Request-Id',
  'Access-Control-Max-Age': '86400',
}

/** HTTP and WebSocket on the media port: finds the route, answers errors in one shape. */
export class MediaServer {
  readonly #options: MediaServerOptions
  readonly #server: Server

  constructor(options: MediaServerOptions) {
    this.#options = options
    const settings = {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: options.noDelay,
    }
    this.#server = options.tls ? createTlsServer({ ...settings, ...options.tls }) : createServer(settings)
    this.#server.on('request', (request, response) => void this.#handle(request, response))
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head))
  }

  /** Resolves with the port listened on. Throws AppError PORT_IN_USE. */
  async open(): Promise<number> {
    const { listen, key } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? new AppError('PORT_IN_USE', { key, port: listen.port }) : error)
      })
      this.#server.listen({ ...listen, backlog: 4096 }, resolve)
    })
    // `address` is only a string for pipes, and null before listening.
    return (this.#server.address() as AddressInfo).port
  }

  setTls(tls: TlsFiles): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(tls)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const traceId = traceOf(request)
    response.setHeader(TRACE_HEADER, traceId)
    try {
      const { method = '' } = request
      if (method === 'OPTIONS') {
        this.#options.requests.add(204)
        response.writeHead(204, CORS).end()
        return
      }
      if (method !== 'GET' && method !== 'HEAD') throw new AppError('INVALID', { field: 'method', reason: method })
      const url = parseUrl(request)
      const route = this.#options.routes.find(candidate => candidate.matches(url.pathname, url.searchParams))
      if (!route) throw new AppError('NOT_FOUND', { what: 'path', id: url.pathname.slice(0, 200) })
      await route.handle(request, response, url)
      this.#options.requests.add(response.statusCode) // 200 for endless answers, which are written past the response
    } catch (error) {
      const { status, body, headers } = this.#answer(error, traceId)
      if (response.headersSent || response.socket === null) return
      response.writeHead(status, { ...headers, 'Cache-Control': 'no-store', ...CORS }).end(body)
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const traceId = traceOf(request)
    try {
      const url = parseUrl(request)
      const route = this.#options.routes.find(
        candidate => candidate.upgrade && candidate.matches(url.pathname, url.searchParams),
      )
      if (!route?.upgrade) throw new AppError('NOT_FOUND', { what: 'path', id: url.pathname.slice(0, 200) })
      await route.upgrade(request, socket, head, url)
      this.#options.requests.add(101)
    } catch (error) {
      const { status, body, headers } = this.#answer(error, traceId)
      const lines = Object.entries({
        ...headers,
        'Content-Length': Buffer.byteLength(body),
        [TRACE_HEADER]: traceId,
        Connection: 'close',
      }).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`)
    }
  }

  #answer(error: unknown, traceId: string): { status: number; body: string; headers: Record<string, string> } {
    if (!(error instanceof AppError) || error.fault === 'ours') {
      this.#options.log.error('media request failed', { traceId, reason: errorText(error) })
    }
    const known = error instanceof AppError ? error : new AppError('INTERNAL', { what: 'request' })
    this.#options.requests.add(known.http)
    const { code, message, hint } = known
    const headers = {
      'Content-Type': 'application/json',
      // RFC 9110 §10.2.2
      ...(code === 'MOVED' && { Location: String(known.details['to']) }),
    }
    const body = JSON.stringify({ error: { code, message, ...(hint && { hint }), traceId } })
    return { status: known.http, body, headers }
  }
}

/** The request's trace id, which it carries on in its header as one from a proxy would. */
function traceOf(request: IncomingMessage): string {
  const traceId = traceIdOf(request.headers)
  request.headers[TRACE_HEADER] = traceId
  return traceId
}

function parseUrl(request: IncomingMessage): URL {
  const url = URL.parse(request.url ?? '', 'http://media')
  if (!url || !isDecodable(url.pathname)) throw new AppError('INVALID', { field: 'url', reason: 'not a valid URL' })
  return url
}

/** Whether the handlers may use decodeURIComponent: `%` is followed by UTF-8 everywhere. */
function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname)
    return true
  } catch {
    return false // URIError is its only one
  }
}

/** The peer's address and port; with a trusted proxy in front, the address it says it forwards for. */
export function remoteOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined
  // The last entry is the word of the proxy itself; what stands before it the caller may have made up.
  const nearest = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim()
  if (nearest) return nearest.slice(0, 64)
  return peerAddress(request.socket)
}
