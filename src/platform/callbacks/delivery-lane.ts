import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Database } from '../../storage/database.ts'
import type { AnnouncedMedia } from './announcement.ts'
import type { Callback } from './callback.ts'
import type { Answer, CallbackSender } from './callback-sender.ts'
import { DeliveryStore, type Waiting } from './delivery-store.ts'

/** Requests at once to one receiver, each about another object. */
const WIDTH = 4
/** A try, then waits of 1 s, 3 s, 9 s ... up to an hour: about eight hours in all. */
const MAX_ATTEMPTS = 15
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 3_600_000
const GROWTH = 3
/**
 * Whoever sends something has it for so long, longer than a try takes: platforms that share a database do not send it
 * twice, and another one goes on when this one has died.
 */
const CLAIM_MS = 15_000
/** The database failed: looked at again after this time. */
const RETRY_MS = 5000
/** Times a receiver fails in a row before somebody is told. */
const FAILURES_OF_ALERT = 3

export interface DeliveryLaneOptions {
  readonly db: Database
  readonly sender: CallbackSender
  /** Signed URL of something of a stream; null: its space is gone. */
  readonly mediaUrl: (path: string, media: AnnouncedMedia) => Promise<string | null>
  readonly onFinished: (callbackId: string) => void
  /** Told when a receiver has failed several times in a row, with why, and when it takes something again. */
  readonly onHealth: (callback: Callback, failing: string | null) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly random: () => number
}

/** What is on its way to one receiver: in order for each object, several objects at once, nobody else held up. */
export class DeliveryLane {
  readonly #options: DeliveryLaneOptions
  #callback: Callback
  readonly #sending = new Map<string, Promise<void>>()
  #filling: Promise<void> | null = null
  /** Since the last look at the queue: what was read then may show them waiting still. */
  #finished = new Set<string>()
  #again = false
  #timer: Timer | null = null
  #failures = 0
  /** What was told last of the receiver; unknown after a restart. */
  #failing: boolean | null = null
  readonly #abort = new AbortController()
  /** Since the start, for the metrics. */
  readonly totals = { delivered: 0, failed: 0, dead: 0 }

  constructor(callback: Callback, options: DeliveryLaneOptions) {
    this.#callback = callback
    this.#options = options
  }

  set callback(callback: Callback) {
    this.#callback = callback
    this.wake()
  }

  /** There may be something to send. */
  wake(): void {
    if (this.#abort.signal.aborted || !this.#callback.enabled) return
    if (this.#filling) {
      this.#again = true
      return
    }
    this.#filling = this.#fill()
      .catch((error: unknown) => {
        this.#options.log.error('callbacks not read', { callback: this.#callback.id, reason: errorText(error) })
        this.#wakeIn(RETRY_MS)
      })
      .finally(() => {
        this.#filling = null
        if (!this.#again) return
        this.#again = false
        this.wake()
      })
  }

  /** What is being sent is sent again after the next start. */
  async close(): Promise<void> {
    this.#abort.abort()
    this.#timer?.cancel()
    await this.#filling
    await Promise.all(this.#sending.values())
  }

  async #fill(): Promise<void> {
    if (this.#sending.size >= WIDTH) return
    const { clock, db } = this.#options
    this.#finished.clear()
    // those being sent are heads too
    const heads = await new DeliveryStore(db).heads(this.#callback.id, WIDTH + this.#sending.size)
    const now = clock.nowMs()
    for (const head of heads) {
      if (this.#sending.size >= WIDTH || this.#sending.has(head.object) || this.#finished.has(head.id)) continue
      if (head.nextAtMs > now) {
        this.#wakeIn(head.nextAtMs - now)
        return
      }
      this.#sending.set(head.object, this.#send(head))
    }
  }

  #wakeIn(ms: number): void {
    this.#timer?.cancel()
    this.#timer = this.#options.timers.after(ms, () => this.wake())
  }

  async #send(delivery: Waiting): Promise<void> {
    const { clock, db, log, sender } = this.#options
    const { id, event, object, nextAtMs } = delivery
    const { signal } = this.#abort
    const store = new DeliveryStore(db)
    try {
      const untilMs = clock.nowMs() + CLAIM_MS
      if (!(await store.claim(delivery, untilMs))) {
        this.#wakeIn(CLAIM_MS)
        return
      }
      const body = await this.#bodyOf(delivery)
      const answer = await sender.send(this.#callback, body, { event, id }, signal)
      if (!answer.ok && signal.aborted) {
        await store.claim({ id, nextAtMs: untilMs }, nextAtMs)
        return
      }
      await store.finish(id, this.#result(delivery, answer))
      this.#finished.add(id)
      this.#heard(answer)
    } catch (error) {
      log.error('delivery not written down', { id, reason: errorText(error) })
      this.#wakeIn(RETRY_MS)
      return
    } finally {
      this.#sending.delete(object)
    }
    this.wake()
  }

  async #bodyOf({ body, media, object }: Waiting): Promise<string> {
    if (!media) return body
    const url = await this.#options.mediaUrl(object, media)
    return JSON.stringify({ ...(JSON.parse(body) as object), url }) // an object, made by the queue
  }

  #result({ attempts: before }: Waiting, { ok, status, error, answer }: Answer) {
    const { clock, onFinished, random } = this.#options
    const now = clock.nowMs()
    const attempts = before + 1
    const last = { attempts, lastStatus: status, lastError: error, lastAnswer: answer }
    const over = ok || attempts >= MAX_ATTEMPTS
    if (over) {
      onFinished(this.#callback.id)
      this.totals[ok ? 'delivered' : 'dead']++
      return { state: ok ? 'delivered' : 'dead', nextAtMs: now, finishedAtMs: now, ...last } as const
    }
    this.totals.failed++
    // jitter, so that what failed together does not come back together
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * GROWTH ** before) * (0.5 + random())
    return { state: 'waiting', nextAtMs: now + Math.round(waitMs), finishedAtMs: null, ...last } as const
  }

  #heard({ ok, error }: Answer): void {
    this.#failures = ok ? 0 : this.#failures + 1
    const failing = this.#failures >= FAILURES_OF_ALERT
    if ((!ok && !failing) || failing === this.#failing) return
    this.#failing = failing
    this.#options.onHealth(this.#callback, failing ? error : null)
  }
}
