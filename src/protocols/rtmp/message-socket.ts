import type { Socket } from 'node:net'
import { u32be } from '../../base/bytes.ts'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText, type Fault } from '../../base/errors.ts'
import { ChunkReader } from './chunk-reader.ts'
import { writeMessage } from './chunk-writer.ts'
import type { HandshakeStep } from './handshake.ts'
import {
  acknowledgement,
  MESSAGE,
  parseUserControl,
  type RtmpMessage,
  setChunkSize,
  setPeerBandwidth,
  USER_CONTROL,
  userControl,
  windowAckSize,
} from './message.ts'

/** Largest message of a peer that may not send media (yet): commands take some hundred bytes, metadata some thousand. */
const MAX_COMMAND_BYTES = 64 * 1024
/** Until the peer announces a window, and what we announce: usual among servers. */
const ACK_WINDOW_BYTES = 2_500_000
const DEFAULT_CHUNK_BYTES = 128
/** What may wait for a publisher's permission: reading stops, so it is what one read brought. */
const MAX_HELD_MESSAGES = 4096
/** A peer that does not take our last words within this time does not get them. */
const FLUSH_MS = 2000

export interface CloseReason {
  readonly reason: string
  /** Whose doing it was; null for an orderly end. */
  readonly fault: Fault | null
}

export interface MessageSocketEvents {
  /** The handshake is done. */
  onOpen(): void
  /** Every message that is not dealt with here; of user control that is Stream EOF. Its AppErrors close the connection. */
  onMessage(message: RtmpMessage): void
  /** Once, whoever closed. Nothing follows. */
  onClose(close: CloseReason): void
}

interface Handshake {
  push(input: Uint8Array): HandshakeStep
}

export interface MessageSocketOptions {
  readonly handshake: Handshake
  /** Chunk size we announce, bytes. */
  readonly chunkBytes: number
  readonly clock: Clock
  readonly timers: Timers
  readonly events: MessageSocketEvents
}

/**
 * Messages over a socket, the same for server and client: handshake, chunks, acknowledgements and pings both ways.
 * Everything a peer can do wrong ends in one `onClose`.
 */
export class MessageSocket {
  /** Bytes received, with handshake and headers. */
  bytesIn = 0
  /** Monotonic milliseconds of the last read. */
  receivedAtMs: number
  readonly #socket: Socket
  readonly #options: MessageSocketOptions
  readonly #reader: ChunkReader
  #handshake: Handshake | null
  #writeChunkBytes = DEFAULT_CHUNK_BYTES
  #peerWindowBytes = ACK_WINDOW_BYTES
  #acknowledged = 0
  #held: RtmpMessage[] | null = null
  #closed = false
  #flushTimer: Timer | null = null

