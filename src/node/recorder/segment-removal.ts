import type { GrowingStore, ObjectStore } from '../../storage/objects/object-store.ts'
import { indexKey, type SegmentRecord } from './segment.ts'
import type { SegmentIndex } from './segment-index.ts'

/** Who reads segments, and remembers what is in them. */
export interface SegmentReaders {
  /** Whether somebody reads it just now. */
  inUse(id: string): boolean
  /** It is deleted, or another file now. */
  forget(id: string): void
}

/** Why a segment stays; null: it may go. */
export function keptBecause(segment: SegmentRecord, readers: SegmentReaders): string | null {
  if (segment.state === 'open') return 'it is being recorded'
  if (segment.held) return 'it is held'
  return readers.inUse(segment.id) ? 'it is being played' : null
}

/** Deletes files first: what a crash leaves behind is still in the index, and deleted again. */
export async function removeSegment(
  segment: SegmentRecord,
  store: GrowingStore,
  index: SegmentIndex,
  readers: SegmentReaders,
): Promise<void> {
  await deleteObjects(segment, store)
  index.remove(segment.id)
  readers.forget(segment.id)
}

/** The file, its index and its copy. */
export async function deleteObjects(segment: SegmentRecord, store: GrowingStore): Promise<void> {
  for (const key of await objectsOf(segment, store)) await store.delete(key)
}

/** Keys of all that belongs to a segment, the file itself last: while it is there, the rest is found again. */
export async function objectsOf({ object, copy }: SegmentRecord, store: ObjectStore): Promise<string[]> {
  const own = [indexKey(object), object]
  if (!copy) return own
  // The slices lie beside their playlist.
  const slices = copy.format === 'hls' ? (await store.list(`${copy.object.replace(/\.m3u8$/, '')}-`)).objects : []
  return [...slices.map(({ key }) => key), copy.object, ...own]
}
