import type { GrowingStore } from '../../storage/objects/object-store.ts'
import { indexKey, type SegmentRecord } from '../recorder/segment.ts'
import type { SegmentIndex } from '../recorder/segment-index.ts'
import type { Recordings } from '../replay/recordings.ts'

/** Why a segment stays; null: it may go. */
export function keptBecause(segment: SegmentRecord, recordings: Recordings): string | null {
  if (segment.state === 'open') return 'it is being recorded'
  if (segment.held) return 'it is held'
  return recordings.inUse(segment.id) ? 'it is being played' : null
}

/** Deletes files first: what a crash leaves behind is still in the index, and deleted again. */
export async function removeSegment(segment: SegmentRecord, store: GrowingStore, index: SegmentIndex): Promise<void> {
  await deleteObjects(segment, store)
  index.remove(segment.id)
}

/** The file, its index and its copy. */
export async function deleteObjects({ object, copy }: SegmentRecord, store: GrowingStore): Promise<void> {
  await store.delete(object)
  await store.delete(indexKey(object))
  if (!copy) return
  await store.delete(copy.object)
  if (copy.format !== 'hls') return
  // The slices lie beside their playlist.
  const slices = `${copy.object.replace(/\.m3u8$/, '')}-`
  const { objects } = await store.list(slices)
  for (const { key } of objects) await store.delete(key)
}
