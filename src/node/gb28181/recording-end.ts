/** After "end of file" the last packets may still be on their way. */
const TOLD_QUIET_MS = 300
/** So near the end silence is the end, where the device does not say so: a GOP is missing at either side. */
const NEAR_MS = 2500
const NEAR_QUIET_MS = 1500

/** Whether a recording that is being sent is at its end: told by the device, or seen. */
export class RecordingEnd {
  readonly #endMs: number
  #told = false

  constructor(endMs: number) {
    this.#endMs = endMs
  }

  /** NotifyType 121. */
  tell(): void {
    this.#told = true
  }

  /** A call that ends now has sent all. */
  near(positionMs: number): boolean {
    return this.#told || positionMs >= this.#endMs - NEAR_MS
  }

  /** `quietMs`: since the last packet. */
  reached(positionMs: number, quietMs: number): boolean {
    return this.near(positionMs) && quietMs >= (this.#told ? TOLD_QUIET_MS : NEAR_QUIET_MS)
  }
}
