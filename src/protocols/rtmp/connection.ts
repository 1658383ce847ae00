import type { Socket } from 'node:net'
import type { Clock, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { peerAddress } from '../../base/peer-address.ts'
import { newTraceId } from '../../base/trace-id.ts'
import { type AmfObject, encodeAmf0 } from '../../media/container/amf/amf0.ts'
import type { Publication } from '../../media/stream/publication.ts'
import { courtesyAnswers, refusalCode } from './answers.ts'
import { type Command, connectResult, objectOf, onStatus, parseCommand, type StatusCode, text } from './commands.ts'
import { RtmpSink } from './from-stream.ts'
import { ServerHandshake } from './handshake.ts'
import type { RtmpHost, RtmpRequest, RtmpViewer } from './host.ts'
import { CHUNK_STREAM, MESSAGE, MESSAGE_STREAM_ID, type RtmpMessage, USER_CONTROL, userControl } from './message.ts'
import { type CloseReason, MessageSocket } from './message-socket.ts'
import { ToStream } from './to-stream.ts'
import { parseStreamFields } from './url.ts'

/** Handshake and connect take two round trips; a peer that needs longer than this is none. */
const CONNECT_TIMEOUT_MS = 10_000
/** Viewers are asked whether they are there, so that cut connections show and firewalls keep the path open. */
const PING_INTERVAL_MS = 30_000

/**
 * handshake -> connecting   the handshake is done
 * connecting -> idle        connect was accepted
 * idle -> asking            publish or play wait for the host's permission
 * asking -> publishing | playing
 * publishing | playing -> idle   closeStream, deleteStream
 * any -> closed
 */
export type ConnectionState = 'handshake' | 'connecting' | 'idle' | 'asking' | 'publishing' | 'playing' | 'closed'

export interface ConnectionOptions {
  readonly protocol: 'rtmp' | 'rtmps'
  readonly host: RtmpHost
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  readonly chunkBytes: number
  /** How long a publisher may take to send media, and a client to publish or play. MS-035. */
  readonly firstPacketTimeoutMs: number
  /** How long a publisher may send nothing. MS-036. */
  readonly silenceTimeoutMs: number
  readonly onClose: (connection: RtmpConnection, close: CloseReason) => void
}

/** What connect told us; it counts for every stream of the connection. */
interface Caller {
  readonly app: string
  readonly tcUrl: string
  readonly pageUrl: string
  readonly flashVer: string
  readonly connectArguments: readonly string[]
}

/** One client of the server. It has one message stream, on which it publishes or plays. */
export class RtmpConnection {
  readonly remote: string
  readonly #traceId = newTraceId()
  readonly #options: ConnectionOptions
  readonly #socket: MessageSocket
  readonly #log: Log
  #state: ConnectionState = 'handshake'
  #sinceMs: number
  #pingedAtMs: number
  #caller: Caller | null = null
  #publication: Publication | null = null
  #toStream: ToStream | null = null
  #countedBytes = 0
  #viewer: RtmpViewer | null = null
  #sink: RtmpSink | null = null
  /** Tells the host that a viewer no longer waits. */
  #waiting: AbortController | null = null
  /** Changes with each request, so that a late answer of the host finds out that nobody waits. */
  #request = 0

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#options = options
    this.remote = peerAddress(socket)
    this.#log = options.log.child({ remote: this.remote, protocol: options.protocol, traceId: this.#traceId })
    this.#sinceMs = options.clock.monotonicMs()
    this.#pingedAtMs = this.#sinceMs
    this.#socket = new MessageSocket(socket, {
      handshake: new ServerHandshake(),
      chunkBytes: options.chunkBytes,
      clock: options.clock,
      timers: options.timers,
      events: {
        onOpen: () => this.#enter('connecting'),
        onMessage: message => this.#message(message),
        onClose: close => this.#closed(close),
      },
    })
  }

  get state(): ConnectionState {
    return this.#state
  }

  close(reason: string): void {
    this.#socket.close(reason)
  }

  /** Looks at the time; called by the server a few times a second. */
  tick(nowMs: number): void {
    const { firstPacketTimeoutMs, silenceTimeoutMs } = this.#options
    const inState = nowMs - this.#sinceMs
    switch (this.#state) {
      case 'handshake':
      case 'connecting':
        if (inState >= CONNECT_TIMEOUT_MS) this.#timeout(CONNECT_TIMEOUT_MS, 'connect')
        break
      case 'idle':
        if (inState >= firstPacketTimeoutMs) this.#timeout(firstPacketTimeoutMs, 'publish or play')
        break
      case 'publishing':
        if (this.#toStream?.started) {
          if (nowMs - this.#socket.receivedAtMs >= silenceTimeoutMs) this.#timeout(silenceTimeoutMs, 'media')
        } else if (inState >= firstPacketTimeoutMs) this.#timeout(firstPacketTimeoutMs, 'the first media')
        break
      case 'asking':
      case 'playing':
        if (nowMs - this.#pingedAtMs >= PING_INTERVAL_MS) {
          this.#pingedAtMs = nowMs
          this.#socket.send(userControl(USER_CONTROL.pingRequest, Math.floor(nowMs)))
        }
        break
    }
  }

  #timeout(ms: number, what: string): void {
    this.#socket.close(errorText(new AppError('PEER_TIMEOUT', { ms, what })), 'peer')
  }

  #enter(state: ConnectionState): void {
    this.#state = state
    this.#sinceMs = this.#options.clock.monotonicMs()
  }

  #closed(close: CloseReason): void {
    const { state } = this
    this.#stop(close.reason)
    this.#enter('closed')
    const fields = { reason: close.reason, state, bytesIn: this.#socket.bytesIn, bytesOut: this.#socket.bytesOut }
    if (close.fault === 'ours') this.#log.error('rtmp connection closed', fields)
    // What never got as far as connect is port scanners and garbage: the server counts them.
    else if (state === 'handshake' || state === 'connecting') this.#log.debug('rtmp connection closed', fields)
    else this.#log.info('rtmp connection closed', fields)
    this.#options.onClose(this, close)
  }

  /** Ends publishing or playing, or the wait for them. */
  #stop(reason: string): void {
    this.#request++
    const publication = this.#publication
    const viewer = this.#viewer
    this.#publication = null
    this.#toStream = null
    this.#viewer = null
    this.#sink = null
    this.#waiting?.abort()
    this.#waiting = null
    publication?.end(reason)
    viewer?.close(reason)
  }

  #message(message: RtmpMessage): void {
    switch (message.type) {
      case MESSAGE.audio:
      case MESSAGE.video:
      case MESSAGE.aggregate:
      case MESSAGE.dataAmf0:
      case MESSAGE.dataAmf3: {
        // Media outside of publishing is what was on the way when it ended.
        this.#publication?.countBytes(this.#socket.bytesIn - this.#countedBytes)
        this.#countedBytes = this.#socket.bytesIn
        this.#toStream?.message(message)
        break
      }
      case MESSAGE.commandAmf0:
      case MESSAGE.commandAmf3: {
        const call = parseCommand(message)
        if (call) this.#command(call)
        break
      }
    }
  }

  #command(call: Command): void {
    if (this.#state === 'connecting') {
      if (call.name === 'connect') this.#connect(call)
      else this.#log.debug('command before connect', { command: call.name.slice(0, 64) })
      return
    }
    const answers = courtesyAnswers(call)
    if (answers.length > 0) this.#socket.send(...answers)
    switch (call.name) {
      case 'publish':
        this.#publish(text(call.args[0]))
        break
      case 'play':
        this.#play(text(call.args[0]))
        break
      case 'play2':
        this.#play(text(objectOf(call.args[0])['streamName']))
        break
      case 'FCUnpublish':
      case 'closeStream':
      case 'deleteStream':
        this.#leave(call.name)
        break
    }
  }

  #connect(call: Command): void {
    const { object } = call
    this.#caller = {
      app: text(object['app']),
      tcUrl: text(object['tcUrl']),
      pageUrl: text(object['pageUrl']),
      flashVer: text(object['flashVer']) || encoderName(object),
      connectArguments: call.args.flatMap(value => (typeof value === 'string' ? [value] : [])),
    }
    this.#socket.announce()
    this.#socket.send(connectResult(call.transactionId, object))
    this.#enter('idle')
  }

  #requestFor(stream: string): RtmpRequest {
    const caller = this.#caller
    if (!caller) throw new AppError('INTERNAL', { what: 'RTMP request without connect' })
    const { tcUrl, pageUrl, flashVer } = caller
    const target = parseStreamFields({ ...caller, stream })
    return {
      ...target,
      protocol: this.#options.protocol,
      remote: this.remote,
      tcUrl,
      pageUrl,
      flashVer,
      traceId: this.#traceId,
    }
  }

  #publish(stream: string): void {
    if (this.#state !== 'idle') {
      this.#refuse('NetStream.Publish.BadName', 'this connection is in use already')
      return
    }
    const ask = async () => this.#options.host.publish(this.#requestFor(stream), reason => this.#kicked(reason))
    this.#socket.hold() // media sent before the permission waits in the kernel
    this.#ask(
      ask,
      publication => {
        this.#publication = publication
        this.#toStream = new ToStream(publication, codec => this.#log.warn('codec is not carried', { codec }))
        this.#countedBytes = this.#socket.bytesIn
        this.#socket.expectMedia()
        this.#enter('publishing')
        this.#socket.send(
          userControl(USER_CONTROL.streamBegin, MESSAGE_STREAM_ID),
          onStatus('status', 'NetStream.Publish.Start', 'Publishing.'),
        )
        this.#socket.release()
      },
      publication => publication.end('the publisher left'),
      error => this.#refuse(refusalCode('publish', error), this.#explain('publish', error)),
    )
  }

  #kicked(reason: string): void {
    if (this.#state !== 'publishing') return
    this.#socket.send(onStatus('error', 'NetStream.Publish.Failed', reason))
    this.#socket.close(reason)
  }

  #play(stream: string): void {
    if (this.#state !== 'idle') {
      this.#refuse('NetStream.Play.Failed', 'this connection is in use already')
      return
    }
    const sink: RtmpSink = new RtmpSink(
      this.#socket,
      () => this.#tellPlaying(),
      reason => {
        if (this.#sink === sink) this.#streamEnded(reason)
      },
    )
    this.#sink = sink
    const waiting = new AbortController()
    this.#waiting = waiting
    this.#ask(
      async () => this.#options.host.play(this.#requestFor(stream), sink, waiting.signal),
      viewer => {
        this.#waiting = null
        this.#viewer = viewer
        this.#enter('playing')
        sink.start()
      },
      viewer => viewer.close('the viewer left'),
      error => this.#refuse(refusalCode('play', error), this.#explain('play', error)),
    )
  }

  #tellPlaying(): void {
    this.#socket.send(
      userControl(USER_CONTROL.streamBegin, MESSAGE_STREAM_ID),
      onStatus('status', 'NetStream.Play.Reset', 'Playing and resetting.'),
      onStatus('status', 'NetStream.Play.Start', 'Playing.'),
      {
        type: MESSAGE.dataAmf0,
        timestamp: 0,
        streamId: MESSAGE_STREAM_ID,
        chunkStreamId: CHUNK_STREAM.data,
        payload: encodeAmf0('|RtmpSampleAccess', true, true),
      },
    )
  }

  #streamEnded(reason: string): void {
    this.#viewer = null // the host let go of it already
    this.#socket.send(
      onStatus('status', 'NetStream.Play.UnpublishNotify', reason),
      userControl(USER_CONTROL.streamEof, MESSAGE_STREAM_ID),
      onStatus('status', 'NetStream.Play.Stop', reason),
    )
    this.#socket.close(reason)
  }

  /** Asks the host; an answer that comes after the peer left is given back. */
  #ask<T>(
    ask: () => Promise<T>,
    accept: (value: T) => void,
    giveBack: (value: T) => void,
    refuse: (error: unknown) => void,
  ): void {
    const request = ++this.#request
    this.#enter('asking')
    ask()
      .then(
        value => (request === this.#request ? accept(value) : giveBack(value)),
        error => {
          if (request === this.#request) refuse(error)
        },
      )
      .catch(error => this.#socket.close(errorText(error), 'ours'))
  }

  /** For the peer; what went wrong with us stays in the log. */
  #explain(what: string, error: unknown): string {
    if (error instanceof AppError) return errorText(error)
    this.#log.error('rtmp request failed', { what, error: errorText(error) })
    return errorText(new AppError('INTERNAL', { what }))
  }

  #refuse(code: StatusCode, description: string): void {
    this.#log.info('refused', { code, description })
    this.#socket.send(onStatus('error', code, description))
    this.#socket.close(`refused: ${description}`)
  }

  #leave(reason: string): void {
    if (this.#state !== 'publishing' && this.#state !== 'playing' && this.#state !== 'asking') return
    const wasPublishing = this.#state === 'publishing'
    this.#stop(reason)
    this.#enter('idle')
    if (wasPublishing)
      this.#socket.send(onStatus('status', 'NetStream.Unpublish.Success', 'Stream is now unpublished.'))
  }
}

/** Encoders that send no flashVer may name themselves elsewhere. */
function encoderName(object: AmfObject): string {
  return text(object['encoder']) || text(object['swfUrl'])
}
