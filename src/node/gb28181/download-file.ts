import { AppError } from '../../base/errors.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { Interleaver } from '../../media/stream/interleaver.ts'
import { Timeline } from '../../media/stream/timeline.ts'
import type { GrowingStore, ObjectWriter } from '../../storage/objects/object-store.ts'
import { MovieTracks } from '../replay/movie-tracks.ts'

/** Written together: a write of the disk costs the same for less. */
const WRITE_BYTES = 1024 * 1024
/** Waiting for the disk: eight seconds of 64 Mbit/s, then it is too slow. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024
/** Until the next sample says better: 25 frames per second. */
const USUAL_MS = 40

/**
 * A recording on its way into an MP4: its media are written as they come, and copied behind their `moov` when all are
 * there.
 */
export class DownloadFile {
  readonly #store: GrowingStore
  readonly #key: string
  readonly #writer: ObjectWriter
  readonly #movie = new MovieTracks()
  readonly #timeline = new Timeline('full')
  readonly #order = new Interleaver(frame => this.#take(frame))
  #begun = false
  #bytes = 0
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #writing: Promise<void> | null = null
  #error: unknown = null
  #endMs = 0

  private constructor(store: GrowingStore, key: string, writer: ObjectWriter) {
    this.#store = store
    this.#key = key
    this.#writer = writer
  }

  /** `key` is that of the MP4 to be. Throws what the store throws. */
  static async create(store: GrowingStore, key: string): Promise<DownloadFile> {
    return new DownloadFile(store, key, await store.create(partOf(key)))
  }

  /** What went wrong; null: nothing. */
  get error(): unknown {
    return this.#error
  }

  /** Media bytes taken. */
  get bytes(): number {
    return this.#bytes
  }

  /** From the first keyframe on. */
  write(frame: Frame): void {
    if (this.#error !== null) return
    this.#begun ||= frame.track.kind === 'video' && frame.keyframe
    if (this.#begun) this.#order.push(this.#timeline.place(frame))
  }

  /** The finished file. Throws what went wrong, and NOT_FOUND when there were no frames; then nothing is left. */
  async finish(): Promise<{ readonly bytes: number; readonly durationMs: number }> {
    this.#order.flush()
    this.#flush()
    await this.#settle()
    try {
      if (this.#error !== null) throw this.#error
      if (this.#bytes === 0) throw new AppError('NOT_FOUND', { what: 'picture of', id: this.#key })
      await this.#writer.finish()
      const bytes = await this.#store.put(this.#key, this.#whole())
      return { bytes, durationMs: Math.round(this.#endMs) }
    } finally {
      await this.#store.delete(partOf(this.#key))
    }
  }

  /** Nobody wants it. Never throws. */
  async abort(): Promise<void> {
    this.#error ??= new AppError('NOT_FOUND', { what: 'download', id: this.#key })
    await this.#settle()
    await this.#writer.abort().catch(() => {}) // what is left is removed at the next start
  }

  #take({ data, dts, keyframe, pts, track }: Frame): void {
    if (this.#error !== null) return
    const ms = (ticks: number) => (ticks * 1000) / track.clockRate
    try {
      this.#movie.add({
        ...{ track, dtsMs: ms(dts), ptsMs: ms(pts), keyframe, offset: this.#bytes, size: data.length },
        duration: Math.round((USUAL_MS * track.clockRate) / 1000),
        compositionTicks: pts - dts,
      })
    } catch (error) {
      this.#error = error // a recording of days
      return
    }
    this.#endMs = Math.max(this.#endMs, ms(dts) + USUAL_MS)
    this.#bytes += data.length
    this.#pending.push(data)
    this.#pendingBytes += data.length
    if (this.#pendingBytes > MAX_PENDING_BYTES) {
      this.#error = new AppError('STORE_UNAVAILABLE', {
        store: this.#store.name,
        reason: 'it is slower than the device',
      })
    } else if (this.#pendingBytes >= WRITE_BYTES) this.#flush()
  }

  #flush(): void {
    if (this.#writing || this.#pendingBytes === 0 || this.#error !== null) return
    const parts = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    this.#writing = this.#writer
      .append(parts)
      .catch((error: unknown) => {
        this.#error ??= error
      })
      .then(() => {
        this.#writing = null
        if (this.#pendingBytes >= WRITE_BYTES) this.#flush()
      })
  }

  async #settle(): Promise<void> {
    while (this.#writing) await this.#writing
    this.#flush()
    while (this.#writing) await this.#writing
  }

  async *#whole(): AsyncGenerator<Uint8Array, void> {
    yield this.#movie.head(this.#bytes)
    yield* this.#store.read(partOf(this.#key))
  }
}

/** The media of a file that is not finished. */
function partOf(key: string): string {
  return `${key}.part`
}
