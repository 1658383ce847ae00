import { ReplayClock } from './replay-clock.ts'
import { ReplayUrls } from './replay-urls.ts'
import type { Shuttle } from './speed.ts'
import { TileSession } from './tile-session.ts'
import { playableFrom, playableUntil, spanAt, type Track } from './track.ts'

const BEAT_MS = 100
/** Nearer to now than this one has caught up ... */
const NEAR_MS = 12_000
/** ... or when nothing comes any more so near: what is written is in the playlist some seconds later. */
const EDGE_MS = 30_000
/** Farther off, a picture of several is in another recording than the clock. */
const FOLLOW_MS = 3000

export interface ReplaySnapshot extends Shuttle {
  readonly positionMs: number
  /** A picture is being fetched. */
  readonly held: boolean
  /** Nothing more was recorded after this. */
  readonly ended: boolean
  /** Grows with each jump: the page puts the time into its URL then. */
  readonly jumps: number
}

/** Up to four streams shown at one time: the clock, and what follows it. An external store for React. */
export class ReplaySession {
  readonly urls = new ReplayUrls()
  readonly #clock: ReplayClock
  readonly #listeners = new Set<() => void>()
  #tiles: readonly TileSession[] = []
  #snapshot: ReplaySnapshot
  #timer: number | undefined
  #jumps = 0
  #ended = false

  constructor(positionMs: number) {
    this.#clock = new ReplayClock(positionMs, () => performance.now())
    this.#snapshot = { playing: false, speed: 1, positionMs, held: false, ended: false, jumps: 0 }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  getSnapshot = (): ReplaySnapshot => this.#snapshot

  start(): void {
    this.#timer ??= window.setInterval(() => this.#beat(), BEAT_MS)
  }

  stop(): void {
    window.clearInterval(this.#timer)
    this.#timer = undefined
    for (const tile of this.#tiles) tile.close()
    this.#tiles = []
  }

  /** The streams that are shown; those that stay are not disturbed. */
  setStreams(ids: readonly string[]): void {
    const kept = new Map(this.#tiles.map(tile => [tile.stream, tile]))
    this.#tiles = ids.map(id => kept.get(id) ?? new TileSession(id, this.urls, this.#tell))
    for (const [id, tile] of kept) if (!ids.includes(id)) tile.close()
    this.#tell()
  }

  tile(stream: string): TileSession | undefined {
    return this.#tiles.find(each => each.stream === stream)
  }

  setTrack(stream: string, track: Track): void {
    this.tile(stream)?.setTrack(track)
  }

  seek(positionMs: number): void {
    this.#clock.seek(Math.min(positionMs, Date.now()))
    this.#jumps++
    this.#ended = false
    for (const tile of this.#tiles) tile.jumped()
    this.#beat()
  }

  shuttle({ playing, speed }: Shuttle): void {
    if (playing && this.#ended) this.#ended = false
    // What cannot go backwards may go forwards again.
    if (Math.sign(speed) !== Math.sign(this.#clock.speed)) for (const tile of this.#tiles) tile.jumped()
    this.#clock.set(playing, speed)
    this.#beat()
  }

  #beat(): void {
    const now = performance.now()
    const clock = this.#clock
    if (clock.playing && clock.speed > 0) this.#follow()
    this.#overHoles()
    const beat = {
      positionMs: clock.positionMs,
      speed: clock.speed,
      running: clock.playing,
      pictures: this.#tiles.length,
    }
    for (const tile of this.#tiles) tile.sync(beat, now)
    const broken = this.#tiles.length > 0 && this.#tiles.every(({ snapshot }) => snapshot.state === 'failed')
    const unknown = !this.#tiles.every(({ known }) => known)
    clock.hold(broken || unknown || (clock.speed > 0 && this.#tiles.some(tile => tile.awaited(now))))
    this.#tell()
  }

  /** The first picture that goes on leads. Alone it may jump over a hole; among others it waits for their time. */
  #follow(): void {
    const clock = this.#clock
    const alone = this.#tiles.length === 1
    for (const tile of this.#tiles) {
      const shown = tile.leads ? tile.positionMs() : null
      if (shown === null || (!alone && Math.abs(shown - clock.positionMs) > FOLLOW_MS)) continue
      clock.seek(shown)
      return
    }
  }

  /** Where nobody has anything the clock goes on to where somebody has. */
  #overHoles(): void {
    const clock = this.#clock
    const { positionMs } = clock
    if (!clock.playing || this.#tiles.length === 0 || !this.#tiles.every(({ known }) => known)) return
    if (this.#tiles.some(({ track }) => spanAt(track.spans, positionMs) !== null)) return
    const targets = this.#tiles
      .map(({ track: { spans } }) =>
        clock.speed > 0 ? playableFrom(spans, positionMs) : playableUntil(spans, positionMs),
      )
      .filter(target => target !== null)
    if (targets.length === 0) {
      clock.set(false, 1)
      this.#ended = true
    } else clock.seek(clock.speed > 0 ? Math.min(...targets) : Math.max(...targets))
  }

  /** So near to now that one may as well look at it live. */
  get caughtUp(): boolean {
    const behindMs = Date.now() - this.#clock.positionMs
    return behindMs < NEAR_MS || (this.#snapshot.held && behindMs < EDGE_MS)
  }

  #tell = (): void => {
    const { playing, speed, positionMs } = this.#clock
    const held = playing && !this.#clock.running
    const before = this.#snapshot
    const next = { playing, speed, positionMs, held, ended: this.#ended, jumps: this.#jumps }
    const same =
      before.playing === next.playing &&
      before.speed === next.speed &&
      before.positionMs === next.positionMs &&
      before.held === next.held &&
      before.ended === next.ended &&
      before.jumps === next.jumps
    if (!same) this.#snapshot = next
    for (const listener of this.#listeners) listener()
  }
}
