import { AppError } from '../../base/errors.ts'
import { MAX_BODY_BYTES, type ParsedHead, type ParsedMessage, parseHead, skipEmptyLines } from './parser.ts'

const CRLF_BYTES = 2
/** RFC 5626 §3.5.1: two line ends ask for one. */
const PING_BYTES = 2 * CRLF_BYTES

export interface FramerEvents {
  /** One message; `raw` is all of its bytes. */
  onMessage(parsed: ParsedMessage, raw: Buffer): void
  /** The double CRLF of a peer that wants to know whether we are there. */
  onPing(): void
}

/**
 * Cuts a byte stream into messages by Content-Length. RFC 3261 §18.3. A message without it has no body: some devices
 * leave it out where there is none.
 */
export class StreamFramer {
  readonly #events: FramerEvents
  #chunks: Buffer[] = []
  #bufferedBytes = 0
  /** Nothing can be done before so many bytes are there. */
  #neededBytes = 1
  #head: ParsedHead | null = null
  #blankBytes = 0

  constructor(events: FramerEvents) {
    this.#events = events
  }

  /** Bytes kept of an unfinished message. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /**
   * Throws AppError BYTES_INVALID or LIMIT_EXCEEDED when the stream is no SIP, or where its next message begins is not
   * known: it cannot be read on.
   */
  push(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#bufferedBytes += bytes.length
    if (this.#bufferedBytes < this.#neededBytes) return
    let rest = this.#chunks.length === 1 ? bytes : Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#bufferedBytes = 0
    this.#neededBytes = 1
    while (rest.length > 0) {
      const used = this.#take(rest)
      if (used === 0) {
        this.#chunks = [rest]
        this.#bufferedBytes = rest.length
        return
      }
      rest = rest.subarray(used)
    }
  }

  /** Bytes dealt with; 0 when more are needed. */
  #take(bytes: Buffer): number {
    if (!this.#head) {
      const blank = skipEmptyLines(bytes)
      if (blank > 0) {
        this.#blankBytes += blank
        if (this.#blankBytes >= PING_BYTES) {
          this.#events.onPing()
          this.#blankBytes = 0
        }
        return blank
      }
      this.#blankBytes = 0
      this.#head = parseHead(bytes)
      if (!this.#head) return 0
    }
    const { message, bodyStart, contentLength = 0, problem } = this.#head
    if (problem !== null) {
      this.#events.onMessage({ message, problem }, bytes.subarray(0, bodyStart))
      throw new AppError('BYTES_INVALID', { what: 'SIP message', reason: problem })
    }
    if (contentLength > MAX_BODY_BYTES) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'SIP body', size: contentLength, limit: MAX_BODY_BYTES })
    }
    const end = bodyStart + contentLength
    if (bytes.length < end) {
      this.#neededBytes = end
      return 0
    }
    this.#head = null
    const raw = bytes.subarray(0, end)
    const body = contentLength === 0 ? message.body : bytes.subarray(bodyStart, end)
    this.#events.onMessage({ message: contentLength === 0 ? message : { ...message, body }, problem: null }, raw)
    return end
  }
}
