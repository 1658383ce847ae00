import { AppError } from '../../base/errors.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import type { SegmentCopier } from '../recorder/recorder.ts'
import type { CopySettings, SegmentCopy, SegmentRecord } from '../recorder/segment.ts'
import { exportFlv } from './flv-export.ts'
import type { FragmentReader } from './fragment-reader.ts'
import { slicesPlaylist, tsSlices } from './hls-export.ts'
import { exportMp4 } from './mp4-export.ts'
import { objectName } from './object-name.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'

/** Makes MP4, FLV and HLS files of finished segments, in the store they are in. */
export class ExportingCopier implements SegmentCopier {
  readonly #recordings: Recordings
  readonly #reader: FragmentReader
  readonly #stores: (name: string) => GrowingStore | undefined

  constructor(recordings: Recordings, reader: FragmentReader, stores: (name: string) => GrowingStore | undefined) {
    this.#recordings = recordings
    this.#reader = reader
    this.#stores = stores
  }

  async copy(segment: SegmentRecord): Promise<SegmentCopy> {
    const store = this.#stores(segment.store)
    if (!segment.copyAs || !store)
      throw new AppError('STORE_UNAVAILABLE', { store: segment.store, reason: 'not there' })
    const fragments = (await this.#recordings.entriesOf(segment)).map(entry => ({ segment, entry }))
    const { format } = segment.copyAs
    const object = objectNameOf(segment, segment.copyAs)
    if (format === 'hls') return { format, object, sizeBytes: await this.#hls(store, object, fragments) }
    const make = format === 'mp4' ? exportMp4 : exportFlv
    const file = await make(this.#recordings, this.#reader, fragments)
    return { format, object, sizeBytes: await store.put(object, file.pieces()) }
  }

  /** The slices, and last the playlist that names them. Returns the bytes of all. */
  async #hls(store: GrowingStore, object: string, fragments: readonly RecordedFragment[]): Promise<number> {
    const base = object.replace(/\.m3u8$/, '')
    const prefix = base.slice(base.lastIndexOf('/') + 1)
    const slices: NamedSlice[] = []
    let bytes = 0
    for await (const { data, ...slice } of tsSlices(this.#recordings, this.#reader, fragments)) {
      const suffix = `-${Math.floor(slice.startMs / 1000)}-${slices.length}.ts`
      bytes += await store.put(base + suffix, [data])
      slices.push({ ...slice, name: prefix + suffix })
    }
    return bytes + (await store.put(object, [Buffer.from(slicesPlaylist(slices))]))
  }
}

type NamedSlice = Parameters<typeof slicesPlaylist>[0][number]

const EXTENSIONS = { mp4: '.mp4', flv: '.flv', hls: '.m3u8' } as const

/** With the extension of its format. Times have seconds only, and the id makes it unlike any other. */
function objectNameOf(
  { path, startMs, endMs, id }: SegmentRecord,
  { format, objectName: pattern }: CopySettings,
): string {
  const key = objectName(pattern, { path, startMs, endMs, sequence: Math.floor(startMs / 1000) })
  const extension = EXTENSIONS[format]
  return `${key.endsWith(extension) ? key.slice(0, -extension.length) : key}_${id.slice(-6)}${extension}`
}
