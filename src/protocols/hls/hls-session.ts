import type { Clock } from '../../base/clock.ts'
import { newSecret } from '../../base/id.ts'
import type { HlsPlayerReport } from './cmcd.ts'
import type { HlsStream } from './hls-channel.ts'

/** What a session tells whoever lists viewers. */
export interface HlsViewerHandle {
  counters(): { bytesSent: number; bufferedBytes: number; framesDropped: number }
  /** Puts the viewer out: the session is not known any more. */
  kick(reason: string): void
  /** The viewer is gone; called once, whoever ended it. */
  left(): void
}

/** A viewer who is counted. */
export interface HlsViewer {
  /** He stopped. */
  end(reason: string): void
  /** How playing goes, by his own word. */
  report(report: HlsPlayerReport): void
}

/** A viewer who may watch, before and after he is counted. */
export interface HlsAdmission {
  readonly stream: HlsStream
  /** The viewer has begun to play. */
  join(handle: HlsViewerHandle): HlsViewer
}

/** One player, from its master playlist on. HTTP has no connection to know it by, so its URLs carry an id. */
export class HlsSession {
  /** 144 random bits: it is what the signed URL was, for as long as the session lives. */
  readonly id = newSecret(18)
  /** Of the URL, without extension: a session serves only the stream it was made for. */
  readonly base: string
  readonly stream: HlsStream
  readonly #admission: HlsAdmission
  readonly #forget: (session: HlsSession) => void
  #viewer: HlsViewer | null = null
  bytesSent = 0
  usedAtMs: number

  constructor(admission: HlsAdmission, base: string, nowMs: number, forget: (session: HlsSession) => void) {
    this.base = base
    this.stream = admission.stream
    this.#admission = admission
    this.#forget = forget
    this.usedAtMs = nowMs
  }

  /** The player asked for a media playlist: it is a viewer from now on. */
  start(): void {
    this.#viewer ??= this.#admission.join({
      counters: () => ({ bytesSent: this.bytesSent, bufferedBytes: 0, framesDropped: 0 }),
      kick: () => this.#forget(this),
      left: () => this.#forget(this),
    })
  }

  report(report: HlsPlayerReport): void {
    this.#viewer?.report(report)
  }

  countBytes(bytes: number): void {
    this.bytesSent += bytes
    this.stream.meter.bytesSent += bytes
  }

  end(reason: string): void {
    this.#forget(this)
    this.#viewer?.end(reason)
  }

  get watching(): boolean {
    return this.#viewer !== null
  }
}

/** Viewers one node could serve segments to. Past it those that never played make room, then nobody new is let in. */
export const MAX_SESSIONS = 100_000
/** A player polls once per target duration; three missed polls and a slow segment mean that it is gone. */
const IDLE_TARGET_DURATIONS = 3
const MIN_IDLE_MS = 15_000

export class HlsSessions {
  readonly #clock: Clock
  readonly #byId = new Map<string, HlsSession>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#byId.size
  }

  /** Null when there is no room. */
  create(admission: HlsAdmission, base: string): HlsSession | null {
    if (this.#byId.size >= MAX_SESSIONS && !this.#dropUnused()) return null
    const session = new HlsSession(admission, base, this.#clock.monotonicMs(), gone => this.#byId.delete(gone.id))
    this.#byId.set(session.id, session)
    return session
  }

  /** The session, when it is one of this stream's URL; it counts as alive from now on. */
  use(id: string, base: string): HlsSession | undefined {
    const session = this.#byId.get(id)
    if (session?.base !== base) return undefined
    session.usedAtMs = this.#clock.monotonicMs()
    return session
  }

  /** Ends the sessions that have been silent for too long; `targetDuration` gives the seconds of a stream's segments. */
  sweep(targetDuration: (stream: HlsStream) => number): void {
    const now = this.#clock.monotonicMs()
    for (const session of this.#byId.values()) {
      const idleMs = Math.max(MIN_IDLE_MS, IDLE_TARGET_DURATIONS * 1000 * targetDuration(session.stream))
      if (now - session.usedAtMs > idleMs) session.end('no requests')
    }
  }

  close(): void {
    for (const session of [...this.#byId.values()]) session.end('the node is stopping')
  }

  #dropUnused(): boolean {
    for (const session of this.#byId.values()) {
      if (session.watching) continue
      session.end('no room')
      return true
    }
    return false
  }
}
