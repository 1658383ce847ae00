import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { constants, gzipSync } from 'node:zlib'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { parseRange } from './byte-range.ts'
import { parseCmcd } from './cmcd.ts'
import type { HlsStream } from './hls-channel.ts'
import { HlsChannels, type HlsSettings } from './hls-channels.ts'
import { type HlsAdmission, type HlsSession, HlsSessions, MAX_SESSIONS } from './hls-session.ts'

/** A viewer's wish, as far as this protocol knows it. */
export interface HlsRequest {
  /** Decoded path without the extension. */
  readonly pathname: string
  /** Path as sent, with extension and without query: what an `auth_key` signs. */
  readonly uri: string
  readonly query: URLSearchParams
  readonly protocol: 'hls'
  readonly request: IncomingMessage
}

export interface HlsHost {
  /**
   * Checks the viewer and waits for the stream while it starts. Throws AppError FORBIDDEN, STREAM_NOT_FOUND,
   * VIEWER_LIMIT; gives up when the signal is aborted (the viewer went away).
   */
  admit(request: HlsRequest, signal: AbortSignal): Promise<HlsAdmission>
}

export interface HlsOptions {
  readonly host: HlsHost
  /** Read anew for every stream, so that a reload counts from the next one on. */
  readonly settings: () => HlsSettings
  readonly onFileError: (error: unknown) => void
  readonly clock: Clock
  readonly timers: Timers
}

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl'
const TYPES = { ts: 'video/mp2t', m4s: 'video/mp4', mp4: 'video/mp4' } as const
/** Playlist and segments: `<stream>/hls/media.m3u8`, `<stream>/hls/<run>-<number>.ts`. */
const MEDIA_PLAYLIST = /^(\/.+)\/hls\/media\.m3u8$/
const SEGMENT = /^(\/.+)\/hls\/([a-z0-9]{1,16}-(?:init)?\d{1,16}\.(ts|m4s|mp4))$/
const EXTENSION = '.m3u8'
/** gzip below this makes the answer longer. */
const MIN_GZIP_BYTES = 200
/** Sockets and memory are not held longer for a player that takes a segment slower than it plays. */
const SEND_TIMEOUT_MS = 60_000
const SWEEP_MS = 1000

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Length, Content-Range, ETag',
}

/** HLS over HTTP: master playlist, media playlist, initialization and media segments. RFC 8216. */
export class HlsHandler {
  readonly #options: HlsOptions
  readonly #channels: HlsChannels
  readonly #sessions: HlsSessions
  readonly #sweep: Timer

