import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { AmfObject, AmfValue } from '../../media/container/amf/amf0.ts'
import { type Command, command, ENHANCED, objectOf, parseCommand, streamCommand, text } from './commands.ts'
import { ClientHandshake } from './handshake.ts'
import { MESSAGE, type RtmpMessage } from './message.ts'
import { type CloseReason, MessageSocket } from './message-socket.ts'
import { parseRtmpUrl, type RtmpUrl } from './url.ts'

/** From the first packet to the permission to publish or play. */
const START_TIMEOUT_MS = 10_000
const DEFAULT_CHUNK_BYTES = 60_000

export interface RtmpClientOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Chunk size of what we send, bytes; 60 000. */
  readonly chunkBytes?: number
  /** RTMPS: PEM of the authorities to trust instead of the system's. */
  readonly ca?: string
  /** RTMPS: false accepts any certificate. */
  readonly verifyCertificate?: boolean
}

export interface RtmpClientEvents {
  /** Media, aggregate and data messages. Its AppErrors close the connection. */
  onMedia(message: RtmpMessage): void
  /** Once, after the start; a failure before rejects `openRtmpClient` instead. */
  onClose(close: CloseReason): void
}

interface Pending {
  readonly resolve: (information: AmfValue) => void
  readonly reject: (error: AppError) => void
}

/** What waits for onStatus, which has no transaction id. */
const STATUS = -1

/** A connection that has been told it may publish or play. */
export class RtmpClient {
  readonly url: RtmpUrl
  readonly chunkBytes: number
  readonly #socket: MessageSocket
  readonly #events: RtmpClientEvents
  readonly #pending = new Map<number, Pending>()
  #transactionId = 0
  #started = false
  #opened: Pending | null = null

  constructor(socket: Socket, url: RtmpUrl, options: RtmpClientOptions, events: RtmpClientEvents) {
    this.url = url
    this.chunkBytes = options.chunkBytes ?? DEFAULT_CHUNK_BYTES
    this.#events = events
    const handshake = new ClientHandshake()
    this.#socket = new MessageSocket(socket, {
      handshake,
      chunkBytes: this.chunkBytes,
      clock: options.clock,
      timers: options.timers,
      events: {
        onOpen: () => this.#opened?.resolve(null),
        onMessage: message => this.#message(message),
        onClose: close => this.#closed(close),
      },
    })
    this.#socket.sendRaw(handshake.hello)
  }

  get closed(): boolean {
    return this.#socket.closed
  }

  /** Bytes written and not yet taken by the kernel. */
  get pendingBytes(): number {
    return this.#socket.pendingBytes
  }

  /** Monotonic milliseconds of the last read. */
  get receivedAtMs(): number {
    return this.#socket.receivedAtMs
  }

  get bytesIn(): number {
    return this.#socket.bytesIn
  }

  /** connect, createStream, then publish or play. Rejects with PEER_REFUSED. */
  async start(action: 'publish' | 'play'): Promise<void> {
    await this.#wait(pending => {
      this.#opened = pending
    })
    this.#socket.expectMedia()
    this.#socket.announce()
    await this.#call('connect', connectObject(this.url, action))
    const name = this.url.stream
    if (action === 'publish') {
      // Nobody waits for these two, but servers modelled on FMS expect them before publish.
      this.#socket.send(command('releaseStream', ++this.#transactionId, null, name))
      this.#socket.send(command('FCPublish', ++this.#transactionId, null, name))
    }
    await this.#call('createStream', null)
    await this.#wait(pending => {
      this.#pending.set(STATUS, pending)
      const values = action === 'publish' ? [name, 'live'] : [name, -2] // -2: live, or else recorded
      this.#socket.send(streamCommand(action, ++this.#transactionId, null, ...values))
    })
    if (this.closed) throw this.#refused('the connection was closed at once')
    this.#started = true
  }

  /** Chunks made with `chunkBytes`. */
  write(bytes: Uint8Array): void {
    this.#socket.writeShared(bytes)
  }

  send(...messages: RtmpMessage[]): void {
    this.#socket.send(...messages)
  }

  /** Says goodbye as encoders do, then closes. */
  close(reason: string, fault: CloseReason['fault'] = null): void {
    if (this.#started && !this.closed) this.#socket.send(command('deleteStream', ++this.#transactionId, null, 1))
    this.#socket.close(reason, fault)
  }

  #call(name: string, object: AmfObject | null): Promise<AmfValue> {
    const transactionId = ++this.#transactionId
    return this.#wait(pending => {
      this.#pending.set(transactionId, pending)
      this.#socket.send(command(name, transactionId, object))
    })
  }

  #wait(begin: (pending: Pending) => void): Promise<AmfValue> {
    if (this.closed) return Promise.reject(this.#refused('the connection is closed'))
    return new Promise((resolve, reject) => begin({ resolve, reject }))
  }

  #message(message: RtmpMessage): void {
    switch (message.type) {
      case MESSAGE.commandAmf0:
      case MESSAGE.commandAmf3: {
        const call = parseCommand(message)
        if (call) this.#command(call)
        break
      }
      case MESSAGE.userControl:
        // nginx-rtmp says by nothing else that the publisher left.
        if (this.#started) this.#socket.close('the stream ended')
        break
      case MESSAGE.audio:
      case MESSAGE.video:
      case MESSAGE.aggregate:
        this.#settle(STATUS, null) // servers exist that send media without saying that it starts
        this.#events.onMedia(message)
        break
    }
  }

  #command(call: Command): void {
    if (call.name === '_result') {
      this.#settle(call.transactionId, call.args[0])
    } else if (call.name === '_error') {
      const pending = this.#pending.get(call.transactionId)
      this.#pending.delete(call.transactionId)
      pending?.reject(this.#refused(describe(objectOf(call.args[0]))))
    } else if (call.name === 'onStatus') {
      this.#status(objectOf(call.args[0]))
    }
  }

  #status(information: AmfObject): void {
    const code = text(information['code'])
    if (information['level'] === 'error') {
      this.#socket.close(describe(information), 'peer')
    } else if (/^NetStream\.(Publish\.Start|Play\.Start)$/.test(code)) {
      this.#settle(STATUS, information)
    } else if (/^NetStream\.(Play\.(Stop|UnpublishNotify|Complete)|Unpublish\.Success)$/.test(code) && this.#started) {
      this.#socket.close(describe(information))
    }
  }

  #settle(key: number, information: AmfValue): void {
    const pending = this.#pending.get(key)
    this.#pending.delete(key)
    pending?.resolve(information)
  }

  #closed(close: CloseReason): void {
    const error = this.#refused(close.reason)
    this.#opened?.reject(error)
    for (const pending of this.#pending.values()) pending.reject(error)
    this.#pending.clear()
    if (this.#started) this.#events.onClose(close)
  }

  #refused(reason: string): AppError {
    return new AppError('PEER_REFUSED', { peer: `${this.url.host}:${this.url.port}`, reason })
  }
}

