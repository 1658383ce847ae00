import type { FragmentReader, RecordedSample } from './fragment-reader.ts'
import type { RecordedFragment } from './recordings.ts'

/** Whether `next` follows `before` without a hole in the stream's time. */
export function joins(before: RecordedFragment, next: RecordedFragment): boolean {
  const sameTime = next.segment.id === before.segment.id || next.segment.continues === before.segment.id
  const end = before.entry.startUs + before.entry.durationUs
  return sameTime && Math.abs(next.entry.startUs - end) <= MAX_STEP_US
}

/** Times of FLV are rounded; what is further off is a hole. */
const MAX_STEP_US = 500_000

export interface StitchedFragment extends RecordedFragment {
  /** What to add to the time of its frames so that holes are closed and all begins at 0; microseconds. */
  readonly shiftUs: number
  /** It follows the fragment before without a hole, or is the first. */
  readonly continuous: boolean
}

/** The fragments on one time without holes, from 0 on. */
export function stitched(fragments: readonly RecordedFragment[]): StitchedFragment[] {
  let shiftUs = 0
  let before: RecordedFragment | null = null
  return fragments.map(fragment => {
    const continuous: boolean = before === null || joins(before, fragment)
    if (!before) shiftUs = -fragment.entry.startUs
    else if (!continuous) shiftUs += before.entry.startUs + before.entry.durationUs - fragment.entry.startUs
    before = fragment
    return { ...fragment, shiftUs, continuous }
  })
}

/** Length of all, microseconds. */
export function lengthUs(fragments: readonly StitchedFragment[]): number {
  const last = fragments.at(-1)
  return last ? last.entry.startUs + last.entry.durationUs + last.shiftUs : 0
}

/** Time of a sample on the stitched time, in seconds: decoding and presentation. */
export function stitchedTimes(sample: RecordedSample, shiftUs: number): { dtsMs: number; ptsMs: number } {
  const perTick = 1000 / sample.track.track.clockRate
  return { dtsMs: sample.dts * perTick + shiftUs / 1000, ptsMs: sample.pts * perTick + shiftUs / 1000 }
}

/** Runs through the samples of many fragments. `progress` gets the share that is done, 0 to 1. */
export async function eachFragment(
  reader: FragmentReader,
  fragments: readonly StitchedFragment[],
  visit: (fragment: StitchedFragment, samples: RecordedSample[]) => void,
  { signal, progress }: { readonly signal?: AbortSignal; readonly progress?: (done: number) => void } = {},
): Promise<void> {
  for (const [i, fragment] of fragments.entries()) {
    signal?.throwIfAborted()
    visit(fragment, await reader.samples(fragment))
    progress?.((i + 1) / fragments.length)
  }
}
