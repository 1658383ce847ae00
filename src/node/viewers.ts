import type { Clock } from '../base/clock.ts'
import { newId } from '../base/id.ts'
import type { ViewerStatus } from '../link/status.ts'

export interface ViewerInfo {
  readonly path: string
  /** 'http-flv', 'ws-flv', 'hls', 'rtmp' ... */
  readonly protocol: string
  readonly remote: string
  readonly agent: string
  readonly traceId: string
}

/** What a player says about itself. */
export interface PlayerReport {
  /** How far the picture is behind the newest frame, milliseconds. */
  readonly delayMs: number
  readonly droppedFrames: number
}

/** What the protocol serving a viewer can tell and do. */
export interface ViewerHandle {
  counters(): { bytesSent: number; bufferedBytes: number; framesDropped: number }
  /** Ends the viewer's connection; the protocol then reports its end as usual. */
  kick(reason: string): void
  /** Nothing is sent while paused; only where the protocol knows of it. */
  pause?(paused: boolean): void
  /** The viewer is gone; called once, whoever ended it. */
  left(): void
}

export interface ViewerEvents {
  started(viewer: ViewerStatus): void
  stopped(viewer: ViewerStatus, durationMs: number, reason: string): void
}

/** Longest User-Agent kept; longer ones are cut. */
const MAX_AGENT_LENGTH = 256

/** One viewer from the first byte to the last. */
export class ViewerSession {
  readonly id: string
  readonly info: ViewerInfo
  readonly startedAtMs: number
  readonly #handle: ViewerHandle
  readonly #onEnd: (session: ViewerSession, reason: string) => void
  #report: PlayerReport | null = null
  #ended = false

  constructor(
    info: ViewerInfo,
    handle: ViewerHandle,
    nowMs: number,
    onEnd: (session: ViewerSession, reason: string) => void,
  ) {
    this.id = newId('vw', nowMs)
    this.info = info.agent.length > MAX_AGENT_LENGTH ? { ...info, agent: info.agent.slice(0, MAX_AGENT_LENGTH) } : info
    this.startedAtMs = nowMs
    this.#handle = handle
    this.#onEnd = onEnd
  }

  status(): ViewerStatus {
    const report = this.#report && { delayMs: this.#report.delayMs, playerDroppedFrames: this.#report.droppedFrames }
    return { id: this.id, ...this.info, startedAtMs: this.startedAtMs, ...this.#handle.counters(), ...report }
  }

  /** The newest word of the player counts. */
  report(report: PlayerReport): void {
    this.#report = report
  }

  pause(paused: boolean): void {
    this.#handle.pause?.(paused)
  }

  kick(reason: string): void {
    this.#handle.kick(reason)
    this.end(reason)
  }

  end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd(this, reason)
    this.#handle.left()
  }
}

/** All viewers of the node, by id and by stream. */
export class Viewers {
  readonly #clock: Clock
  readonly #events: ViewerEvents
  readonly #byId = new Map<string, ViewerSession>()
  readonly #byPath = new Map<string, Set<ViewerSession>>()
  readonly #bySpace = new Map<string, number>()
  readonly #total = new Map<string, number>()
  /** Viewers by protocol, by path. */
  readonly #protocols = new Map<string, Map<string, number>>()

  constructor(clock: Clock, events: ViewerEvents) {
    this.#clock = clock
    this.#events = events
  }

  add(info: ViewerInfo, handle: ViewerHandle): ViewerSession {
    const session = new ViewerSession(info, handle, this.#clock.nowMs(), (ended, reason) => this.#remove(ended, reason))
    this.#byId.set(session.id, session)
    const ofPath = this.#byPath.get(info.path) ?? new Set()
    this.#byPath.set(info.path, ofPath.add(session))
    this.#count(info, 1)
    this.#events.started(session.status())
    return session
  }

  get(id: string): ViewerSession | undefined {
    return this.#byId.get(id)
  }

  ofPath(path: string): ViewerSession[] {
    return [...(this.#byPath.get(path) ?? [])]
  }

  count(path: string): number {
    return this.#byPath.get(path)?.size ?? 0
  }

  /** Of all paths below a space. */
  countInSpace(space: string): number {
    return this.#bySpace.get(space) ?? 0
  }

  /** Of all paths, also of those whose stream is over and whose recording is watched. */
  get protocols(): ReadonlyMap<string, number> {
    return this.#total
  }

  countByProtocol(path: string): Record<string, number> {
    return Object.fromEntries(this.#protocols.get(path) ?? [])
  }

  /** Sums are kept, not counted anew for each report: there are thousands of viewers and a report every second. */
  #count({ path, protocol }: ViewerInfo, change: 1 | -1): void {
    const [space = ''] = path.split('/', 1)
    add(this.#bySpace, space, change)
    add(this.#total, protocol, change)
    const protocols = this.#protocols.get(path) ?? new Map<string, number>()
    add(protocols, protocol, change)
    if (protocols.size === 0) this.#protocols.delete(path)
    else this.#protocols.set(path, protocols)
  }

  #remove(session: ViewerSession, reason: string): void {
    this.#byId.delete(session.id)
    const ofPath = this.#byPath.get(session.info.path)
    ofPath?.delete(session)
    if (ofPath?.size === 0) this.#byPath.delete(session.info.path)
    this.#count(session.info, -1)
    this.#events.stopped(session.status(), this.#clock.nowMs() - session.startedAtMs, reason)
  }
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
