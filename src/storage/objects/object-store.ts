import { AppError } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'

/** Bytes as parts, which are written one behind the other without being joined. */
export type ByteParts = readonly Uint8Array[]

export interface ObjectStat {
  readonly key: string
  readonly bytes: number
  /** Wall clock of the last change, milliseconds since 1970. */
  readonly modifiedMs: number
}

export interface ObjectPage {
  /** By key, ascending. */
  readonly objects: readonly ObjectStat[]
  /** Hand it back as `after` for the next page; null: this was the last. */
  readonly next: string | null
}

export interface ByteSpan {
  readonly start: number
  /** Behind the last byte. */
  readonly end: number
}

export interface StoreSpace {
  readonly totalBytes: number
  readonly freeBytes: number
}

/**
 * An object that grows. After an error of `append` nothing of that append is in the object, and it may be tried again
 * or finished as it is.
 */
export interface ObjectWriter {
  readonly key: string
  /** Bytes in the object. */
  readonly bytes: number
  /**
   * One write; the bytes are the caller's again when it is done. Throws what the store throws, and STORE_FULL.
   * Calls must not overlap.
   */
  append(parts: ByteParts): Promise<void>
  /** The object is complete and stays. */
  finish(): Promise<void>
  /** The object is not wanted. */
  abort(): Promise<void>
}

/**
 * Where recordings and pictures lie: names of up to 1024 bytes and their bytes. Keys have levels divided by `/`.
 * Throws AppError STORE_FULL, STORE_UNAVAILABLE, NOT_FOUND, INVALID (a key that is none).
 */
export interface ObjectStore extends Closable {
  readonly name: string
  /** Writes a whole object; nobody sees it before it is complete. What was there is replaced. Returns its size. */
  put(key: string, body: ByteParts | AsyncIterable<Uint8Array>): Promise<number>
  /** The bytes of a span, or of all; pieces of any size. Throws NOT_FOUND before the first. */
  read(key: string, span?: ByteSpan): AsyncIterable<Uint8Array>
  stat(key: string): Promise<ObjectStat | null>
  /** Objects whose key begins with `prefix`, at most `limit`, those behind the key `after`. */
  list(prefix: string, after?: string | null, limit?: number): Promise<ObjectPage>
  /** Does nothing when there is none. */
  delete(key: string): Promise<void>
  /** Null when the store does not say. */
  space(): Promise<StoreSpace | null>
}

/** A store whose objects may grow, and be cut after a crash. */
export interface GrowingStore extends ObjectStore {
  /** Begins an object that grows, readable while it does. Throws CONFLICT when there is one already. */
  create(key: string): Promise<ObjectWriter>
  /** Completes an object that a crash left open, with its first `bytes` bytes. Throws NOT_FOUND. */
  truncate(key: string, bytes: number): Promise<void>
  /** Whether a new object would be taken: there is more free than must stay free. */
  hasRoom(): Promise<boolean>
}

/** Part of an object on its way: what is needed to go on with it, also by another process. */
export interface MultipartStore extends ObjectStore {
  /** Bytes of each part but the last. */
  readonly partBytes: number
  /** Begins an upload. Returns its id. */
  begin(key: string): Promise<string>
  /** Uploads part `number` (from 1). Returns what `complete` wants to know of it. Throws NOT_FOUND: no such upload. */
  uploadPart(key: string, uploadId: string, number: number, bytes: Uint8Array): Promise<string>
  /** Makes the object of its parts. Throws NOT_FOUND: no such upload. */
  complete(key: string, uploadId: string, tags: readonly string[]): Promise<void>
  /** Gives an upload up; parts that came are deleted. Does nothing when there is none. */
  abandon(key: string, uploadId: string): Promise<void>
}

/** S3's limit (Amazon S3 user guide, "Naming Amazon S3 objects"); with folders in front still below PATH_MAX. */
const MAX_KEY_BYTES = 1024
/** NAME_MAX of Linux file systems, less the room for the suffixes of indexes. */
const MAX_LEVEL_BYTES = 240
/** One page of S3. */
export const MAX_LIST = 1000

/**
 * A key whose levels are plain names: nothing empty, no leading dot, no control characters, no backslash.
 * Throws AppError INVALID.
 */
export function checkedKey(key: string): string {
  const levels = key.split('/')
  const plain = levels.every(
    level =>
      level !== '' && !level.startsWith('.') && Buffer.byteLength(level) <= MAX_LEVEL_BYTES && !FORBIDDEN.test(level),
  )
  if (plain && Buffer.byteLength(key) <= MAX_KEY_BYTES) return key
  throw new AppError('INVALID', { field: 'object name', reason: JSON.stringify(key.slice(0, 200)) })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const FORBIDDEN = /[\u0000-\u001f\u007f\\]/

/** All bytes of a span or object; `limit` is the most the caller is ready to hold. Throws LIMIT_EXCEEDED past it. */
export async function readAll(pieces: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    parts.push(piece)
    size += piece.length
    if (size > limit) throw new AppError('LIMIT_EXCEEDED', { what: 'object', size, limit })
  }
  const [only] = parts
  return parts.length === 1 && only
    ? Buffer.from(only.buffer, only.byteOffset, only.length)
    : Buffer.concat(parts, size)
}
