import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Clock, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Sink } from '../../media/broadcast/packager.ts'
import type { Envelope } from '../../media/broadcast/viewer.ts'
import { writeMasterPlaylist } from '../../protocols/hls/playlist.ts'
import { detachFromHttp } from '../../protocols/http-live/detach.ts'
import { HttpSink } from '../../protocols/http-live/http-sink.ts'
import { WebSocketSink, webSocketEnvelope } from '../../protocols/http-live/web-socket-sink.ts'
import type { Access } from '../access.ts'
import type { HttpVisitors } from '../http-visitor.ts'
import type { Visitor } from '../hub.ts'
import type { MediaRoute } from '../media-server.ts'
import { pathOf } from '../paths.ts'
import type { SegmentRecord } from '../recorder/segment.ts'
import type { ViewerInfo } from '../viewers.ts'
import { exportFlv } from './flv-export.ts'
import { flvFrom, flvOffset } from './flv-offset.ts'
import { replayFlv } from './flv-replay.ts'
import { followFragments } from './following.ts'
import { FragmentReader } from './fragment-reader.ts'
import { HlsCipher } from './hls-cipher.ts'
import { type PlaylistPart, type PlaylistUris, playlistParts, writeReplayPlaylist } from './hls-playlist.ts'
import { type ExportedFile, exportMp4 } from './mp4-export.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'
import { type ReplayRange, replayRange, replaySpeed } from './replay-request.ts'
import { answer, CORS, ReplaySender } from './replay-sender.ts'
import { CountingSink, counted, HlsPlayers, type ReplayAdmission } from './replay-viewers.ts'
import { type Scope, Tickets } from './tickets.ts'

