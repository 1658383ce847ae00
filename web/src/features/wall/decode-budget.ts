import type { LiveVideo } from '../../lib/api/types.ts'

/** Pictures a second that one processor core is trusted with, counted in pixels: two full-HD streams of 30. */
const PIXELS_PER_CORE = 2 * 1920 * 1080 * 30
/** Small pictures have costs that are not in their pixels. */
const LEAST_PIXELS = 640 * 360 * 15
/** Room left for the last one that does not fit exactly. */
const SLACK = 1.1

/**
 * Which pictures may play at once so that none of them stutters, in their order. A browser does not tell what its
 * decoder can do together, only the number of cores; without a picture (null) nothing is needed.
 */
export function decodable(
  pictures: readonly (Pick<LiveVideo, 'width' | 'height' | 'fps'> | null)[],
  cores: number,
): readonly boolean[] {
  const budget = PIXELS_PER_CORE * cores * SLACK
  let used = 0
  return pictures.map(picture => {
    if (picture === null) return true
    const cost = Math.max(LEAST_PIXELS, picture.width * picture.height * (picture.fps ?? 25))
    const first = used === 0
    if (!first && used + cost > budget) return false
    used += cost
    return true
  })
}
