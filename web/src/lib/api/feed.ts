import { SightlineError } from '@sightline/client'
import { client } from './client.ts'

/** What the platform tells: `type` and the fields of its data. `at` is UTC. */
export interface FeedEvent {
  /** Place in the feed; '' for numbers that move. */
  readonly id: string
  readonly type: string
  readonly at: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface FeedState {
  /** live: the feed is open; polling: pages ask by themselves until it is. */
  readonly mode: 'live' | 'polling'
  /** Unix time since when the platform could not be reached; null while it can. */
  readonly lostAtMs: number | null
}

/** The platform says something every 15 s; twice that in silence is a dead connection. */
const SILENCE_MS = 35_000
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000, 15_000] as const
/** A platform without the feed, or that has too many followers, is asked again this much later. */
const REFUSED_PAUSE_MS = 60_000
/** Browsers open six connections to a host: tabs out of sight must not hold theirs. */
const HIDDEN_PAUSE_MS = 10_000

/**
 * The one connection of a page by which it hears what happens: server-sent events, fetched rather than by EventSource,
 * which can send no Authorization header. Comes back by itself and goes on where it was cut off.
 */
export class Feed {
  readonly #onEvent: (event: FeedEvent) => void
  readonly #onState: (state: FeedState) => void
  #state: FeedState = { mode: 'polling', lostAtMs: null }
  #lastId: string
  #failures = 0
  #abort: AbortController | null = null
  #timer: number | undefined
  #silence: number | undefined
  #closed = false

  constructor(lastId: string, onEvent: (event: FeedEvent) => void, onState: (state: FeedState) => void) {
    this.#lastId = lastId
    this.#onEvent = onEvent
    this.#onState = onState
    document.addEventListener('visibilitychange', this.#onVisibility)
    if (!document.hidden) void this.#run()
  }

  get lastId(): string {
    return this.#lastId
  }

  close(): void {
    this.#closed = true
    document.removeEventListener('visibilitychange', this.#onVisibility)
    this.#hangUp()
  }

  #onVisibility = (): void => {
    window.clearTimeout(this.#timer)
    if (!document.hidden) {
      if (this.#abort === null) void this.#run()
    } else this.#timer = window.setTimeout(() => this.#hangUp(), HIDDEN_PAUSE_MS)
  }

  #hangUp(): void {
    window.clearTimeout(this.#timer)
    window.clearTimeout(this.#silence)
    const abort = this.#abort
    this.#abort = null
    abort?.abort()
    this.#set({ mode: 'polling', lostAtMs: null })
  }

  #set(state: FeedState): void {
    if (state.mode === this.#state.mode && state.lostAtMs === this.#state.lostAtMs) return
    this.#state = state
    this.#onState(state)
  }

  async #run(): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    let pauseMs: number = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? REFUSED_PAUSE_MS
    let lost = false
    const lastEventId = this.#lastId === '' ? null : this.#lastId
    const heard = () => {
      window.clearTimeout(this.#silence)
      this.#silence = window.setTimeout(() => abort.abort(), SILENCE_MS)
    }
    try {
      for await (const { type, id, data } of client.listen({}, { signal: abort.signal, lastEventId, heard })) {
        if (this.#abort !== abort) return
        this.#lastId = id ?? this.#lastId
        this.#failures = 0
        this.#set({ mode: 'live', lostAtMs: null })
        this.#onEvent({ id: id ?? '', type, at: String(data['at'] ?? ''), data })
      }
    } catch (error) {
      if (error instanceof SightlineError && error.status > 0 && error.status < 500) pauseMs = REFUSED_PAUSE_MS
      else lost = true // unreachable, cut off, or told to stop: then nothing below happens
    }
    if (this.#closed || this.#abort !== abort) return
    window.clearTimeout(this.#silence)
    this.#failures++
    this.#set({ mode: 'polling', lostAtMs: lost ? (this.#state.lostAtMs ?? Date.now()) : null })
    this.#timer = window.setTimeout(() => void this.#run(), pauseMs)
  }
}
