import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A plain RTMP client for the bench (Adobe RTMP 1.0), apart from src/ on purpose: the bench checks the server. */

/** Ours, announced before the first command; what OBS uses. */
const CHUNK_BYTES = 4096
const COMMAND_AMF0 = 20
const SET_CHUNK_SIZE = 1
const ACKNOWLEDGEMENT = 3
const USER_CONTROL = 4
const WINDOW_ACKNOWLEDGEMENT_SIZE = 5
/** How long a server may take to answer a command. */
const ANSWER_MS = 10_000

type Amf = string | number | boolean | null | { readonly [key: string]: Amf }

function amf(values: readonly Amf[]): Buffer {
  return Buffer.concat(values.map(encode))
}

function encode(value: Amf): Buffer {
  if (value === null) return Buffer.from([5])
  if (typeof value === 'boolean') return Buffer.from([1, value ? 1 : 0])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9)
    bytes.writeDoubleBE(value, 1)
    return bytes
  }
  if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), counted(value)])
  const fields = Object.entries(value).flatMap(([key, field]) => [counted(key), encode(field)])
  return Buffer.concat([Buffer.from([3]), ...fields, Buffer.from([0, 0, 9])])
}

function counted(text: string): Buffer {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(text))
  bytes.writeUInt16BE(bytes.length - 2)
  bytes.write(text, 2)
  return bytes
}

/** Chunks of one message: format 0 first, then format 3. Message stream ids are little-endian (§5.3.1.2.1). */
export function chunks(message: {
  readonly chunkStream: number
  readonly type: number
  readonly stream: number
  readonly timestampMs: number
  readonly body: Buffer
}): Buffer {
  const { body } = message
  const head = Buffer.alloc(12)
  head[0] = message.chunkStream
  head.writeUIntBE(message.timestampMs, 1, 3)
  head.writeUIntBE(body.length, 4, 3)
  head[7] = message.type
  head.writeUInt32LE(message.stream, 8)
  const parts = [head, body.subarray(0, CHUNK_BYTES)]
  for (let at = CHUNK_BYTES; at < body.length; at += CHUNK_BYTES) {
    parts.push(Buffer.from([0xc0 | message.chunkStream]), body.subarray(at, at + CHUNK_BYTES))
  }
  return Buffer.concat(parts)
}

function command(stream: number, values: readonly Amf[]): Buffer {
  return chunks({ chunkStream: 3, type: COMMAND_AMF0, stream, timestampMs: 0, body: amf(values) })
}

function control(type: number, value: number): Buffer {
  const body = Buffer.alloc(4)
  body.writeUInt32BE(value)
  return chunks({ chunkStream: 2, type, stream: 0, timestampMs: 0, body })
}

export interface RtmpTarget {
  readonly host: string
  readonly port: number
  readonly app: string
  /** With query where the server wants one. */
  readonly name: string
}

function connectCommand(target: RtmpTarget): Buffer {
  const tcUrl = `rtmp://${target.host}:${target.port}/${target.app}`
  const properties = { app: target.app, flashVer: 'LNX 9,0,124,2', tcUrl, fpad: false, capabilities: 15 }
  const hello = control(SET_CHUNK_SIZE, CHUNK_BYTES)
  return Buffer.concat([
    hello,
    command(0, ['connect', 1, { ...properties, audioCodecs: 4071, videoCodecs: 252, videoFunction: 1 }]),
  ])
}

function playCommands(target: RtmpTarget, stream: number): Buffer {
  const bufferLength = Buffer.alloc(10)
  bufferLength.writeUInt16BE(3)
  bufferLength.writeUInt32BE(stream, 2)
  bufferLength.writeUInt32BE(1000, 6)
  return Buffer.concat([
    command(stream, ['play', 3, null, target.name, -2000]),
    chunks({ chunkStream: 2, type: USER_CONTROL, stream: 0, timestampMs: 0, body: bufferLength }),
  ])
}

/** All a player sends after the handshake, in one go; message stream 1 is what servers hand out first. */
export function playRequest(target: RtmpTarget): Buffer {
  return Buffer.concat([connectCommand(target), command(0, ['createStream', 2, null]), playCommands(target, 1)])
}

export interface RtmpMessage {
  readonly type: number
  readonly timestampMs: number
  readonly body: Buffer
}

interface ChunkStream {
  timestampMs: number
  delta: number
  length: number
  type: number
  extended: boolean
  parts: Buffer[]
  held: number
}

export class RtmpClient {
  readonly socket: Socket
  onMessage: (message: RtmpMessage) => void = () => {}
  #bytes: Buffer = Buffer.alloc(0)
  #inChunkBytes = 128
  #streams = new Map<number, ChunkStream>()
  #received = 0
  #acknowledged = 0
  #window = 2_500_000
  #waiting: { name: string; resolve: (body: Buffer) => void } | null = null

  private constructor(socket: Socket) {
    this.socket = socket
  }

