import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newSecret } from '../../base/id.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Actor } from '../access/actor.ts'
import { may } from '../access/permission.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import { type FeedEvent, type FeedType, type LiveNumbers, liveNumbers } from './feed-event.ts'
import type { LastingEvents } from './lasting-events.ts'

/** Events kept for followers that come back: minutes of a busy platform, a few MB. */
const MAX_KEPT = 5000
/** Followers of the whole platform, and of one user: each open page of the console is one. */
const MAX_FOLLOWERS = 500
const MAX_FOLLOWERS_PER_USER = 20
/** Numbers that move are told once a second, of so many streams; the others are told in the next rounds. */
const LIVE_EVERY_MS = 1000
const MAX_LIVE_PER_ROUND = 1000
/** Below the 30 s after which careless proxies close a silent connection. */
export const HEARTBEAT_EVERY_MS = 15_000

export interface FeedFilter {
  /** Only these types. */
  readonly types?: ReadonlySet<FeedType> | undefined
  /** Only streams of this space; what concerns no stream is left out. */
  readonly space?: string | undefined
  /** Only this stream; what concerns no stream is left out. */
  readonly path?: string | undefined
}

export interface Follower {
  readonly actor: Actor
  readonly filter: FeedFilter
  /** Nothing is told twice; `id` is null for what cannot be resumed at. */
  event(event: FeedEvent, id: string | null): void
  /** Events are missing: everything is to be asked for anew. */
  reset(id: string): void
  heartbeat(): void
  /** The platform stops. */
  end(): void
}

export interface EventFeedOptions {
  readonly links: () => NodeLinks
  readonly clock: Clock
  readonly timers: Timers
  /** Of before this start, and where to keep those of it. */
  readonly lasting?: Pick<LastingEvents, 'events' | 'add'>
}

/** Tells everybody who follows what happens, in order, and keeps the newest events for those who were cut off. */
export class EventFeed implements Closable {
  readonly #options: EventFeedOptions
  readonly #followers = new Set<Follower>()
  readonly #timers: Timer[]
  /** Numbers begin at 0 with each start of the platform, so they are only good together with this. */
  readonly #epoch = newSecret(6)
  #kept: FeedEvent[] = []
  /** Number of the event after the newest. */
  #next = 0
  #told = new Map<string, LiveNumbers>()

  constructor(options: EventFeedOptions) {
    this.#options = options
    this.#kept = [...(options.lasting?.events ?? [])]
    this.#next = this.#kept.length
    this.#timers = [
      options.timers.every(LIVE_EVERY_MS, () => this.#tellLive()),
      options.timers.every(HEARTBEAT_EVERY_MS, () => this.#each(follower => follower.heartbeat())),
    ]
  }

  publish(event: Omit<FeedEvent, 'atMs'> & { readonly atMs?: number }): void {
    const whole: FeedEvent = { atMs: this.#options.clock.nowMs(), ...event }
    const number = this.#next++
    this.#kept.push(whole)
    this.#options.lasting?.add(whole)
    // cut in bulk: shifting one by one would move the whole array each time
    if (this.#kept.length >= 2 * MAX_KEPT) this.#kept = this.#kept.slice(-MAX_KEPT)
    this.#each(follower => {
      if (concerns(follower, whole)) follower.event(whole, this.#id(number))
    })
  }

  /** Tells first what was missed since `lastId`, or that it is not known any more. Answers how to stop. Throws TOO_MANY_REQUESTS. */
  follow(follower: Follower, lastId: string | null): () => void {
    const ofUser = [...this.#followers].filter(({ actor }) => actor.id === follower.actor.id).length
    if (this.#followers.size >= MAX_FOLLOWERS || ofUser >= MAX_FOLLOWERS_PER_USER) {
      throw new AppError('TOO_MANY_REQUESTS', { seconds: HEARTBEAT_EVERY_MS / 1000 })
    }
    const missed = lastId === null ? [] : this.#since(lastId)
    if (missed === null) follower.reset(this.id)
    const first = this.#next - (missed?.length ?? 0)
    for (const [index, event] of (missed ?? []).entries()) {
      if (concerns(follower, event)) follower.event(event, this.#id(first + index))
    }
    if (this.#followers.size === 0) this.#told.clear() // nobody heard the numbers told before
    this.#followers.add(follower)
    return () => void this.#followers.delete(follower)
  }

  /** The newest events that concern somebody, the oldest of them first, with their ids. */
  newest(listener: Pick<Follower, 'actor' | 'filter'>, limit: number): readonly (readonly [FeedEvent, string])[] {
    const found: [FeedEvent, string][] = []
    for (let back = 1; back <= this.#kept.length && found.length < limit; back++) {
      const event = this.#kept.at(-back)
      if (event && concerns(listener, event)) found.push([event, this.#id(this.#next - back)])
    }
    return found.reverse()
  }

  /** Where somebody who has heard everything is. */
  get id(): string {
    return this.#id(this.#next - 1)
  }

  get followers(): number {
    return this.#followers.size
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#each(follower => follower.end())
    this.#followers.clear()
  }

  #id(number: number): string {
    return `${this.#epoch}.${number}`
  }

  /** Null when some of what came after is not kept any more, or was told by another run of the platform. */
  #since(lastId: string): FeedEvent[] | null {
    const [epoch, digits = ''] = lastId.split('.')
    const number = /^-?\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN
    const missing = this.#next - 1 - number
    if (epoch !== this.#epoch || !(missing >= 0 && missing <= Math.min(MAX_KEPT, this.#kept.length))) return null
    return missing === 0 ? [] : this.#kept.slice(-missing)
  }

  /** Only what differs from what was told last, so a quiet platform is silent. */
  #tellLive(): void {
    if (this.#followers.size === 0) return
    const changed: LiveNumbers[] = []
    const told = new Map<string, LiveNumbers>()
    for (const node of this.#options.links().nodes.values()) {
      for (const [path, status] of node.streams) {
        const before = this.#told.get(path)
        const now = liveNumbers(node.id, status)
        const differs = before === undefined || !same(before, now)
        if (differs && changed.length < MAX_LIVE_PER_ROUND) {
          changed.push(now)
          told.set(path, now)
        } else if (before !== undefined) told.set(path, before)
      }
    }
    this.#told = told
    if (changed.length === 0) return
    const atMs = this.#options.clock.nowMs()
    this.#each(follower => {
      const { filter } = follower
      const items = changed.filter(({ path }) => pathFits(filter, path))
      if (items.length === 0) return
      const event = { type: 'streams.live', atMs, permission: 'streams.read', path: null, data: { items } } as const
      if (concerns(follower, event, true)) follower.event(event, null)
    })
  }

  #each(run: (follower: Follower) => void): void {
    for (const follower of [...this.#followers]) run(follower)
  }
}

function concerns({ actor, filter }: Pick<Follower, 'actor' | 'filter'>, event: FeedEvent, pathsFit = false): boolean {
  if (filter.types && !filter.types.has(event.type)) return false
  return (pathsFit || pathFits(filter, event.path)) && may(actor, event.permission)
}

function pathFits({ path, space }: FeedFilter, of: string | null): boolean {
  if (path !== undefined) return of === path
  return space === undefined || (of?.startsWith(`${space}/`) ?? false)
}

function same(a: LiveNumbers, b: LiveNumbers): boolean {
  return (
    a.nodeId === b.nodeId &&
    a.waiting === b.waiting &&
    a.bitrateKbps === b.bitrateKbps &&
    a.fps === b.fps &&
    a.viewers === b.viewers &&
    a.gopMs === b.gopMs
  )
}
