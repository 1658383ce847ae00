import type { GrowingStore, ObjectStore } from '../../storage/objects/object-store.ts'
import type { SegmentRecord } from './segment.ts'
import { objectsOf, type SegmentReaders } from './segment-removal.ts'

/**
 * Copies a segment with its index and its copy to another store. Null when somebody reads it by then: what he has
 * looked up lies in the first store. Throws what the stores throw; then it lies where it did.
 */
export async function moveSegment(
  segment: SegmentRecord,
  from: GrowingStore,
  to: ObjectStore,
  readers: SegmentReaders,
): Promise<SegmentRecord | null> {
  const keys = await objectsOf(segment, from)
  for (const key of keys) if (await from.stat(key)) await to.put(key, from.read(key))
  return readers.inUse(segment.id) ? null : { ...segment, store: to.name }
}
