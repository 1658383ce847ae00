import { createHash } from 'node:crypto'
import { AppError } from '../../base/errors.ts'
import type { Track } from '../../media/stream/track.ts'
import { type GrowingStore, type ObjectStore, readAll } from '../../storage/objects/object-store.ts'
import { endOf, type FragmentEntry, type FragmentIndex, parseIndex, writeIndex } from './fragment-entry.ts'
import { indexKey } from './segment.ts'
import { SegmentScan } from './segment-scan.ts'

export interface RecoveredSegment extends FragmentIndex {
  readonly sizeBytes: number
  /** Bytes behind the last whole fragment, which are gone. */
  readonly cutBytes: number
  readonly initHash: string
  readonly tracks: readonly Track[]
}

/** An index of a day in fragments of 1 s is 6 MB. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024
/** The last lines of an index are looked at in the file: after a power cut they may be there without their fragments. */
const DISTRUSTED = 2

/**
 * Brings a segment that a crash left open in order: cuts what is behind the last whole fragment, and completes the
 * index. Null, and both files are gone, when there is not one whole fragment. Throws what the store throws.
 */
export async function recoverSegment(store: GrowingStore, object: string): Promise<RecoveredSegment | null> {
  const found = await store.stat(object)
  const scan = found && (await scanSegment(store, object, found.bytes, await readIndex(store, object)))
  if (!found || !scan || scan.fragments.length === 0) {
    await store.delete(object)
    await store.delete(indexKey(object))
    return null
  }
  await store.truncate(object, scan.sizeBytes)
  await store.put(indexKey(object), [Buffer.from(writeIndex(scan))])
  return { ...scan, cutBytes: found.bytes - scan.sizeBytes }
}

/** Makes the index of a finished segment again from its file. Null when that holds no fragment. */
export async function rebuildIndex(store: ObjectStore, object: string): Promise<RecoveredSegment | null> {
  const found = await store.stat(object)
  const scan = found && (await scanSegment(store, object, found.bytes, null))
  if (!found || !scan || scan.fragments.length === 0) return null
  await store.put(indexKey(object), [Buffer.from(writeIndex(scan))])
  return { ...scan, cutBytes: found.bytes - scan.sizeBytes }
}

/** What is in a finished segment, by its file and its index; nothing is written. Null when it holds no fragment. */
export async function inspectSegment(store: ObjectStore, object: string): Promise<RecoveredSegment | null> {
  const found = await store.stat(object)
  const scan = found && (await scanSegment(store, object, found.bytes, await readIndex(store, object)))
  return found && scan && scan.fragments.length > 0 ? { ...scan, cutBytes: found.bytes - scan.sizeBytes } : null
}

/** The index beside a segment; null when there is none, or none that can be read. */
export async function readIndex(store: ObjectStore, object: string): Promise<FragmentIndex | null> {
  try {
    return parseIndex((await readAll(store.read(indexKey(object)), MAX_INDEX_BYTES)).toString())
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null
    throw error
  }
}

async function scanSegment(
  store: ObjectStore,
  object: string,
  size: number,
  index: FragmentIndex | null,
): Promise<Omit<RecoveredSegment, 'cutBytes'> | null> {
  const scan = new SegmentScan(store, object, size)
  const init = await scan.init()
  if (!init) return null
  const initBytes = init.bytes.length
  const indexed = index?.initBytes === initBytes ? index.fragments : []
  const fragments: FragmentEntry[] = indexed
    .filter(fragment => endOf(fragment) <= size)
    .slice(0, Math.max(0, indexed.length - DISTRUSTED))
  let end = endAfter(fragments, initBytes)
  for (let next = await scan.fragment(init.movie, end); next; next = await scan.fragment(init.movie, end)) {
    const before = fragments.at(-1)
    // Where one ends is known exactly only from where the next begins.
    if (before && next.startUs > before.startUs) {
      fragments[fragments.length - 1] = { ...before, durationUs: next.startUs - before.startUs }
    }
    fragments.push(next)
    end = endOf(next)
  }
  return {
    initBytes,
    fragments,
    sizeBytes: end,
    initHash: createHash('sha256').update(init.bytes).digest('hex'),
    tracks: [...init.movie.tracks.values()].map(({ track }) => track),
  }
}

function endAfter(fragments: readonly FragmentEntry[], initBytes: number): number {
  const last = fragments.at(-1)
  return last ? endOf(last) : initBytes
}
