import type { Log } from '../../base/log.ts'
import type { Publication } from '../../media/stream/publication.ts'
import type { RtmpMessage } from './message.ts'
import type { MessageSocket } from './message-socket.ts'
import { ToStream } from './to-stream.ts'

/** A publisher's media on their way from the socket into the hub. */
export class Publishing {
  readonly #publication: Publication
  readonly #socket: MessageSocket
  readonly #toStream: ToStream
  #countedBytes: number

  constructor(publication: Publication, socket: MessageSocket, log: Log) {
    this.#publication = publication
    this.#socket = socket
    this.#toStream = new ToStream(publication, codec => log.warn('codec is not carried', { codec }))
    this.#countedBytes = socket.bytesIn
  }

  /** Whether any media came. */
  get started(): boolean {
    return this.#toStream.started
  }

  message(message: RtmpMessage): void {
    this.#publication.countBytes(this.#socket.bytesIn - this.#countedBytes)
    this.#countedBytes = this.#socket.bytesIn
    this.#toStream.message(message)
  }

  end(reason: string): void {
    this.#publication.end(reason)
  }
}