  /** Handshake and `connect`. */
  static async open(target: RtmpTarget): Promise<RtmpClient> {
    const socket = connect({ host: target.host, port: target.port, noDelay: true })
    await once(socket, 'connect')
    const client = new RtmpClient(socket)
    socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536)]))
    const greeting = await client.#take(1 + 1536)
    socket.write(greeting.subarray(1))
    await client.#take(1536)
    socket.on('data', piece => client.#receive(piece))
    socket.on('error', () => socket.destroy())
    client.#receive(Buffer.alloc(0))
    socket.resume()
    await client.#ask(connectCommand(target), '_result')
    return client
  }

  /** `createStream` and `publish`; the message stream id. */
  async publish(target: RtmpTarget): Promise<number> {
    await this.#ask(command(0, ['createStream', 2, null]), '_result')
    await this.#ask(command(1, ['publish', 3, null, target.name, 'live']), 'NetStream.Publish.Start')
    return 1
  }

  async play(target: RtmpTarget): Promise<void> {
    await this.#ask(command(0, ['createStream', 2, null]), '_result')
    this.socket.write(playCommands(target, 1))
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) {
      const piece: unknown = this.socket.read() ?? (await once(this.socket, 'readable').then(() => null))
      if (this.socket.destroyed || this.socket.readableEnded) throw new Error('closed during the handshake')
      if (Buffer.isBuffer(piece)) this.#bytes = Buffer.concat([this.#bytes, piece])
    }
    const taken = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(count)
    return taken
  }

  /** Sends and waits for a command message that contains `name`. */
  async #ask(bytes: Buffer, name: string): Promise<void> {
    let late: NodeJS.Timeout | undefined
    const answer = new Promise<Buffer>((resolve, reject) => {
      this.#waiting = { name, resolve }
      late = setTimeout(() => reject(new Error(`no ${name} within ${ANSWER_MS} ms`)), ANSWER_MS)
      this.socket.once('close', () => reject(new Error(`closed instead of ${name}`)))
    })
    this.socket.write(bytes)
    await answer.finally(() => clearTimeout(late))
  }

  #receive(piece: Buffer): void {
    this.#received += piece.length
    if (this.#received - this.#acknowledged > this.#window) {
      this.#acknowledged = this.#received
      this.socket.write(control(ACKNOWLEDGEMENT, this.#received % 0x100000000))
    }
    this.#bytes = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece])
    for (let taken = this.#chunk(); taken > 0; taken = this.#chunk()) this.#bytes = this.#bytes.subarray(taken)
  }

  /** Reads one chunk from the front; its length, or 0 while it is not complete. */
  #chunk(): number {
    const bytes = this.#bytes
    const first = bytes[0]
    if (first === undefined) return 0
    let at = 1
    let id = first & 0x3f
    if (id < 2) {
      if (bytes.length < 2 + id) return 0
      id = 64 + (bytes[1] ?? 0) + (id === 1 ? (bytes[2] ?? 0) * 256 : 0)
      at = id >= 320 || (first & 0x3f) === 1 ? 3 : 2
    }
    const format = first >> 6
    const headerBytes = [11, 7, 3, 0][format] ?? 0
    if (bytes.length < at + headerBytes) return 0
    const known = this.#streams.get(id)
    const entry = known ?? { timestampMs: 0, delta: 0, length: 0, type: 0, extended: false, parts: [], held: 0 }
    const starts = entry.held === 0
    let field = format < 3 ? bytes.readUIntBE(at, 3) : 0
    const length = format < 2 ? bytes.readUIntBE(at + 3, 3) : entry.length
    const type = format < 2 ? bytes.readUInt8(at + 6) : entry.type
    at += headerBytes
    const extended = format < 3 ? field === 0xffffff : entry.extended
    if (extended) {
      if (bytes.length < at + 4) return 0
      field = bytes.readUInt32BE(at)
      at += 4
    }
    const size = Math.min(this.#inChunkBytes, length - entry.held)
    if (bytes.length < at + size) return 0
    if (!known) this.#streams.set(id, entry)
    if (starts) {
      if (format === 0) entry.timestampMs = field
      else if (format < 3) entry.delta = field
      if (format !== 0) entry.timestampMs += entry.delta
      else entry.delta = 0
    }
    entry.length = length
    entry.type = type
    entry.extended = extended
    entry.parts.push(bytes.subarray(at, at + size))
    entry.held += size
    if (entry.held === length) {
      const body = entry.parts.length === 1 ? entry.parts[0]! : Buffer.concat(entry.parts)
      entry.parts = []
      entry.held = 0
      this.#message({ type, timestampMs: entry.timestampMs, body })
    }
    return at + size
  }

  #message(message: RtmpMessage): void {
    if (message.type === SET_CHUNK_SIZE) this.#inChunkBytes = message.body.readUInt32BE(0)
    else if (message.type === WINDOW_ACKNOWLEDGEMENT_SIZE) this.#window = message.body.readUInt32BE(0)
    else if (message.type === COMMAND_AMF0) {
      const waiting = this.#waiting
      if (waiting && message.body.includes(waiting.name)) {
        this.#waiting = null
        waiting.resolve(message.body)
      }
    } else this.onMessage(message)
  }
}
