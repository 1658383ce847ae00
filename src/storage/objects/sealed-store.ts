import { type Cipheriv, createCipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '../../base/errors.ts'
import {
  type ByteParts,
  type ByteSpan,
  type GrowingStore,
  type ObjectPage,
  type ObjectStat,
  type ObjectStore,
  type ObjectWriter,
  readAll,
} from './object-store.ts'

/** In front of each object, another for each time it is written: no two have the same key stream. */
const SALT_BYTES = 16
const KEY_BYTES = 32
/** Of AES; the counter grows by one for each. */
const BLOCK_BYTES = 16
const CIPHER = 'aes-256-ctr'

/** What tells whether a secret is the one that was used before, without telling it. */
export function sealMark(secret: string): string {
  return createHmac('sha256', secret).update('sightline sealed store').digest('hex')
}

/**
 * Objects encrypted by AES-256 in counter mode, each with a key of its own made of the secret, its salt and its name.
 * Any span can be read, and an object grows by appending, as without. Whether bytes were changed is not seen here:
 * finished segments have their SHA-256 in the index.
 */
export class SealedStore<S extends ObjectStore = GrowingStore> implements ObjectStore {
  readonly name: string
  protected readonly inner: S
  readonly #secret: string

  /** `secret`: any text; who has it and the files can read them. */
  constructor(inner: S, name: string, secret: string) {
    this.inner = inner
    this.name = name
    this.#secret = secret
  }

  async put(key: string, body: ByteParts | AsyncIterable<Uint8Array>): Promise<number> {
    const salt = randomBytes(SALT_BYTES)
    const bytes = await this.inner.put(key, sealed(salt, this.cipher(key, salt, 0), body))
    return bytes - SALT_BYTES
  }

  async *read(key: string, span?: ByteSpan): AsyncIterable<Uint8Array> {
    const salt = await this.salt(key)
    const start = span?.start ?? 0
    const cipher = this.cipher(key, salt, start)
    const size = span ? span.end + SALT_BYTES : ((await this.inner.stat(key))?.bytes ?? 0)
    for await (const piece of this.inner.read(key, { start: start + SALT_BYTES, end: size })) yield cipher.update(piece)
  }

  async stat(key: string): Promise<ObjectStat | null> {
    const found = await this.inner.stat(key)
    return found && { ...found, bytes: Math.max(0, found.bytes - SALT_BYTES) }
  }

  async list(prefix: string, after?: string | null, limit?: number): Promise<ObjectPage> {
    const { next, objects } = await this.inner.list(prefix, after, limit)
    return { next, objects: objects.map(object => ({ ...object, bytes: Math.max(0, object.bytes - SALT_BYTES) })) }
  }

  delete(key: string): Promise<void> {
    return this.inner.delete(key)
  }

  space() {
    return this.inner.space()
  }

  close(): void {
    // the store inside belongs to somebody
  }

  protected async salt(key: string): Promise<Buffer> {
    const salt = await readAll(this.inner.read(key, { start: 0, end: SALT_BYTES }), SALT_BYTES)
    if (salt.length === SALT_BYTES) return salt
    throw new AppError('NOT_FOUND', { what: 'object', id: key })
  }

  /** At a byte of the object; the same for writing and reading. */
  protected cipher(key: string, salt: Uint8Array, offset: number): Cipheriv {
    const own = Buffer.from(hkdfSync('sha256', this.#secret, salt, key, KEY_BYTES))
    const counter = Buffer.alloc(BLOCK_BYTES)
    counter.writeBigUInt64BE(BigInt(Math.floor(offset / BLOCK_BYTES)), 8)
    const cipher = createCipheriv(CIPHER, own, counter)
    cipher.update(Buffer.alloc(offset % BLOCK_BYTES))
    return cipher
  }
}

/** The same for objects that grow. */
export class SealedGrowingStore extends SealedStore<GrowingStore> implements GrowingStore {
  async create(key: string): Promise<ObjectWriter> {
    const salt = randomBytes(SALT_BYTES)
    const writer = await this.inner.create(key)
    try {
      await writer.append([salt])
    } catch (error) {
      await writer.abort()
      throw error
    }
    return new SealedWriter(writer, offset => this.cipher(key, salt, offset))
  }

  truncate(key: string, bytes: number): Promise<void> {
    return this.inner.truncate(key, bytes + SALT_BYTES)
  }

  hasRoom(): Promise<boolean> {
    return this.inner.hasRoom()
  }
}

class SealedWriter implements ObjectWriter {
  readonly #inner: ObjectWriter
  readonly #cipherAt: (offset: number) => Cipheriv

  constructor(inner: ObjectWriter, cipherAt: (offset: number) => Cipheriv) {
    this.#inner = inner
    this.#cipherAt = cipherAt
  }

  get key(): string {
    return this.#inner.key
  }

  get bytes(): number {
    return this.#inner.bytes - SALT_BYTES
  }

  append(parts: ByteParts): Promise<void> {
    // Anew each time: an append that failed is tried again at the same place.
    const cipher = this.#cipherAt(this.bytes)
    return this.#inner.append(parts.map(part => cipher.update(part)))
  }

  finish(): Promise<void> {
    return this.#inner.finish()
  }

  abort(): Promise<void> {
    return this.#inner.abort()
  }
}

async function* sealed(
  salt: Buffer,
  cipher: Cipheriv,
  body: ByteParts | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  yield salt
  for await (const piece of body) yield cipher.update(piece)
}
