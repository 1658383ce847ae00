import { createHash } from 'node:crypto'
import { fragment } from '../../media/container/fmp4/fragment.ts'
import { producerReferenceTime } from '../../media/container/fmp4/producer-reference-time.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import { endOf, type FragmentEntry, writeIndex } from '../recorder/fragment-entry.ts'
import { indexKey, type SegmentRecord } from '../recorder/segment.ts'
import { objectsOf } from '../recorder/segment-removal.ts'
import type { FragmentReader } from './fragment-reader.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'

/** A keyframe, and when it was made. */
interface Key {
  readonly frame: Frame
  readonly trackId: number
  readonly startUs: number
  readonly wallMs: number
}

/**
 * Replaces a segment by one with nothing but its keyframes, each shown until the next; the copy in another format
 * goes. Null when there are no pictures. Throws what the store throws. A crash in the middle leaves one of both files,
 * whose index is made again.
 */
export async function thinSegment(
  segment: SegmentRecord,
  store: GrowingStore,
  recordings: Recordings,
  reader: FragmentReader,
): Promise<SegmentRecord | null> {
  const fragments = (await recordings.entriesOf(segment)).map(entry => ({ segment, entry }))
  const end = fragments.at(-1)?.entry
  const pictures = segment.tracks.some(({ kind }) => kind === 'video')
  if (!end || !pictures || !fragments.some(({ entry }) => entry.keyframe)) return null
  const init = await recordings.init(segment)
  const written: FragmentEntry[] = []
  const hash = createHash('sha256')
  async function* pieces(endUs: number): AsyncGenerator<Uint8Array, void> {
    yield init
    for await (const [key, untilUs] of withEnds(keysOf(fragments, reader), endUs)) {
      const last = written.at(-1)
      const offset = last ? endOf(last) : init.length
      const { bytes, headBytes } = keyFragment(key, untilUs, written.length + 1)
      const { startUs, wallMs } = key
      const durationUs = Math.max(1, untilUs - startUs)
      written.push({ offset, bytes: bytes.length, headBytes, startUs, durationUs, wallMs, keyframe: true })
      yield bytes
    }
  }
  async function* hashed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const piece of source) {
      hash.update(piece)
      yield piece
    }
  }
  // Without its index the file says what is in it, whichever of both it is.
  await store.delete(indexKey(segment.object))
  const sizeBytes = await store.put(segment.object, hashed(pieces(end.startUs + end.durationUs)))
  await store.put(indexKey(segment.object), [Buffer.from(writeIndex({ initBytes: init.length, fragments: written }))])
  const own = new Set([segment.object, indexKey(segment.object)])
  for (const key of await objectsOf(segment, store)) if (!own.has(key)) await store.delete(key)
  const changed = { sizeBytes, fragments: written.length, sha256: hash.digest('hex') }
  return { ...segment, ...changed, thinned: true, copy: null, copyAs: null }
}

async function* keysOf(fragments: readonly RecordedFragment[], reader: FragmentReader): AsyncGenerator<Key, void> {
  for (const fragment of fragments) {
    const { tracks } = await reader.movie(fragment)
    const { entry } = fragment
    for (const frame of await reader.keyframes(fragment)) {
      const trackId = [...tracks].find(([, { track }]) => track === frame.track)?.[0] ?? 1
      const startUs = Math.round((frame.dts * 1e6) / frame.track.clockRate)
      const wallMs = Math.round(entry.wallMs + (startUs - entry.startUs) / 1000)
      yield { frame, trackId, startUs, wallMs }
    }
  }
}

/** Each with where the next begins, the last with `endUs`. */
async function* withEnds(keys: AsyncIterable<Key>, endUs: number): AsyncGenerator<readonly [Key, number], void> {
  let before: Key | null = null
  for await (const key of keys) {
    if (before) yield [before, key.startUs]
    before = key
  }
  if (before) yield [before, endUs]
}

function keyFragment(
  { frame, startUs, trackId, wallMs }: Key,
  untilUs: number,
  sequence: number,
): { readonly bytes: Buffer; readonly headBytes: number } {
  const { data, dts, pts, track } = frame
  const reference = producerReferenceTime({ trackId, wallMs, mediaTime: dts })
  const duration = Math.max(1, Math.round(((untilUs - startUs) * track.clockRate) / 1e6))
  const samples = [{ data, duration, compositionOffset: pts - dts, keyframe: true }]
  const parts = [reference, ...fragment({ sequence, tracks: [{ track, trackId, baseDecodeTime: dts, samples }] })]
  const bytes = Buffer.concat(parts)
  return { bytes, headBytes: bytes.length - data.length }
}