  constructor(socket: Socket, options: MessageSocketOptions) {
    this.#socket = socket
    this.#options = options
    this.#handshake = options.handshake
    this.#reader = new ChunkReader(message => this.#receive(message), MAX_COMMAND_BYTES)
    this.receivedAtMs = options.clock.monotonicMs()
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('error', (error: Error) => this.#finish({ reason: error.message, fault: 'environment' }))
    socket.on('end', () => this.close('the peer closed the connection'))
    socket.on('close', () => {
      this.#flushTimer?.cancel()
      this.#finish({ reason: 'the connection was cut', fault: 'environment' })
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Bytes written by us and not yet taken by the kernel. */
  get pendingBytes(): number {
    return this.#socket.writableLength
  }

  get bytesOut(): number {
    return this.#socket.bytesWritten
  }

  /** The peer may send media from now on; before, a message of media's size closes the connection. */
  expectMedia(): void {
    this.#reader.expectMedia()
  }

  /** Handshake bytes and others that are no message. */
  sendRaw(bytes: Uint8Array): void {
    if (!this.#closed && bytes.length > 0) this.#socket.write(bytes)
  }

  send(...messages: RtmpMessage[]): void {
    if (this.#closed) return
    const parts = messages.flatMap(message => writeMessage(message, [message.payload], this.#writeChunkBytes))
    this.#socket.write(Buffer.concat(parts))
  }

  /** Tells the peer our window and chunk size; what follows uses the latter. */
  announce(): void {
    const { chunkBytes } = this.#options
    this.send(windowAckSize(ACK_WINDOW_BYTES), setPeerBandwidth(ACK_WINDOW_BYTES))
    this.useChunks(chunkBytes)
  }

  /** Tells the peer another size of our chunks; what follows uses it. */
  useChunks(bytes: number): void {
    if (bytes === this.#writeChunkBytes) return
    this.send(setChunkSize(bytes))
    this.#writeChunkBytes = bytes
  }

  /** Chunks that were made once for many viewers, of the size told last. Not copied. */
  writeShared(bytes: Uint8Array): void {
    if (!this.#closed) this.#socket.write(bytes)
  }

  /** Stops reading; messages already read wait for `release`. */
  hold(): void {
    this.#held ??= []
    this.#socket.pause()
  }

  release(): void {
    const held = this.#held
    this.#held = null
    this.#guard(() => {
      for (const [index, message] of held?.entries() ?? []) {
        if (this.#held) {
          // The message before asked to hold again.
          ;(this.#held as RtmpMessage[]).push(...(held?.slice(index) ?? []))
          return
        }
        if (!this.#closed) this.#options.events.onMessage(message)
      }
    })
    if (!this.#held && !this.#closed) this.#socket.resume()
  }

  /** Sends what is written, then closes; FLUSH_MS later at the latest. `fault` null: an orderly end. */
  close(reason: string, fault: Fault | null = null): void {
    if (this.#closed) return
    this.#finish({ reason, fault })
    if (this.#socket.destroyed) return
    // Destroying a socket with unread bytes resets it, and the peer may lose our last words: end it, and read on.
    this.#socket.end()
    this.#socket.resume()
    this.#flushTimer = this.#options.timers.after(FLUSH_MS, () => this.#socket.destroy())
  }

  #finish(close: CloseReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#held = null
    this.#options.events.onClose(close)
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.close(errorText(error), error instanceof AppError ? error.fault : 'ours')
    }
  }

  #read(bytes: Buffer): void {
    if (this.#closed) return
    this.bytesIn += bytes.length
    this.receivedAtMs = this.#options.clock.monotonicMs()
    this.#guard(() => {
      if (this.#handshake) this.#shake(this.#handshake, bytes)
      else this.#reader.push(bytes)
      if (this.bytesIn - this.#acknowledged >= this.#peerWindowBytes) {
        this.#acknowledged = this.bytesIn
        this.send(acknowledgement(this.bytesIn))
      }
    })
  }

  #shake(handshake: Handshake, bytes: Uint8Array): void {
    const step = handshake.push(bytes)
    this.sendRaw(step.reply)
    if (!step.done) return
    this.#handshake = null
    this.#options.events.onOpen()
    this.#reader.push(step.rest)
  }

  #receive(message: RtmpMessage): void {
    if (this.#closed) return
    switch (message.type) {
      case MESSAGE.setChunkSize:
      case MESSAGE.abort:
      case MESSAGE.acknowledgement:
      case MESSAGE.setPeerBandwidth:
        // The reader obeyed the first two. How fast we send is the broadcast's decision, by what the socket takes.
        return
      case MESSAGE.windowAckSize:
        // A window of zero would ask for an acknowledgement of every read.
        if (message.payload.length >= 4) this.#peerWindowBytes = Math.max(1024, u32be(message.payload, 0))
        return
      case MESSAGE.userControl: {
        const event = parseUserControl(message.payload)
        if (event?.event === USER_CONTROL.streamEof) break // a player's business
        if (event?.event === USER_CONTROL.pingRequest) this.send(userControl(USER_CONTROL.pingResponse, event.value))
        return
      }
    }
    if (this.#held === null) {
      this.#options.events.onMessage(message)
      return
    }
    if (this.#held.length >= MAX_HELD_MESSAGES) {
      throw new AppError('LIMIT_EXCEEDED', {
        what: 'messages sent before the permission',
        size: this.#held.length + 1,
        limit: MAX_HELD_MESSAGES,
      })
    }
    this.#held.push(message)
  }
}