  constructor(options: HlsOptions) {
    this.#options = options
    this.#channels = new HlsChannels(options)
    this.#sessions = new HlsSessions(options.clock)
    this.#sweep = options.timers.every(SWEEP_MS, () => {
      this.#channels.sweep()
      this.#sessions.sweep(stream => this.#channels.find(stream.path)?.targetDuration ?? 0)
    })
  }

  matches(pathname: string): boolean {
    return pathname.endsWith(EXTENSION) || SEGMENT.test(pathname)
  }

  /** GET or HEAD. Throws AppError before the header is sent. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const id = url.searchParams.get('session')
    const segment = SEGMENT.exec(url.pathname)
    const playlist = id === null ? null : MEDIA_PLAYLIST.exec(url.pathname)
    if (segment) this.#sendSegment(request, response, this.#session(id, segment[1]), segment[2] ?? '')
    else if (playlist)
      await this.#sendMediaPlaylist(request, response, url, this.#session(id, playlist[1]), gone.signal)
    else await this.#sendMasterPlaylist(request, response, url, gone.signal)
  }

  /** Begins to cut a stream at once, when the settings want that. */
  published(stream: HlsStream): void {
    if (this.#channels.always) this.#channels.open(stream)
  }

  /** Codecs of the stream's tracks that HLS leaves out; empty while nobody watches. */
  leftOut(path: string): string[] {
    return this.#channels.find(path)?.leftOut.map(track => track.codec) ?? []
  }

  async close(): Promise<void> {
    this.#sweep.cancel()
    this.#sessions.close()
    await this.#channels.close()
  }

  #session(id: string | null, base: string | undefined): HlsSession {
    const session = this.#sessions.use(id ?? '', base ?? '')
    if (session) return session
    throw new AppError('FORBIDDEN', { action: 'play', reason: 'the session is unknown or has ended' })
  }

  async #sendMasterPlaylist(
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, searchParams }: URL,
    signal: AbortSignal,
  ): Promise<void> {
    if (!pathname.endsWith(EXTENSION)) throw new AppError('NOT_FOUND', { what: 'path', id: pathname.slice(0, 200) })
    const base = pathname.slice(0, -EXTENSION.length)
    const wish: HlsRequest = {
      pathname: decodeURIComponent(base),
      uri: pathname,
      query: searchParams,
      protocol: 'hls',
      request,
    }
    const admission = await this.#options.host.admit(wish, signal)
    const channel = this.#channels.open(admission.stream)
    await channel.ready(signal)
    const session = this.#sessions.create(admission, base)
    if (!session) throw new AppError('VIEWER_LIMIT', { limit: MAX_SESSIONS })
    const name = base.slice(base.lastIndexOf('/') + 1)
    const text = channel.masterPlaylist(`${name}/hls/media.m3u8?session=${session.id}`)
    sendPlaylist(request, response, text, { 'Cache-Control': 'no-store' })
  }

  async #sendMediaPlaylist(
    request: IncomingMessage,
    response: ServerResponse,
    { searchParams }: URL,
    session: HlsSession,
    signal: AbortSignal,
  ): Promise<void> {
    session.start()
    const report = parseCmcd(searchParams.get('CMCD') ?? '')
    if (report) session.report(report)
    const channel = this.#channels.open(session.stream)
    await channel.ready(signal)
    const etag = `W/"${channel.version}"`
    const headers = { 'Cache-Control': 'no-cache', ETag: etag }
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { ...CORS, ...headers }).end()
      return
    }
    const bytes = sendPlaylist(request, response, channel.mediaPlaylist(`?session=${session.id}`), headers)
    session.countBytes(bytes)
  }

  #sendSegment(request: IncomingMessage, response: ServerResponse, session: HlsSession, name: string): void {
    const found = this.#channels.find(session.stream.path)?.find(name)
    if (!found) throw new AppError('NOT_FOUND', { what: 'segment', id: name })
    const { data } = found
    const etag = `"${name}"`
    const headers: OutgoingHttpHeaders = {
      ...CORS,
      // The name is never used again, so whoever has it has the right bytes.
      'Cache-Control': 'public, max-age=3600, immutable',
      'Content-Type': TYPES[name.slice(name.lastIndexOf('.') + 1) as keyof typeof TYPES], // as the pattern says
      'Accept-Ranges': 'bytes',
      ETag: etag,
    }
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end()
      return
    }
    const range = parseRange(request.headers.range, data.length)
    if (range === 'unsatisfiable') {
      response.writeHead(416, { ...headers, 'Content-Range': `bytes */${data.length}`, 'Content-Length': 0 }).end()
      return
    }
    const { start, end } = range ?? { start: 0, end: data.length }
    headers['Content-Length'] = end - start
    if (range) headers['Content-Range'] = `bytes ${start}-${end - 1}/${data.length}`
    response.writeHead(range ? 206 : 200, headers)
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    const timer = this.#options.timers.after(SEND_TIMEOUT_MS, () => response.destroy())
    response.once('close', () => timer.cancel())
    response.end(data.subarray(start, end))
    session.countBytes(end - start)
  }
}

/** Returns the bytes of the body. */
function sendPlaylist(
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  headers: OutgoingHttpHeaders,
): number {
  let body = Buffer.from(text)
  const zipped = body.length >= MIN_GZIP_BYTES && acceptsGzip(request.headers['accept-encoding'])
  if (zipped) body = gzipSync(body, { level: constants.Z_BEST_SPEED })
  response.writeHead(200, {
    ...CORS,
    ...headers,
    'Content-Type': PLAYLIST_TYPE,
    'Content-Length': body.length,
    Vary: 'Accept-Encoding',
    ...(zipped && { 'Content-Encoding': 'gzip' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return request.method === 'HEAD' ? 0 : body.length
}

/** RFC 9110 §12.5.3: named, and not with weight 0. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? '').split(',')
  return codings.some(coding => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+)?\s*$/i.test(coding))
}
