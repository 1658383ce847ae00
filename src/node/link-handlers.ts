import type { KickTarget, SpacesState } from '../link/messages.ts'
import type { StreamStatus, ViewerStatus } from '../link/status.ts'
import type { TraceEntry } from '../link/trace.ts'

/** What the platform may ask of a node; the node's hub answers. */
export interface LinkHandlers {
  /** The desired state, whole: at the start as it was stored, then whenever the platform sends it. */
  applySpaces(state: SpacesState): void
  /** Puts out the publisher of a path, or one viewer; false when there is none. */
  kick(target: KickTarget): boolean
  viewers(path: string): readonly ViewerStatus[]
  streams(): readonly StreamStatus[]
  /** What happened to a path lately, oldest first. */
  trace(path: string): readonly TraceEntry[]
  /** Reads the configuration again; names the keys that changed and those that wait for a restart. */
  reloadSettings(): Promise<{ changed: readonly string[]; needRestart: readonly string[] }>
}
