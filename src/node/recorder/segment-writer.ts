import { createHash } from 'node:crypto'
import type { GrowingStore, ObjectWriter } from '../../storage/objects/object-store.ts'
import { type FragmentEntry, indexHead, indexLine } from './fragment-entry.ts'
import type { JoinBuffers } from './join-buffers.ts'
import { indexKey } from './segment.ts'
import type { SlicedFragment } from './slicer.ts'

/** Lines are written together: the file itself has all that is in them. 16 s of video. */
const LINES_PER_WRITE = 8

/** Writes the file of a segment and the index beside it. Calls must not overlap. */
export class SegmentWriter {
  readonly #file: ObjectWriter
  readonly #index: ObjectWriter
  readonly #buffers: JoinBuffers
  readonly #hash = createHash('sha256')
  #lines: string[] = []

  private constructor(file: ObjectWriter, index: ObjectWriter, buffers: JoinBuffers) {
    this.#file = file
    this.#index = index
    this.#buffers = buffers
  }

  /** Makes both files, and writes the initialization segment. Throws what the store throws; nothing is left then. */
  static async create(
    store: GrowingStore,
    object: string,
    init: Uint8Array,
    buffers: JoinBuffers,
  ): Promise<SegmentWriter> {
    const file = await store.create(object)
    try {
      const index = await store.create(indexKey(object))
      const writer = new SegmentWriter(file, index, buffers)
      try {
        await file.append([init])
        writer.#hash.update(init)
        await index.append([Buffer.from(indexHead(init.length))])
        return writer
      } catch (error) {
        await index.abort()
        throw error
      }
    } catch (error) {
      await file.abort()
      throw error
    }
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#file.bytes
  }

  /** One write. After an error the file is as it was before. */
  async append({ parts, ...rest }: SlicedFragment): Promise<FragmentEntry> {
    const entry: FragmentEntry = { ...rest, offset: this.#file.bytes }
    await this.#buffers.joined(parts, entry.bytes, async joined => {
      await this.#file.append(joined)
      for (const part of joined) this.#hash.update(part)
    })
    this.#lines.push(indexLine(entry))
    if (this.#lines.length >= LINES_PER_WRITE) await this.#writeLines()
    return entry
  }

  /** Ends both files. Returns the SHA-256 of the segment in hex. */
  async finish(): Promise<string> {
    try {
      await this.#writeLines()
    } finally {
      await this.#index.finish()
      await this.#file.finish()
    }
    return this.#hash.digest('hex')
  }

  /** Nothing of it is wanted. */
  async abort(): Promise<void> {
    await this.#index.abort()
    await this.#file.abort()
  }

  async #writeLines(): Promise<void> {
    if (this.#lines.length === 0) return
    await this.#index.append([Buffer.from(this.#lines.join(''))])
    this.#lines = []
  }
}
