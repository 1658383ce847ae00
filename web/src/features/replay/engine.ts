/** One recorded time of one stream between a URL and a video element. */
export interface ReplayEngine {
  /** When the picture that is shown was recorded, milliseconds since 1970; null while none is. */
  positionMs(): number | null
  /** False: that moment is not in what was loaded. */
  seek(ms: number): boolean
  /** How fast the video element has to play for `speed` times of the clock. */
  rateOf(speed: number): number
  destroy(): void
}

export interface ReplayEvents {
  /** The text of the library or the server. At most once. */
  onError(message: string): void
  /** Nothing comes after what was loaded. */
  onEnd(): void
}

export interface ReplaySource {
  readonly url: string
  readonly fromMs: number
  /** Where to begin. */
  readonly atMs: number
}