export interface ReplayRouteOptions {
  readonly recordings: Recordings
  readonly access: Access
  readonly hub: ReplayAdmission
  readonly visitors: HttpVisitors
  /** Signs what playlists name, and makes their keys; kept over restarts, known to nobody. At least 16 letters. */
  readonly secret: string
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/**
 * `<stream>/replay/` and one of: `index.m3u8`, `media.m3u8` (HLS), `stream.flv` (HTTP and WebSocket), `clip.mp4`,
 * `clip.flv` (a file), `seg_x.mp4`, `seg_x/1-2.m4s`, `key` (what playlists name).
 */
const ROUTE =
  /^(\/.+)\/replay\/(index\.m3u8|media\.m3u8|stream\.flv|clip\.mp4|clip\.flv|key|seg_[0-9a-z]{20}\.mp4|seg_[0-9a-z]{20}\/\d{1,15}-\d{1,12}\.m4s)$/
/** A live URL that asks for the past: the same picture, later. */
const TIME_SHIFT = /^(\/.+)\.(flv|m3u8)$/
const SHIFTED_FILES: Readonly<Record<string, string>> = { flv: 'stream.flv', m3u8: 'index.m3u8' }
const SEGMENT_FILE = /^(seg_[0-9a-z]{20})\.mp4$/
const ENCRYPTED_PART = /^(seg_[0-9a-z]{20})\/(\d+)-(\d+)\.m4s$/

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl'
/** Files being downloaded in ranges, whose sample tables are kept: some MB each. */
const MAX_PREPARED = 8
/** A viewer has nothing to say. */
const MAX_MESSAGE_BYTES = 4096
/** Replays at the same time: each reads and sends at its own pace. */
const MAX_REPLAYS = 1000

interface ReplayRequest {
  /** `space/app/name`. */
  readonly path: string
  readonly visitor: Visitor
  /** Decoded, up to `/replay/`, with the slash. */
  readonly base: string
  /** What leads from the URL asked for to `base`: '' from below it. */
  readonly prefix: string
  readonly file: string
  readonly query: URLSearchParams
}

/** Recorded time over HTTP, for those who may play the stream. */
export class ReplayRoute implements MediaRoute {
  readonly #options: ReplayRouteOptions
  readonly #reader: FragmentReader
  readonly #cipher: HlsCipher
  readonly #sender: ReplaySender
  readonly #tickets: Tickets
  readonly #players: HlsPlayers
  readonly #prepared = new Map<string, Promise<ExportedFile>>()
  readonly #running = new Set<AbortController>()
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    clientTracking: false,
  })

  constructor(options: ReplayRouteOptions) {
    this.#options = options
    this.#reader = new FragmentReader(options.recordings)
    this.#cipher = new HlsCipher(options.secret)
    this.#tickets = new Tickets(options.secret, options.clock)
    this.#sender = new ReplaySender(options.recordings)
    this.#players = new HlsPlayers(options.hub, options.clock, options.timers)
  }

  matches(pathname: string, query: URLSearchParams): boolean {
    return ROUTE.test(pathname) || ((query.has('delay') || query.has('start')) && TIME_SHIFT.test(pathname))
  }

  /** GET or HEAD. Throws AppError before the header is sent. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const wish = this.#wish(request, url)
    const { file } = wish
    if (file === 'index.m3u8') return this.#masterPlaylist(request, response, wish)
    if (file === 'clip.mp4' || file === 'clip.flv') return this.#clip(request, response, wish)
    if (file === 'stream.flv') return this.#flv(request, response, wish)
    const scope = this.#tickets.scope(wish.path, wish.query)
    if (file === 'media.m3u8') return this.#mediaPlaylist(request, response, wish, scope)
    if (file === 'key') return this.#key(request, response, wish)
    const encrypted = ENCRYPTED_PART.exec(file)
    if (encrypted) return this.#encryptedPart(request, response, wish, encrypted)
    return this.#segmentFile(request, response, wish, scope)
  }

  /** `stream.flv` over WebSocket. Refusals are answered as HTTP errors by the caller, who gets them thrown. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void> {
    const wish = this.#wish(request, url)
    if (wish.file !== 'stream.flv') throw new AppError('NOT_FOUND', { what: 'path', id: url.pathname.slice(0, 200) })
    const replay = await this.#replay(wish)
    if (socket.destroyed) return replay.cancel()
    this.#webSockets.handleUpgrade(request, socket, head, webSocket => {
      webSocket.on('error', () => webSocket.terminate())
      webSocket.once('close', () => replay.cancel())
      // The HTTP server hands out its own sockets here, typed as Duplex for the sake of custom servers.
      replay.run(new WebSocketSink(socket as Socket, webSocket), webSocketEnvelope)
    })
  }

  close(): void {
    this.#players.close()
    for (const controller of this.#running) controller.abort()
  }

  #wish(request: IncomingMessage, { pathname, searchParams }: URL): ReplayRequest {
    const found = ROUTE.exec(pathname)
    const shifted = found ? null : TIME_SHIFT.exec(pathname)
    const [, stream = '', file = ''] = found ?? [null, shifted?.[1], SHIFTED_FILES[shifted?.[2] ?? '']]
    const visitor = this.#options.visitors.of({
      pathname: decodeURIComponent(stream),
      uri: pathname,
      query: searchParams,
      protocol: protocolOf(file, request),
      request,
    })
    const base = `${stream}/replay/`
    const prefix = shifted ? base.slice(base.lastIndexOf('/', stream.length - 1) + 1) : ''
    return { path: pathOf(visitor.address), visitor, base, prefix, file, query: searchParams }
  }

  async #masterPlaylist(request: IncomingMessage, response: ServerResponse, wish: ReplayRequest): Promise<void> {
    this.#check(wish)
    const range = replayRange(wish.query, this.#options.clock.nowMs())
    const fragments = await this.#fragments(wish.path, range)
    const [first] = fragments
    if (!first) throw nothing(wish.path)
    const { tracks } = await this.#reader.movie(first)
    const rates = fragments.map(({ entry }) => (entry.bytes * 8e6) / entry.durationUs)
    const bits = fragments.reduce((sum, { entry }) => sum + entry.bytes * 8, 0)
    const seconds = fragments.reduce((sum, { entry }) => sum + entry.durationUs / 1e6, 0)
    const player = this.#players.open(wish.visitor)
    const scope = wish.query.get('encrypt') === '1' ? 'encrypted' : 'clear'
    const query = new URLSearchParams({ start: String(Math.floor(range.fromMs)) })
    if (range.toMs !== null) query.set('end', String(range.toMs))
    if (range.delayMs !== null) query.set('delay', String(range.delayMs / 1000))
    const text = writeMasterPlaylist({
      uri: `${wish.prefix}media.m3u8?${query}&${this.#tickets.issue(wish.path, scope)}&player=${player}`,
      peakBandwidth: rates.reduce((most, rate) => Math.max(most, rate), 0),
      averageBandwidth: bits / seconds,
      tracks: [...tracks.values()].map(({ track }) => track),
    })
    answer(request, response, Buffer.from(text), { 'Content-Type': PLAYLIST_TYPE, 'Cache-Control': 'no-store' })
  }

  async #mediaPlaylist(
    request: IncomingMessage,
    response: ServerResponse,
    wish: ReplayRequest,
    scope: Scope,
  ): Promise<void> {
    const { path, query } = wish
    this.#seen(wish)
    const nowMs = this.#options.clock.nowMs()
    const range = replayRange(query, nowMs)
    const fragments = await this.#fragments(path, range)
    const ended = this.#hasEnded(path, range, nowMs)
    const parts = playlistParts(fragments, !ended)
    if (parts.length === 0) throw nothing(path)
    const text = writeReplayPlaylist(parts, ended, this.#uris(wish, scope))
    // Time shift begins where it was asked for, not at the edge as live streams do.
    const start = ended || range.delayMs !== null ? '' : '#EXT-X-START:TIME-OFFSET=0,PRECISE=YES\n'
    const body = Buffer.from(text.replace('#EXT-X-MEDIA-SEQUENCE', `${start}#EXT-X-MEDIA-SEQUENCE`))
    answer(request, response, body, { 'Content-Type': PLAYLIST_TYPE, 'Cache-Control': 'no-cache' })
  }

  /** Whether nothing more comes into the range. */
  #hasEnded(path: string, { fromMs, toMs, delayMs }: ReplayRange, nowMs: number): boolean {
    if (delayMs !== null) return false
    const growing = this.#options.recordings.index.between(path, fromMs, toMs ?? nowMs + 1).some(isOpen)
    return !growing || (toMs !== null && toMs < nowMs - EDGE_MS)
  }

  #uris({ path, query }: ReplayRequest, scope: Scope): PlaylistUris {
    const player = query.get('player')
    const ticket = `${this.#tickets.issue(path, scope)}${player === null ? '' : `&player=${encodeURIComponent(player)}`}`
    const idOf = ({ first }: PlaylistPart) => first.segment.id
    const cipher = this.#cipher
    return {
      segment: part => `${idOf(part)}.mp4?${ticket}`,
      encrypted:
        scope === 'clear'
          ? null
          : {
              part: part => `${idOf(part)}/${part.first.entry.offset}-${part.bytes}.m4s?${ticket}`,
              key: part => `key?segment=${idOf(part)}&${ticket}`,
              iv: part => cipher.iv(idOf(part), part.first.entry.offset),
            },
    }
  }

  #key(request: IncomingMessage, response: ServerResponse, wish: ReplayRequest): void {
    const segment = this.#segment(wish, wish.query.get('segment') ?? '')
    const headers = { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' }
    answer(request, response, this.#cipher.key(segment.id), headers)
  }

  async #encryptedPart(
    request: IncomingMessage,
    response: ServerResponse,
    wish: ReplayRequest,
    [, id = '', offsetText, bytesText]: RegExpExecArray,
  ): Promise<void> {
    const segment = this.#segment(wish, id)
    const offset = Number(offsetText)
    const bytes = Number(bytesText)
    if (bytes === 0 || offset + bytes > segment.sizeBytes) throw nothing(wish.path)
    const plain = this.#options.recordings.storeOf(segment).read(segment.object, { start: offset, end: offset + bytes })
    const headers = {
      'Content-Type': 'video/mp4',
      'Content-Length': HlsCipher.encryptedBytes(bytes),
      'Cache-Control': CACHED,
    }
    const pieces = counted(this.#cipher.encrypt(id, offset, plain), this.#seen(wish))
    await this.#sender.send(request, response, 200, headers, [segment], pieces)
  }

  async #segmentFile(
    request: IncomingMessage,
    response: ServerResponse,
    wish: ReplayRequest,
    scope: Scope,
  ): Promise<void> {
    const segment = this.#segment(wish, SEGMENT_FILE.exec(wish.file)?.[1] ?? '')
    // An encrypted playlist names the initialization segment of a file, and nothing else of it.
    const size = scope === 'clear' ? segment.sizeBytes : segment.initBytes
    const seen = this.#seen(wish)
    const read = (span: { start: number; end: number }) =>
      counted(this.#options.recordings.storeOf(segment).read(segment.object, span), seen)
    const cached = segment.state === 'open' ? 'no-cache' : CACHED
    await this.#sender.range(
      request,
      response,
      size,
      { 'Content-Type': 'video/mp4', 'Cache-Control': cached },
      [segment],
      read,
    )
  }

  /** A file to download, or to play in a browser: ranges are possible. */
  async #clip(request: IncomingMessage, response: ServerResponse, wish: ReplayRequest): Promise<void> {
    this.#check(wish)
    const range = replayRange(wish.query, this.#options.clock.nowMs())
    if (range.toMs === null) throw new AppError('INVALID', { field: 'end', reason: 'it is missing' })
    const mp4 = wish.file === 'clip.mp4'
    const fragments = await this.#fragments(wish.path, range)
    const file = await this.#prepare(`${wish.file} ${wish.path} ${range.fromMs} ${range.toMs}`, fragments, mp4)
    const name = `${wish.path.split('/').at(-1)}_${new Date(range.fromMs).toISOString().slice(0, 19).replaceAll(':', '-')}`
    const headers = {
      'Content-Type': mp4 ? 'video/mp4' : 'video/x-flv',
      'Cache-Control': 'no-store',
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}.${mp4 ? 'mp4' : 'flv'}`,
    }
    const segments = fragments.map(({ segment }) => segment)
    // Players that jump by the keyframe index add a `start` of their own behind ours: the position in the file.
    const offset = mp4 ? null : flvOffset(wish.query.getAll('start')[1])
    if (offset === null) {
      await this.#sender.range(request, response, file.bytes, headers, segments, span => file.pieces({ span }))
      return
    }
    const from = await flvFrom(file.bytes, offset, span => file.pieces({ span }))
    const lengths = { ...headers, 'Content-Length': from.bytes }
    await this.#sender.send(request, response, 200, lengths, segments, from.pieces())
  }

  /** Players ask for one file in many ranges: it is looked through once. */
  #prepare(key: string, fragments: readonly RecordedFragment[], mp4: boolean): Promise<ExportedFile> {
    const last = fragments.at(-1)
    const name = `${key} ${fragments.length} ${last?.segment.id} ${last?.entry.offset}`
    const known = this.#prepared.get(name)
    if (known) return known
    const made = (mp4 ? exportMp4 : exportFlv)(this.#options.recordings, this.#reader, fragments)
    this.#prepared.set(name, made)
    made.catch(() => this.#prepared.delete(name))
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size > MAX_PREPARED && oldest !== undefined) this.#prepared.delete(oldest)
    return made
  }

  async #flv(request: IncomingMessage, response: ServerResponse, wish: ReplayRequest): Promise<void> {
    const replay = await this.#replay(wish)
    const header = { 'Content-Type': 'video/x-flv', 'Cache-Control': 'no-store', ...CORS, Connection: 'close' }
    if (request.method === 'HEAD' || request.socket.destroyed) {
      replay.cancel()
      response.writeHead(200, header).end()
      return
    }
    let head = 'HTTP/1.1 200 OK\r\n'
    for (const [name, value] of Object.entries({ ...response.getHeaders(), ...header })) head += `${name}: ${value}\r\n`
    const socket = detachFromHttp(request, response)
    socket.write(`${head}\r\n`)
    socket.once('close', () => replay.cancel())
    replay.run(new HttpSink(socket), null)
  }

  /** Throws AppError NOT_FOUND when there is nothing of the time, before anything is sent. */
  async #replay({
    path,
    query,
    visitor,
  }: ReplayRequest): Promise<{ run(sink: Sink, envelope: Envelope | null): void; cancel(): void }> {
    const { hub, recordings, clock, timers, log } = this.#options
    const viewer = hub.admitReplay(visitor)
    const speed = replaySpeed(query)
    const range = replayRange(query, clock.nowMs())
    const delayMs = range.delayMs ?? 0
    // A delayed stream begins at its edge, one with a start there.
    const fromMs = range.delayMs !== null && !query.has('start') ? clock.nowMs() - delayMs : range.fromMs
    if (recordings.index.between(path, fromMs, range.toMs ?? clock.nowMs()).length === 0) throw nothing(path)
    if (this.#running.size >= MAX_REPLAYS) throw new AppError('VIEWER_LIMIT', { limit: MAX_REPLAYS })
    const controller = new AbortController()
    const { signal } = controller
    this.#running.add(controller)
    let leave = () => {}
    const cancel = () => {
      this.#running.delete(controller)
      controller.abort()
      leave()
    }
    const toMs = range.toMs ?? Number.POSITIVE_INFINITY
    const fragments = followFragments(recordings, { path, fromMs, toMs, delayMs, clock, timers, signal })
    const run = (to: Sink, envelope: Envelope | null) => {
      const sink = new CountingSink(to)
      const session = hub.viewers.add(viewer, {
        counters: () => ({ bytesSent: sink.bytes, bufferedBytes: sink.pendingBytes(), framesDropped: 0 }),
        kick: reason => {
          leave = () => {} // it has a reason of its own
          sink.end(reason)
          cancel()
        },
        left() {},
      })
      leave = () => session.end('closed by the viewer')
      const options = {
        reader: this.#reader,
        fragments: this.#held(fragments),
        speed,
        sink,
        envelope,
        clock,
        timers,
        signal,
      }
      replayFlv(options)
        .catch((error: unknown) => {
          log.warn('a replay failed', { path, reason: errorText(error) })
          return errorText(error)
        })
        .then(reason => {
          if (!signal.aborted) sink.end(reason)
          session.end(reason)
          cancel()
        })
    }
    return { run, cancel }
  }

  /** Throws AppError FORBIDDEN for whoever may not play the stream. */
  #check({ visitor }: ReplayRequest): void {
    this.#options.access.check({ action: 'play', ...visitor })
  }

  /** A request of a player of HLS, where what it gets is counted; one without an id is nobody's. */
  #seen({ path, query, visitor }: ReplayRequest): (bytes: number) => void {
    const id = query.get('player')
    if (id === null || !PLAYER_ID.test(id)) return () => {}
    const { remote, agent, traceId } = visitor
    const info: ViewerInfo = { path, protocol: 'replay-hls', remote, agent, traceId }
    return this.#players.request(id, info)
  }

  /** The fragments, each in use while it is being sent. */
  async *#held(fragments: AsyncIterable<RecordedFragment>): AsyncGenerator<RecordedFragment, void> {
    for await (const fragment of fragments) {
      const release = this.#options.recordings.use([fragment.segment])
      try {
        yield fragment
      } finally {
        release()
      }
    }
  }

  #fragments(path: string, { fromMs, toMs, delayMs }: ReplayRange): Promise<RecordedFragment[]> {
    const edgeMs = this.#options.clock.nowMs() + 1 - (delayMs ?? 0)
    return this.#options.recordings.fragments(path, fromMs, Math.min(toMs ?? edgeMs, edgeMs))
  }

  /** Throws AppError NOT_FOUND, also for one of another stream. */
  #segment({ path }: ReplayRequest, id: string): SegmentRecord {
    const segment = this.#options.recordings.index.get(id)
    if (segment?.path === path) return segment
    throw new AppError('NOT_FOUND', { what: 'recording', id: id.slice(0, 64) })
  }
}

/** Files of finished recordings never change. */
const CACHED = 'private, max-age=86400, immutable'
/** What is written later than this belongs to another fragment. */
const EDGE_MS = 10_000

const PLAYER_ID = /^[0-9a-f-]{36}$/

/** How viewers of it are listed. */
function protocolOf(file: string, { headers }: IncomingMessage): string {
  if (file !== 'stream.flv') return 'replay-hls'
  return headers.upgrade === undefined ? 'replay-flv' : 'replay-ws-flv'
}

function isOpen(segment: SegmentRecord): boolean {
  return segment.state === 'open'
}

function nothing(path: string): AppError {
  return new AppError('NOT_FOUND', { what: 'recording', id: `${path} of this time` })
}
