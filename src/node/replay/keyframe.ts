import type { Frame } from '../../media/stream/frame.ts'
import type { FragmentReader } from './fragment-reader.ts'
import type { Recordings } from './recordings.ts'

export interface RecordedKeyframe {
  /** `track` has the decoder's configuration, `data` the access unit. */
  readonly frame: Frame
  /** When it was made, milliseconds since 1970. */
  readonly wallMs: number
}

/** The newest recorded keyframe that is not behind `atMs`, at most an hour old; null: there is none. */
export async function keyframeAt(
  recordings: Recordings,
  reader: FragmentReader,
  path: string,
  atMs: number,
): Promise<RecordedKeyframe | null> {
  const fragment = await recordings.keyframeFragment(path, atMs)
  if (!fragment) return null
  const release = recordings.use([fragment.segment])
  try {
    const { entry } = fragment
    const found = (await reader.keyframes(fragment)).map(frame => ({
      frame,
      wallMs: Math.round(entry.wallMs + (frame.dts * 1000) / frame.track.clockRate - entry.startUs / 1000),
    }))
    return found.findLast(({ wallMs }) => wallMs <= atMs) ?? found[0] ?? null
  } finally {
    release()
  }
}

/**
 * Times for pictures along a range, `count` of them: of each that of a keyframe, and none twice. What a timeline
 * shows when the pointer is over it.
 */
export async function keyframeTimes(
  recordings: Recordings,
  path: string,
  { fromMs, toMs, count }: { readonly fromMs: number; readonly toMs: number; readonly count: number },
): Promise<number[]> {
  const times = new Set<number>()
  for (let i = 0; i < count; i++) {
    const at = fromMs + ((toMs - fromMs) * (i + 0.5)) / count
    const fragment = await recordings.keyframeFragment(path, at)
    if (fragment && fragment.entry.wallMs >= fromMs) times.add(fragment.entry.wallMs)
  }
  return [...times].sort((a, b) => a - b)
}
