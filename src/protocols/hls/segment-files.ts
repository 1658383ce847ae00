import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { playlistFile, segmentFile } from './file-template.ts'
import { type MediaPlaylist, writeMediaPlaylist } from './playlist.ts'
import type { Segment } from './segment.ts'

export interface FileSettings {
  /** Made where it is not there (MS-075). */
  readonly directory: string
  /** Below the directory; see file-template.ts (MS-079). */
  readonly segmentFile: string
  readonly playlistFile: string
}

/** A disk that is this many segments behind loses the next one: memory is not the place for what it cannot take. */
const MAX_WAITING = 8

/**
 * The segments and the playlist of one stream as files, for a web server or anybody else. Each file is written beside its
 * place and then moved there, the playlist last: whoever reads it finds what it names. What has left the window goes.
 */
export class SegmentFiles {
  readonly #settings: FileSettings
  readonly #path: string
  readonly #onError: (error: unknown) => void
  /** Files of the segments that are there, by name; init segments too. */
  readonly #files = new Map<string, string>()
  #work: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(path: string, settings: FileSettings, onError: (error: unknown) => void) {
    this.#path = path
    this.#settings = settings
    this.#onError = onError
  }

  /** A segment is done: `playlist` has it as its newest, `kept` says which are still in the window. */
  add(segment: Segment, playlist: MediaPlaylist, kept: (name: string) => boolean): void {
    if (this.#waiting >= MAX_WAITING) {
      this.#onError(new Error(`${this.#settings.directory} is too slow: ${this.#path} loses a segment`))
      return
    }
    this.#run(async () => {
      const { init } = segment
      const file = segmentFile(this.#settings.segmentFile, this.#path, segment)
      if (init && !this.#files.has(init.name)) await this.#write(init.name, join(dirname(file), init.name), init.data)
      await this.#write(segment.name, file, segment.data)
      await this.#list(playlist)
      for (const name of [...this.#files.keys()]) if (!kept(name)) await this.#remove(name)
    })
  }

  /** The stream is over; its files stay until `clear`. */
  end(playlist: MediaPlaylist): void {
    this.#run(() => this.#list(playlist))
  }

  /** Removes everything; resolves when it is done. */
  clear(): Promise<void> {
    this.#run(async () => {
      for (const name of [...this.#files.keys()]) await this.#remove(name)
      await rm(this.#place(playlistFile(this.#settings.playlistFile, this.#path)), { force: true })
    })
    return this.#work
  }

  #run(work: () => Promise<void>): void {
    this.#waiting++
    this.#work = this.#work
      .then(work)
      .catch(this.#onError)
      .finally(() => {
        this.#waiting--
      })
  }

  /** Segments that were lost are not named, and are told as a gap. */
  async #list(playlist: MediaPlaylist): Promise<void> {
    const file = playlistFile(this.#settings.playlistFile, this.#path)
    const near = (name: string) => relative(dirname(file), this.#files.get(name) ?? name)
    const all = playlist.segments
    const from = all.findLastIndex(({ name }) => !this.#files.has(name)) + 1
    const segments = all.slice(from).map(segment => ({
      ...segment,
      name: near(segment.name),
      init: segment.init && { ...segment.init, name: near(segment.init.name) },
    }))
    if (segments.length === 0) return
    await this.#replace(file, writeMediaPlaylist({ ...playlist, segments }, ''))
  }

  async #write(name: string, file: string, data: Uint8Array): Promise<void> {
    await this.#replace(file, data)
    this.#files.set(name, file)
  }

  async #remove(name: string): Promise<void> {
    const file = this.#files.get(name)
    this.#files.delete(name)
    // A template may give two segments one name: the newer one has taken the place of the older.
    if (file !== undefined && ![...this.#files.values()].includes(file)) await rm(this.#place(file), { force: true })
  }

  async #replace(file: string, data: Uint8Array | string): Promise<void> {
    const place = this.#place(file)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(`${place}.part`, data)
    await rename(`${place}.part`, place)
  }

  #place(file: string): string {
    return join(this.#settings.directory, file)
  }
}
