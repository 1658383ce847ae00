/** Times of the clock; below zero backwards. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const

/** Backwards the picture goes in steps; more of them a second no decoder shows. */
const BACKWARDS = [-1, -2, -4, -8] as const

/** A browser decodes so many times one picture; beyond it the server sends keyframes only. */
const DECODED_AT_ONCE = 4

export type Way =
  /** HLS: everything is there, the browser plays faster or slower, with sound and at once after a jump. */
  | { readonly kind: 'hls'; readonly rate: number }
  /** FLV: the server sends at that speed, without sound, only keyframes beyond four times. */
  | { readonly kind: 'flv'; readonly speed: number }
  /** Backwards: a jump after the other. */
  | { readonly kind: 'steps'; readonly rate: number }

/** How a speed is played with so many pictures on the page. `hls` false: this browser or stream cannot. */
export function wayOf(speed: number, pictures: number, hls: boolean): Way {
  if (speed < 0) return { kind: 'steps', rate: speed }
  if (hls && speed * Math.max(1, pictures) <= DECODED_AT_ONCE) return { kind: 'hls', rate: speed }
  // At its own pace and slower a page full of pictures is as hard as live.
  if (hls && speed <= 1) return { kind: 'hls', rate: speed }
  return { kind: 'flv', speed }
}

export interface Shuttle {
  readonly playing: boolean
  readonly speed: number
}

const after = (speeds: readonly number[], speed: number): number =>
  speeds[Math.min(speeds.length - 1, speeds.indexOf(speed) + 1)] ?? speed

/** J, K and L as at an editing desk: back, pause, forward; pressed again, faster. */
export function shuttled({ playing, speed }: Shuttle, key: 'j' | 'k' | 'l'): Shuttle {
  if (key === 'k') return { playing: false, speed: 1 }
  if (key === 'l') return { playing: true, speed: !playing || speed < 0 ? 1 : after(SPEEDS, speed) }
  return { playing: true, speed: !playing || speed > 0 ? -1 : after(BACKWARDS, speed) }
}
