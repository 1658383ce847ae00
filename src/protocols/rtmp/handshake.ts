import { createHmac, randomBytes } from 'node:crypto'
import { equalBytes } from '../../base/bytes.ts'
import { AppError } from '../../base/errors.ts'

const VERSION = 3
const SIZE = 1536
const DIGEST = 32

/** Both Genuine keys end in these 32 bytes; digests of S1 and C1 use only the text before them. */
const KEY_TAIL = Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex')
const SERVER_TEXT = Buffer.from('Genuine Adobe Flash Media Server 001', 'latin1')
const PLAYER_TEXT = Buffer.from('Genuine Adobe Flash Player 001', 'latin1')
const SERVER_KEY = Buffer.concat([SERVER_TEXT, KEY_TAIL])
const PLAYER_KEY = Buffer.concat([PLAYER_TEXT, KEY_TAIL])

/** What S1 and C1 carry behind the time; anything but zero says "digest handshake". */
const SERVER_VERSION = Uint8Array.of(4, 5, 0, 1)
const PLAYER_VERSION = Uint8Array.of(9, 0, 124, 2)

/** Where the digest is: schema 0 has the key block first and the digest in the second 764 bytes, schema 1 the reverse. */
export type Schema = 0 | 1

export interface HandshakeStep {
  /** Bytes to send, perhaps empty. */
  readonly reply: Uint8Array
  /** Once done: what came behind the handshake. */
  readonly rest: Uint8Array
  readonly done: boolean
}

const NOTHING = new Uint8Array(0)

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

function digestOffset(block: Uint8Array, schema: Schema): number {
  const at = schema === 0 ? 772 : 8
  return ((block[at]! + block[at + 1]! + block[at + 2]! + block[at + 3]!) % 728) + at + 4
}

function digestOf(block: Uint8Array, at: number, key: Uint8Array): Buffer {
  return hmac(key, block.subarray(0, at), block.subarray(at + DIGEST))
}

/** The digest in a C1 or S1 and its schema; null when neither schema fits, which is a simple handshake. */
function findDigest(block: Uint8Array, key: Uint8Array): { schema: Schema; digest: Uint8Array } | null {
  for (const schema of [1, 0] as const) {
    const at = digestOffset(block, schema)
    const digest = block.subarray(at, at + DIGEST)
    if (equalBytes(digest, digestOf(block, at, key))) return { schema, digest }
  }
  return null
}

/** C1 or S1: random bytes with time 0, the version, and the digest where the schema puts it. */
function digestBlock(schema: Schema, version: Uint8Array, key: Uint8Array): Buffer {
  const block = randomBytes(SIZE)
  block.fill(0, 0, 4)
  block.set(version, 4)
  const at = digestOffset(block, schema)
  block.set(digestOf(block, at, key), at)
  return block
}

/** C2 or S2 of a digest handshake: random bytes signed with a key made of the other side's digest. */
function answerBlock(key: Uint8Array, digest: Uint8Array): Buffer {
  const block = randomBytes(SIZE)
  const at = SIZE - DIGEST
  block.set(hmac(hmac(key, digest), block.subarray(0, at)), at)
  return block
}

function checkVersion(version: number): void {
  if (version === VERSION) return
  const reason =
    version === 6 || version === 8 || version === 9
      ? `version ${version} is RTMPE, which is not offered: use RTMPS`
      : `version ${version} instead of 3`
  throw new AppError('BYTES_INVALID', { what: 'RTMP handshake', reason })
}

/** Collects up to a fixed number of bytes. */
class Collector {
  readonly #bytes: Buffer
  #length = 0

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size)
  }

  get length(): number {
    return this.#length
  }

  /** Takes what is missing and returns what is left of `input`. */
  take(input: Uint8Array): Uint8Array {
    const count = Math.min(this.#bytes.length - this.#length, input.length)
    this.#bytes.set(input.subarray(0, count), this.#length)
    this.#length += count
    return input.subarray(count)
  }

  get full(): boolean {
    return this.#length === this.#bytes.length
  }

  get bytes(): Buffer {
    return this.#bytes
  }
}

/**
 * The server's side: C0 C1 -> S0 S1 S2, then C2. RTMP 1.0 §5.2, and Adobe's digest variant in the schema the client
 * chose. C2 is not checked: clients of every age send what they like there.
 * `push` throws BYTES_INVALID at the first byte of anything that is not RTMP, and for RTMPE.
 */
export class ServerHandshake {
  readonly #c0c1 = new Collector(1 + SIZE)
  #c2Left = SIZE

  push(input: Uint8Array): HandshakeStep {
    let rest = input
    let reply: Uint8Array = NOTHING
    if (!this.#c0c1.full) {
      if (this.#c0c1.length === 0 && input.length > 0) checkVersion(input[0]!)
      rest = this.#c0c1.take(input)
      if (!this.#c0c1.full) return { reply, rest: NOTHING, done: false }
      reply = answerClient(this.#c0c1.bytes.subarray(1))
    }
    const count = Math.min(this.#c2Left, rest.length)
    this.#c2Left -= count
    return { reply, rest: rest.subarray(count), done: this.#c2Left === 0 }
  }
}

/** S0 S1 S2 for a C1. */
function answerClient(c1: Uint8Array): Uint8Array {
  const digest = (c1[4]! | c1[5]! | c1[6]! | c1[7]!) === 0 ? null : findDigest(c1, PLAYER_TEXT)
  if (digest) {
    const s1 = digestBlock(digest.schema, SERVER_VERSION, SERVER_TEXT)
    return Buffer.concat([Uint8Array.of(VERSION), s1, answerBlock(SERVER_KEY, digest.digest)])
  }
  const s1 = randomBytes(SIZE)
  s1.fill(0, 0, 8)
  return Buffer.concat([Uint8Array.of(VERSION), s1, c1]) // S2 is the echo of C1
}

/**
 * The client's side: sends C0 C1 of a digest handshake (schema 1, as Flash Player and FFmpeg) or a simple one, and
 * answers S1. A server that does not know digests is answered with the simple echo.
 */
export class ClientHandshake {
  /** C0 C1: to be sent first. */
  readonly hello: Uint8Array
  readonly #reply = new Collector(1 + SIZE + SIZE)

  constructor(schema: Schema | 'simple' = 1) {
    const c1 = schema === 'simple' ? randomBytes(SIZE) : digestBlock(schema, PLAYER_VERSION, PLAYER_TEXT)
    if (schema === 'simple') c1.fill(0, 0, 8)
    this.hello = Buffer.concat([Uint8Array.of(VERSION), c1])
  }

  push(input: Uint8Array): HandshakeStep {
    if (this.#reply.length === 0 && input.length > 0) checkVersion(input[0]!)
    const rest = this.#reply.take(input)
    if (!this.#reply.full) return { reply: NOTHING, rest: NOTHING, done: false }
    const s1 = this.#reply.bytes.subarray(1, 1 + SIZE)
    const digest = findDigest(s1, SERVER_TEXT)
    return { reply: digest ? answerBlock(PLAYER_KEY, digest.digest) : s1, rest, done: true }
  }
}
