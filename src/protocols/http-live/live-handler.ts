import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { AppError } from '../../base/errors.ts'
import { TRACE_HEADER } from '../../base/trace-id.ts'
import type { OutputFormat } from '../../media/broadcast/outputs.ts'
import type { Sink } from '../../media/broadcast/packager.ts'
import type { Envelope } from '../../media/broadcast/viewer.ts'
import { detachFromHttp } from './detach.ts'
import { HttpSink } from './http-sink.ts'
import { type LiveFormat, outputFormat } from './live-format.ts'
import { type PlayerReport, parsePlayerReport } from './player-report.ts'
import { WebSocketSink, webSocketEnvelope } from './web-socket-sink.ts'

/** A viewer's wish, as far as this protocol knows it. */
export interface LiveRequest {
  /** Decoded path without the extension. */
  readonly pathname: string
  /** Path as sent, with extension and without query: what an `auth_key` signs. */
  readonly uri: string
  readonly query: URLSearchParams
  /** 'http-flv', 'ws-flv', 'http-ts' ... */
  readonly protocol: string
  readonly request: IncomingMessage
}

/** A stream that is there and a viewer who may watch it. */
export interface Seat {
  /** Joins the broadcast. */
  take(sink: Sink, envelope: Envelope | null): SeatedViewer
}

export interface SeatedViewer {
  /** Ends it from the viewer's side. */
  leave(reason: string): void
  /** What the player says about itself; the newest counts. */
  report(report: PlayerReport): void
}

export interface LiveHost {
  /**
   * Waits for the stream while it starts. Throws AppError FORBIDDEN, STREAM_NOT_FOUND, VIEWER_LIMIT;
   * gives up when the signal is aborted (the viewer went away).
   */
  seat(request: LiveRequest, format: OutputFormat, signal: AbortSignal): Promise<Seat>
}

/** A viewer has nothing to say but ping, pong and close; players that report statistics stay far below this. */
const MAX_MESSAGE_BYTES = 4096

/** HTTP-FLV, WS-FLV and their like: one endless response per viewer, bytes shared by all of a format. */
export class LiveHandler {
  readonly #host: LiveHost
  readonly #formats: ReadonlyMap<string, LiveFormat>
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    clientTracking: false,
  })
  /** Sockets of viewers, which the HTTP server does not know any more. */
  readonly #streaming = new Set<Socket>()

  constructor(host: LiveHost, formats: readonly LiveFormat[]) {
    this.#host = host
    this.#formats = new Map(formats.map(format => [format.extension, format]))
    this.#webSockets.on('headers', (headers, request) => {
      const traceId = request.headers[TRACE_HEADER]
      if (traceId !== undefined) headers.push(`${TRACE_HEADER}: ${traceId}`)
    })
  }

  /** Whether the path ends in one of the formats' extensions. */
  matches(pathname: string): boolean {
    return this.#formats.has(extensionOf(pathname))
  }

  /** GET or HEAD. Throws AppError before the header is sent; afterwards the connection belongs to the viewer. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const format = this.#format(url)
    const { socket } = request
    const left = new AbortController()
    const abort = () => left.abort()
    socket.once('close', abort)
    const seat = await this.#seat(request, url, format, 'http', left.signal)
    socket.off('close', abort)
    if (socket.destroyed) return
    const header = {
      'Content-Type': format.contentType,
      'Cache-Control': 'no-store',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': TRACE_HEADER,
      Connection: 'close',
    }
    if (request.method === 'HEAD') {
      response.writeHead(200, header).end()
      return
    }
    // The endless body is written to the socket itself: http.ServerResponse costs a quarter more per write.
    let head = 'HTTP/1.1 200 OK\r\n'
    for (const [name, value] of Object.entries({ ...response.getHeaders(), ...header })) head += `${name}: ${value}\r\n`
    this.#stream(detachFromHttp(request, response), `${head}\r\n`, seat)
  }

  close(): void {
    for (const socket of this.#streaming) socket.destroy()
  }

  /** Apart from `handle`, so that nothing of the request is kept for as long as the viewer watches. */
  #stream(socket: Socket, head: string, seat: Seat): void {
    socket.write(head)
    const viewer = seat.take(new HttpSink(socket), null)
    this.#streaming.add(socket)
    socket.once('close', () => {
      this.#streaming.delete(socket)
      viewer.leave('closed by the viewer')
    })
  }

  /** WebSocket upgrade. Refusals are answered as HTTP errors by the caller, who gets them thrown. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void> {
    const format = this.#format(url)
    const left = new AbortController()
    const abort = () => left.abort()
    socket.once('close', abort)
    const seat = await this.#seat(request, url, format, 'ws', left.signal)
    socket.off('close', abort)
    if (socket.destroyed) return
    const webSocket = await new Promise<WebSocket>(resolve => {
      this.#webSockets.handleUpgrade(request, socket, head, resolve)
    })
    // The HTTP server hands out its own sockets here, typed as Duplex for the sake of custom servers.
    const viewer = seat.take(new WebSocketSink(socket as Socket, webSocket), webSocketEnvelope)
    webSocket.on('error', () => webSocket.terminate())
    webSocket.on('message', (data, isBinary) => {
      // Without `binaryType` set, `ws` hands out one Buffer per message.
      const report = isBinary ? null : parsePlayerReport(data as Buffer)
      if (report) viewer.report(report)
    })
    webSocket.once('close', () => viewer.leave('closed by the viewer'))
  }

  #format(url: URL): LiveFormat {
    const format = this.#formats.get(extensionOf(url.pathname))
    if (!format) throw new AppError('NOT_FOUND', { what: 'format', id: extensionOf(url.pathname) })
    return format
  }

  #seat(request: IncomingMessage, url: URL, format: LiveFormat, carrier: string, signal: AbortSignal): Promise<Seat> {
    const { pathname } = url
    const wish: LiveRequest = {
      pathname: decodeURIComponent(pathname.slice(0, -format.extension.length - 1)),
      uri: pathname,
      query: url.searchParams,
      protocol: `${carrier}-${format.extension}`,
      request,
    }
    return this.#host.seat(wish, outputFormat(format, url.searchParams), signal)
  }
}

function extensionOf(pathname: string): string {
  const dot = pathname.lastIndexOf('.')
  return dot > pathname.lastIndexOf('/') ? pathname.slice(dot + 1) : ''
}
