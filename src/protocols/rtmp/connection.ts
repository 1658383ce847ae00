import type { Socket } from 'node:net'
import type { Clock, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { peerAddress } from '../../base/peer-address.ts'
import { newTraceId } from '../../base/trace-id.ts'
import { courtesyAnswers, publishStart, refusalCode } from './answers.ts'
import { Asking } from './asking.ts'
import { type Caller, parseCaller, targetOf } from './caller.ts'
import {
  type Command,
  connectResult,
  objectOf,
  onStatus,
  parseCommand,
  redirectConnect,
  redirectStream,
  type StatusCode,
  text,
} from './commands.ts'
import { ServerHandshake } from './handshake.ts'
import type { RtmpHost, RtmpRequest } from './host.ts'
import { MESSAGE, type RtmpMessage, USER_CONTROL, userControl } from './message.ts'
import { type CloseReason, MessageSocket } from './message-socket.ts'
import { overdue, type Patience } from './patience.ts'
import { Playing } from './playing.ts'
import { Publishing } from './publishing.ts'

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

export interface ConnectionOptions extends Patience {
  readonly protocol: 'rtmp' | 'rtmps'
  readonly host: RtmpHost
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  readonly chunkBytes: number
  readonly onClose: (connection: RtmpConnection, close: CloseReason) => void
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
  #publishing: Publishing | null = null
  #playing: Playing | null = null
  readonly #asking = new Asking()

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
    const late = overdue(this.#options, {
      state: this.#state,
      inStateMs: nowMs - this.#sinceMs,
      silentMs: nowMs - this.#socket.receivedAtMs,
      started: this.#publishing?.started ?? false,
    })
    if (late) this.#socket.close(errorText(new AppError('PEER_TIMEOUT', { ...late })), 'peer')
    else if (this.#playing && nowMs - this.#pingedAtMs >= PING_INTERVAL_MS) {
      this.#pingedAtMs = nowMs
      this.#socket.send(userControl(USER_CONTROL.pingRequest, Math.floor(nowMs)))
    }
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
    this.#asking.forget()
    const publishing = this.#publishing
    const playing = this.#playing
    this.#publishing = null
    this.#playing = null
    publishing?.end(reason)
    playing?.stop(reason)
  }

  #message(message: RtmpMessage): void {
    switch (message.type) {
      case MESSAGE.audio:
      case MESSAGE.video:
      case MESSAGE.aggregate:
      case MESSAGE.dataAmf0:
      case MESSAGE.dataAmf3:
        // Media outside of publishing is what was on the way when it ended.
        this.#publishing?.message(message)
        break
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
      case 'pause':
        this.#playing?.pause(call.args[0] === true)
        break
      case 'FCUnpublish':
      case 'closeStream':
      case 'deleteStream':
        this.#leave(call.name)
        break
    }
  }

  #connect(call: Command): void {
    const caller = parseCaller(call)
    const elsewhere = this.#options.host.elsewhere()
    if (elsewhere !== null) {
      this.#socket.send(redirectConnect(call.transactionId, `${elsewhere}/${caller.app}`))
      this.#socket.close('sent elsewhere')
      return
    }
    this.#caller = caller
    this.#socket.announce()
    this.#socket.send(connectResult(call.transactionId, call.object))
    this.#enter('idle')
  }

  #requestFor(stream: string): RtmpRequest {
    const caller = this.#caller
    if (!caller) throw new AppError('INTERNAL', { what: 'RTMP request without connect' })
    const { tcUrl, pageUrl, flashVer } = caller
    const { protocol } = this.#options
    const traceId = this.#traceId
    return { ...targetOf(caller, stream), protocol, remote: this.remote, tcUrl, pageUrl, flashVer, traceId }
  }

  #publish(stream: string): void {
    if (this.#state !== 'idle') {
      this.#refuse('NetStream.Publish.BadName', 'this connection is in use already')
      return
    }
    const ask = async () => this.#options.host.publish(this.#requestFor(stream), reason => this.#kicked(reason))
    this.#socket.hold() // media sent before the permission waits in the kernel
    this.#enter('asking')
    this.#asking.ask(ask, {
      accept: publication => {
        this.#publishing = new Publishing(publication, this.#socket, this.#log)
        this.#socket.expectMedia()
        this.#enter('publishing')
        this.#socket.send(...publishStart())
        this.#socket.release()
      },
      giveBack: publication => publication.end('the publisher left'),
      refuse: error => this.#refused('publish', error),
      fail: error => this.#socket.close(errorText(error), 'ours'),
    })
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
    const playing = new Playing(this.#socket, reason => this.#socket.close(reason))
    this.#playing = playing
    this.#enter('asking')
    this.#asking.ask(async () => this.#options.host.play(this.#requestFor(stream), playing.sink, playing.signal), {
      accept: viewer => {
        this.#enter('playing')
        playing.begin(viewer)
      },
      giveBack: viewer => viewer.close('the viewer left'),
      refuse: error => this.#refused('play', error),
      fail: error => this.#socket.close(errorText(error), 'ours'),
    })
  }

  #refused(action: 'publish' | 'play', error: unknown): void {
    if (error instanceof AppError && error.code === 'MOVED') {
      this.#socket.send(redirectStream(String(error.details['to'])))
      this.#socket.close('sent elsewhere')
      return
    }
    this.#refuse(refusalCode(action, error), this.#explain(action, error))
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