/**
 * Opens a connection to an `rtmp://` or `rtmps://` URL and gets the permission to publish or play.
 * Throws AppError INVALID for the URL, PEER_TIMEOUT, and PEER_REFUSED for everything the other side or the way to
 * it refuses.
 */
export async function openRtmpClient(
  action: 'publish' | 'play',
  rtmpUrl: string,
  options: RtmpClientOptions,
  events: RtmpClientEvents,
): Promise<RtmpClient> {
  const url = parseRtmpUrl(rtmpUrl)
  const client = new RtmpClient(openSocket(url, options), url, options, events)
  let timer: Timer | null = null
  const timeout = new Promise<never>((_, reject) => {
    timer = options.timers.after(START_TIMEOUT_MS, () =>
      reject(new AppError('PEER_TIMEOUT', { ms: START_TIMEOUT_MS, what: `permission to ${action}` })),
    )
  })
  try {
    await Promise.race([client.start(action), timeout])
    return client
  } catch (error) {
    client.close(errorText(error))
    throw error
  } finally {
    ;(timer as Timer | null)?.cancel()
  }
}

function openSocket(url: RtmpUrl, options: RtmpClientOptions): Socket {
  const { host, port } = url
  if (!url.tls) return connectTcp({ host, port, noDelay: true })
  const socket = connectTls({
    host,
    port,
    ...(/[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {}),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    rejectUnauthorized: options.verifyCertificate ?? true,
  })
  socket.setNoDelay(true)
  return socket
}

function connectObject(url: RtmpUrl, action: 'publish' | 'play'): AmfObject {
  const { app, tcUrl } = url
  if (action === 'publish') {
    return { app, type: 'nonprivate', flashVer: 'FMLE/3.0 (compatible; Sightline)', tcUrl, ...ENHANCED }
  }
  // Codec masks as Flash Player sends them: everything.
  const codecs = { audioCodecs: 4071, videoCodecs: 252, videoFunction: 1 }
  return { app, flashVer: 'LNX 9,0,124,2', tcUrl, fpad: false, capabilities: 239, ...codecs, ...ENHANCED }
}

function describe(information: AmfObject): string {
  const code = text(information['code'])
  const description = text(information['description'])
  return [code, description].filter(part => part !== '').join(': ') || 'no reason given'
}
