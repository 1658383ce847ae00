import { errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { FragmentEntry } from './fragment-entry.ts'
import { inspectSegment } from './recovery.ts'
import { recordedTrack, type SegmentRecord } from './segment.ts'
import type { SegmentIndex } from './segment-index.ts'
import { parseSegmentKey } from './segment-key.ts'

/** Times are rounded to milliseconds in some places and to microseconds in others. */
const TOLERANCE_MS = 50

interface Found {
  readonly segment: SegmentRecord
  readonly last: FragmentEntry
}

/**
 * Puts the segments of a store that are not in the index into it: what is lost of an index is made again from the
 * files. To which recording they belonged is not in them. Returns how many were found.
 */
export async function rebuildFromStore(index: SegmentIndex, store: ObjectStore, log: Log): Promise<number> {
  let count = 0
  let before: Found | null = null
  let after: string | null = null
  do {
    const page = await store.list('', after)
    for (const { key } of page.objects) {
      const named = parseSegmentKey(key)
      if (!named) continue
      before = index.get(named.id) ? null : await readSegment(store, key, before, log)
      if (!before) continue
      index.put(before.segment)
      index.setReported(before.segment.id)
      count++
    }
    after = page.next
  } while (after !== null)
  return count
}

/** Null for a file that cannot be read. `before`: the segment before it in the order of keys. */
async function readSegment(store: ObjectStore, key: string, before: Found | null, log: Log): Promise<Found | null> {
  const named = parseSegmentKey(key)
  try {
    const scanned = await inspectSegment(store, key)
    const first = scanned?.fragments[0]
    const last = scanned?.fragments.at(-1)
    if (!named || !scanned || !first || !last) return null
    const overlapMs = before?.segment.path === named.path ? sharedMs(before, first) : null
    const segment: SegmentRecord = {
      ...named,
      recording: named.id.replace('seg_', 'rec_'),
      cause: 'manual',
      template: null,
      store: store.name,
      object: key,
      state: 'recovered',
      startMs: first.wallMs,
      endMs: endMs(last),
      sizeBytes: scanned.sizeBytes,
      fragments: scanned.fragments.length,
      initBytes: scanned.initBytes,
      initHash: scanned.initHash,
      continues: overlapMs === null ? null : (before?.segment.id ?? null),
      overlapMs: overlapMs ?? 0,
      tracks: scanned.tracks.map(recordedTrack),
      sha256: null,
      held: false,
      thinned: false,
      copyAs: null,
      copy: null,
    }
    return { segment, last }
  } catch (error) {
    log.warn('a recorded file cannot be read', { key, reason: errorText(error) })
    return null
  }
}

/** Time that both have, when the second goes on where the first ends; null: it does not. */
function sharedMs({ segment, last }: Found, first: FragmentEntry): number | null {
  const sharedMs = (last.startUs + last.durationUs - first.startUs) / 1000
  const sameClock = Math.abs(first.wallMs + sharedMs - segment.endMs) <= TOLERANCE_MS
  return sameClock && sharedMs >= -TOLERANCE_MS && first.wallMs > segment.startMs
    ? Math.max(0, Math.round(sharedMs))
    : null
}

function endMs({ wallMs, durationUs }: FragmentEntry): number {
  return Math.round(wallMs + durationUs / 1000)
}
