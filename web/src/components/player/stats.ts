/** One look at the video element. Times in milliseconds, frames since the start of playing. */
export interface Reading {
  readonly atMs: number
  readonly totalFrames: number
  readonly droppedFrames: number
}

export interface PlayerStats {
  /**
   * What the player adds: newest received picture minus shown picture (for HLS: minus the live edge of the
   * playlist). Encoder and network are not in it. Null before the first picture.
   */
  readonly delayMs: number | null
  readonly width: number
  readonly height: number
  /** Frames shown per second, over the last two seconds; null until measured. */
  readonly fps: number | null
  readonly droppedFrames: number
  readonly totalFrames: number
  readonly networkKbps: number | null
}

export const NO_STATS: PlayerStats = {
  delayMs: null,
  width: 0,
  height: 0,
  fps: null,
  droppedFrames: 0,
  totalFrames: 0,
  networkKbps: null,
}

/** Long enough for a steady number, short enough to follow a change. */
const FPS_WINDOW_MS = 2000

/** Readings of the last window and one before it, oldest first. */
export function withReading(readings: readonly Reading[], reading: Reading): readonly Reading[] {
  const last = readings.at(-1)
  // A new media source starts to count at zero again.
  if (last !== undefined && reading.totalFrames < last.totalFrames) return [reading]
  const inWindow = readings.filter(({ atMs }) => reading.atMs - atMs <= FPS_WINDOW_MS)
  return [...inWindow, reading]
}

/** Frames per second over the readings; null when they span too little time. */
export function shownFps(readings: readonly Reading[]): number | null {
  const first = readings[0]
  const last = readings.at(-1)
  if (first === undefined || last === undefined || last.atMs - first.atMs < FPS_WINDOW_MS / 2) return null
  const frames = last.totalFrames - first.totalFrames - (last.droppedFrames - first.droppedFrames)
  return (Math.max(0, frames) * 1000) / (last.atMs - first.atMs)
}

/** Newest buffered picture minus the shown one, milliseconds; null without a buffer. */
export function bufferedAheadMs(video: Pick<HTMLVideoElement, 'buffered' | 'currentTime'>): number | null {
  const { buffered, currentTime } = video
  if (buffered.length === 0) return null
  return Math.max(0, (buffered.end(buffered.length - 1) - currentTime) * 1000)
}
