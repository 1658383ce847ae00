/**
 * Bytes of a parameter set that are kept. avcC and hvcC could hold 65 535; real ones with scaling lists stay below 1000.
 */
export const MAX_PARAMETER_SET_BYTES = 4096

/** Samples of luma per side: level 6.2 of H.265 allows sqrt(8 * 35 651 584) = 16 888, H.264 16 880. */
export const MAX_PICTURE_SIDE = 16_888

/** Rates above are the ticks of a variable frame rate encoder (x264: 1/90000 and the like), not frames per second. */
const MAX_FPS = 480

/** Frames per second from ticks, or null when the fields cannot mean a frame rate. */
export function plausibleFps(timeScale: number, unitsPerFrame: number): number | null {
  const fps = timeScale / unitsPerFrame
  return fps > 0 && fps <= MAX_FPS ? fps : null
}

/**
 * The first `limit` bytes of a NAL unit without emulation_prevention_three_byte (ITU-T H.264 §7.4.1, H.265 §7.4.2);
 * a copy only when there is something to take out.
 */
export function unescapeRbsp(unit: Uint8Array, limit = MAX_PARAMETER_SET_BYTES): Uint8Array {
  const end = Math.min(unit.length, limit)
  let out: Uint8Array | null = null
  let size = 0
  let zeros = 0
  for (let i = 0; i < end; i++) {
    const byte = unit[i] ?? 0
    if (zeros >= 2 && byte === 3) {
      out ??= Uint8Array.from(unit.subarray(0, end))
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    if (out) out[size] = byte
    size++
  }
  return (out ?? unit).subarray(0, size)
}

/** Table E-1 of ITU-T H.264 and H.265: sample aspect ratios by aspect_ratio_idc. */
export const SAMPLE_ASPECT_RATIOS: readonly (readonly [number, number])[] = [
  [0, 1], // unspecified
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
]
