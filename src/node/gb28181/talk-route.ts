import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { MediaRoute } from '../media-server.ts'
import type { GbTalk, TalkSource } from './gb-talk.ts'
import type { GbTalks } from './gb-talks.ts'

const ROUTE = /^\/talk\/(tk_[0-9a-z]{20})$/
/** Half a second of samples; messages are meant to have 20 to 40 ms. */
const MAX_MESSAGE_BYTES = 4096
/** The token is the first message. */
const TOKEN_TIMEOUT_MS = 5000
/** Not taken by a slow browser: two seconds of voice, then it is left out. */
const MAX_BUFFERED_BYTES = 16_000
/** RFC 6455 §7.4: normal; ours for refusals. */
const CLOSE_NORMAL = 1000
const CLOSE_REFUSED = 4403
/** Reasons of a close frame have 123 bytes at most, RFC 6455 §5.5. */
const MAX_REASON = 100

/**
 * `/talk/tk_x`: a microphone by WebSocket. The token is in the query (`?token=`) or the first message, as text; then
 * binary messages are A-law of 8 kHz, both ways.
 */
export class TalkRoute implements MediaRoute {
  readonly #talks: () => GbTalks | null
  readonly #timers: Timers
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    clientTracking: false,
  })

  constructor(talks: () => GbTalks | null, timers: Timers) {
    this.#talks = talks
    this.#timers = timers
  }

  matches(pathname: string): boolean {
    return ROUTE.test(pathname)
  }

  /** Only WebSocket. Throws AppError INVALID. */
  async handle(): Promise<void> {
    throw new AppError('INVALID', { field: 'upgrade', reason: 'a WebSocket is needed here' })
  }

  /** Throws AppError NOT_FOUND, before the upgrade. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void> {
    const talks = this.#talks()
    const id = ROUTE.exec(url.pathname)?.[1] ?? ''
    if (!talks) throw new AppError('NOT_FOUND', { what: 'talk', id })
    talks.check(id)
    this.#webSockets.handleUpgrade(request, socket, head, webSocket => {
      webSocket.on('error', () => webSocket.terminate())
      this.#serve(webSocket, talks, id, url.searchParams.get('token'))
    })
  }

  #serve(webSocket: WebSocket, talks: GbTalks, id: string, token: string | null): void {
    let talk: GbTalk | null = null
    const late = this.#timers.after(TOKEN_TIMEOUT_MS, () => webSocket.close(CLOSE_REFUSED, 'no token came'))
    const enter = (shown: string) => {
      late.cancel()
      try {
        talk = talks.attach(id, shown, sourceOf(webSocket))
        webSocket.send(JSON.stringify({ type: 'ready', transport: talk.view().transport }))
      } catch (error) {
        webSocket.close(CLOSE_REFUSED, error instanceof AppError ? error.message.slice(0, MAX_REASON) : 'failed')
      }
    }
    webSocket.on('message', (data: RawData, binary: boolean) => {
      if (!Buffer.isBuffer(data)) return // the type of messages is left as it is: buffers
      if (talk && binary) talk.push(data)
      else if (!talk && !binary) enter(data.toString())
    })
    webSocket.once('close', () => {
      late.cancel()
      talk?.end('who spoke has gone')
    })
    if (token !== null) enter(token)
  }
}

function sourceOf(webSocket: WebSocket): TalkSource {
  return {
    send: samples => {
      if (webSocket.bufferedAmount < MAX_BUFFERED_BYTES) webSocket.send(samples)
    },
    close: reason => webSocket.close(CLOSE_NORMAL, reason.slice(0, MAX_REASON)),
  }
}
