import type { Attempt } from './plan.ts'

export interface EngineEvents {
  /** Playing is over, for a technical reason given in English as the library or the server gave it. At most once. */
  onError(message: string): void
}

/** One running attempt: a library between one URL and one video element. */
export interface Engine {
  /** Received in the last moments, kbit/s; null when the browser does not tell. */
  networkKbps(): number | null
  /** Distance to the newest picture the server offers, milliseconds; null: the end of the buffer is that. */
  distanceToLiveMs(): number | null
  /** Tells the server how playing goes, where the protocol has a way back. */
  report?(report: { readonly delayMs: number; readonly droppedFrames: number }): void
  destroy(): void
}

export type StartEngine = (video: HTMLVideoElement, attempt: Attempt, events: EngineEvents) => Promise<Engine>
