import { randomUUID } from 'node:crypto'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Sink } from '../../media/broadcast/packager.ts'
import type { Visitor } from '../hub.ts'
import type { ViewerInfo, ViewerSession, Viewers } from '../viewers.ts'

/** Who watches what was recorded is a viewer like any other: counted, listed, limited and put out. */
export interface ReplayAdmission {
  /** Throws AppError FORBIDDEN, VIEWER_LIMIT. */
  admitReplay(visitor: Visitor): ViewerInfo
  readonly viewers: Pick<Viewers, 'add'>
}

/** A player of recorded HLS has some parts ahead; who asks for nothing this long is gone, or waits. */
const IDLE_MS = 60_000
const SWEEP_MS = 5000
/** Players of HLS at the same time. */
const MAX_PLAYERS = 1000
/** Of those put out, so that their next request is refused. */
const MAX_KICKED = 1000

interface Player {
  session: ViewerSession | null
  lastMs: number
  bytes: number
}

/** Players of recorded HLS: requests with the same id, one behind the other. */
export class HlsPlayers implements Closable {
  readonly #hub: ReplayAdmission
  readonly #clock: Clock
  readonly #players = new Map<string, Player>()
  /** Oldest first. */
  readonly #kicked = new Set<string>()
  readonly #sweeping: Timer

  constructor(hub: ReplayAdmission, clock: Clock, timers: Timers) {
    this.#hub = hub
    this.#clock = clock
    this.#sweeping = timers.every(SWEEP_MS, () => this.#sweep())
  }

  /** A newcomer. Returns the id for his requests. Throws AppError FORBIDDEN, VIEWER_LIMIT. */
  open(visitor: Visitor): string {
    const info = this.#hub.admitReplay(visitor)
    const id = randomUUID()
    this.#add(id, info)
    return id
  }

  /**
   * Another request of a player; one who had been away for a while is there again. Returns where to count what he
   * gets. Throws AppError FORBIDDEN for one who was put out.
   */
  request(id: string, info: ViewerInfo): (bytes: number) => void {
    if (this.#kicked.has(id)) throw new AppError('FORBIDDEN', { action: 'play', reason: 'put out', kind: 'kicked' })
    const player = this.#players.get(id) ?? this.#add(id, info)
    const seen = (bytes: number) => {
      player.lastMs = this.#clock.monotonicMs()
      player.bytes += bytes
    }
    seen(0)
    return seen
  }

  close(): void {
    this.#sweeping.cancel()
    for (const { session } of [...this.#players.values()]) session?.end('the node is stopping')
  }

  #add(id: string, info: ViewerInfo): Player {
    if (this.#players.size >= MAX_PLAYERS) throw new AppError('VIEWER_LIMIT', { limit: MAX_PLAYERS })
    const player: Player = { session: null, lastMs: this.#clock.monotonicMs(), bytes: 0 }
    this.#players.set(id, player)
    player.session = this.#hub.viewers.add(info, {
      counters: () => ({ bytesSent: player.bytes, bufferedBytes: 0, framesDropped: 0 }),
      kick: () => this.#refuse(id),
      left: () => this.#players.delete(id),
    })
    return player
  }

  #refuse(id: string): void {
    this.#kicked.add(id)
    const [oldest] = this.#kicked
    if (this.#kicked.size > MAX_KICKED && oldest !== undefined) this.#kicked.delete(oldest)
  }

  #sweep(): void {
    const now = this.#clock.monotonicMs()
    for (const { lastMs, session } of [...this.#players.values()]) {
      if (now - lastMs > IDLE_MS) session?.end('no request for a minute')
    }
  }
}

/** A sink that knows how much went through it. */
export class CountingSink implements Sink {
  readonly #sink: Sink
  bytes = 0

  constructor(sink: Sink) {
    this.#sink = sink
  }

  write(bytes: Uint8Array): void {
    this.bytes += bytes.length
    this.#sink.write(bytes)
  }

  pendingBytes(): number {
    return this.#sink.pendingBytes()
  }

  end(reason: string): void {
    this.#sink.end(reason)
  }
}

/** Pieces, with their lengths told as they go. */
export async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const piece of pieces) {
    count(piece.length)
    yield piece
  }
}
