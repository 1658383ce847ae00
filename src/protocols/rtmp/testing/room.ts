import { connect, type Socket } from 'node:net'
import { type Clock, systemClock, systemTimers, type Timers } from '../../../base/clock.ts'
import type { Log, LogFields } from '../../../base/log.ts'
import type { Frame } from '../../../media/stream/frame.ts'
import type { Track } from '../../../media/stream/track.ts'
import type { RtmpClientOptions } from '../client.ts'
import { playRtmp, type RtmpPlayer } from '../client-player.ts'
import { publishRtmp, type RtmpPublication } from '../client-publication.ts'
import { ClientHandshake } from '../handshake.ts'
import type { RtmpMessage } from '../message.ts'
import { MessageSocket } from '../message-socket.ts'
import { RtmpServer, type RtmpServerOptions } from '../server.ts'
import { MemoryHost } from './memory-host.ts'

const CHUNK_BYTES = 60_000

interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: LogFields
}

/** What a player got. */
interface Received {
  readonly tracks: Track[]
  readonly frames: Frame[]
  bytes: number
  ended: string | null
  player: RtmpPlayer
}

/** A server on a free port with a host in memory, and clients for it. */
export class RtmpRoom {
  readonly host = new MemoryHost(CHUNK_BYTES)
  readonly lines: LogLine[] = []
  readonly server: RtmpServer
  readonly #sockets: Socket[] = []
  port = 0

  constructor(options: Partial<RtmpServerOptions> = {}, time: Clock & Timers = { ...systemClock, ...systemTimers }) {
    this.server = new RtmpServer({
      host: this.host,
      log: this.#log(),
      clock: time,
      timers: time,
      chunkBytes: CHUNK_BYTES,
      firstPacketTimeoutMs: 20_000,
      silenceTimeoutMs: 5000,
      maxConnections: 1000,
      noDelay: true,
      ...options,
    })
  }

  static async open(options: Partial<RtmpServerOptions> = {}, time?: Clock & Timers): Promise<RtmpRoom> {
    const room = new RtmpRoom(options, time)
    room.port = await room.server.listen({ host: '127.0.0.1', port: 0 })
    return room
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await this.server.close()
  }

  url(path: string): string {
    return `rtmp://127.0.0.1:${this.port}/${path}`
  }

  publish(path: string, onEnd: (reason: string) => void = () => {}): Promise<RtmpPublication> {
    return publishRtmp(this.url(path), { clock: systemClock, timers: systemTimers, onEnd })
  }

  play(path: string): Promise<Received> {
    return receive(this.url(path))
  }

  /** A plain TCP connection. */
  connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: this.port }, () => resolve(socket))
      socket.once('error', reject)
      this.#sockets.push(socket)
    })
  }

  /** A client that is done with the handshake and sends what a test wants. */
  async raw(): Promise<RawClient> {
    const socket = await this.connect()
    socket.removeAllListeners('error')
    return new Promise(resolve => {
      const messages: RtmpMessage[] = []
      const raw: RawClient = { messages, closed: null, socket, send: (...m) => wire.send(...m) }
      const handshake = new ClientHandshake()
      const wire = new MessageSocket(socket, {
        handshake,
        chunkBytes: 4096,
        clock: systemClock,
        timers: systemTimers,
        events: {
          onOpen: () => resolve(raw),
          onMessage: message => messages.push(message),
          onClose: close => {
            raw.closed = close.reason
          },
        },
      })
      wire.sendRaw(handshake.hello)
    })
  }

  closedLines(): LogLine[] {
    return this.lines.filter(line => line.message === 'rtmp connection closed')
  }

  #log(): Log {
    const add =
      (level: string) =>
      (message: string, fields: LogFields = {}) => {
        this.lines.push({ level, message, fields })
      }
    const log: Log = {
      debug: add('debug'),
      info: add('info'),
      warn: add('warn'),
      error: add('error'),
      child: () => log,
    }
    return log
  }
}

interface RawClient {
  readonly messages: RtmpMessage[]
  readonly socket: Socket
  closed: string | null
  send(...messages: RtmpMessage[]): void
}

/** Plays any RTMP URL into lists. */
export async function receive(url: string, options: Partial<RtmpClientOptions> = {}): Promise<Received> {
  const received = { tracks: [] as Track[], frames: [] as Frame[], bytes: 0, ended: null as string | null }
  const player = await playRtmp(url, {
    clock: systemClock,
    timers: systemTimers,
    ...options,
    publication: {
      setTrack: track => received.tracks.push(track),
      write: frame => received.frames.push(frame),
      countBytes: bytes => {
        received.bytes += bytes
      },
      end: reason => {
        received.ended = reason
      },
    },
  })
  return Object.assign(received, { player })
}
