import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { asBuffer } from '../../base/bytes.ts'
import { AppError } from '../../base/errors.ts'
import {
  type ByteParts,
  type ByteSpan,
  checkedKey,
  MAX_LIST,
  type MultipartStore,
  type ObjectPage,
  type ObjectStat,
} from './object-store.ts'
import { codeOf } from './store-error.ts'

export interface S3StoreOptions {
  readonly name: string
  readonly bucket: string
  /** In front of every key: '' or 'recordings/'. */
  readonly prefix: string
  readonly region: string
  /** Null: Amazon's own. */
  readonly endpoint: string | null
  /** Bucket in the path instead of the host name, as most servers that are not Amazon's want it. */
  readonly pathStyle: boolean
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Between S3's least (5 MiB, but for the last part) and what a node can hold several times. */
export const PART_BYTES = 8 * 1024 * 1024
/** An answer takes under a second; a part at 2 Mbit/s half a minute. */
const REQUEST_TIMEOUT_MS = 60_000
const CONNECT_TIMEOUT_MS = 5000
/** The spool tries again by itself, for days. */
const ATTEMPTS = 2

/** A bucket of S3 or a server that speaks it. */
export class S3Store implements MultipartStore {
  readonly name: string
  readonly partBytes = PART_BYTES
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string

  constructor(options: S3StoreOptions) {
    this.name = options.name
    this.#bucket = options.bucket
    this.#prefix = options.prefix
    this.#client = new S3Client({
      region: options.region,
      ...(options.endpoint !== null && { endpoint: options.endpoint }),
      forcePathStyle: options.pathStyle,
      credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
      maxAttempts: ATTEMPTS,
      requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS },
      // The trailing checksums that are the default are understood by few servers but Amazon's.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
  }

  /** Holds one part in memory at a time. */
  async put(key: string, body: ByteParts | AsyncIterable<Uint8Array>): Promise<number> {
    checkedKey(key)
    const pieces = partsOf(body)
    let piece = await pieces.next()
    if (piece.done) return this.#putWhole(key, Buffer.alloc(0))
    if (piece.value.length < PART_BYTES) return this.#putWhole(key, piece.value)
    const uploadId = await this.begin(key)
    const tags: string[] = []
    let bytes = 0
    try {
      for (; !piece.done; piece = await pieces.next()) {
        tags.push(await this.uploadPart(key, uploadId, tags.length + 1, piece.value))
        bytes += piece.value.length
      }
      await this.complete(key, uploadId, tags)
    } catch (error) {
      await this.abandon(key, uploadId).catch(() => {}) // the first error says what happened
      throw error
    }
    return bytes
  }

  async *read(key: string, span?: ByteSpan): AsyncIterable<Uint8Array> {
    if (span && span.end <= span.start) return
    const Range = span && `bytes=${span.start}-${span.end - 1}`
    const { Body } = await this.#attempt(key, () =>
      this.#client.send(new GetObjectCommand({ ...this.#at(key), Range })),
    )
    try {
      // In Node.js the body is a Readable; the type is for all platforms.
      yield* Body as unknown as AsyncIterable<Uint8Array>
    } catch (error) {
      throw this.#error(error, key)
    }
  }

  async stat(key: string): Promise<ObjectStat | null> {
    try {
      const head = await this.#attempt(key, () => this.#client.send(new HeadObjectCommand(this.#at(key))))
      return { key, bytes: head.ContentLength ?? 0, modifiedMs: head.LastModified?.getTime() ?? 0 }
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  async list(prefix: string, after: string | null = null, limit = MAX_LIST): Promise<ObjectPage> {
    const { Contents = [], IsTruncated } = await this.#attempt(prefix, () =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: this.#prefix + prefix,
          MaxKeys: limit,
          ...(after !== null && { StartAfter: this.#prefix + after }),
        }),
      ),
    )
    const objects = Contents.map(({ Key = '', Size = 0, LastModified }) => ({
      key: Key.slice(this.#prefix.length),
      bytes: Size,
      modifiedMs: LastModified?.getTime() ?? 0,
    }))
    return { objects, next: IsTruncated ? (objects.at(-1)?.key ?? null) : null }
  }

  async delete(key: string): Promise<void> {
    await this.#attempt(key, () => this.#client.send(new DeleteObjectCommand(this.#at(key))))
  }

  async space(): Promise<null> {
    return null
  }

  async begin(key: string): Promise<string> {
    const { UploadId } = await this.#attempt(key, () =>
      this.#client.send(new CreateMultipartUploadCommand(this.#at(key))),
    )
    if (UploadId !== undefined) return UploadId
    throw new AppError('STORE_UNAVAILABLE', { store: this.name, reason: 'an upload without an id' })
  }

  async uploadPart(key: string, uploadId: string, number: number, bytes: Uint8Array): Promise<string> {
    const { ETag } = await this.#attempt(key, () =>
      this.#client.send(
        new UploadPartCommand({ ...this.#at(key), UploadId: uploadId, PartNumber: number, Body: asBuffer(bytes) }),
      ),
    )
    return ETag ?? ''
  }

  async complete(key: string, uploadId: string, tags: readonly string[]): Promise<void> {
    const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }))
    await this.#attempt(key, () =>
      this.#client.send(
        new CompleteMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId, MultipartUpload: { Parts } }),
      ),
    )
  }

  async abandon(key: string, uploadId: string): Promise<void> {
    try {
      await this.#attempt(key, () =>
        this.#client.send(new AbortMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId })),
      )
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  close(): void {
    this.#client.destroy()
  }

  async #putWhole(key: string, body: Buffer): Promise<number> {
    await this.#attempt(key, () => this.#client.send(new PutObjectCommand({ ...this.#at(key), Body: body })))
    return body.length
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + checkedKey(key) }
  }

  async #attempt<T>(key: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw this.#error(error, key)
    }
  }

  #error(error: unknown, key: string): AppError {
    if (error instanceof AppError) return error
    if (error instanceof S3ServiceException) {
      const status = error.$metadata.httpStatusCode
      if (NOT_THERE.has(error.name)) return new AppError('NOT_FOUND', { what: 'object', id: key }, { cause: error })
      const reason = `${error.name}${status === undefined ? '' : `, status ${status}`}`
      return new AppError('STORE_UNAVAILABLE', { store: this.name, reason }, { cause: error })
    }
    const reason = codeOf(error) || (error instanceof Error ? error.name : 'unknown error')
    return new AppError('STORE_UNAVAILABLE', { store: this.name, reason }, { cause: error })
  }
}

/** Amazon S3 API reference, error responses; HEAD has no body and so no other name than NotFound. */
const NOT_THERE = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload'])

function isNotFound(error: unknown): boolean {
  return error instanceof AppError && error.code === 'NOT_FOUND'
}

/** The same bytes in pieces of PART_BYTES; the last is what is left. */
async function* partsOf(body: ByteParts | AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const piece of body) {
    let rest = piece
    while (size + rest.length >= PART_BYTES) {
      const head = rest.subarray(0, PART_BYTES - size)
      yield Buffer.concat([...parts, head], PART_BYTES)
      parts = []
      rest = rest.subarray(head.length)
      size = 0
    }
    if (rest.length > 0) parts.push(rest)
    size += rest.length
  }
  if (size > 0) yield Buffer.concat(parts, size)
}
