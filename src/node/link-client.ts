import type { Clock, Timer, Timers } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import type { Closable } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'
import type { Carrier } from '../link/carrier.ts'
import { Connection, type RequestHandlers } from '../link/connection.ts'
import type { NodeEvent } from '../link/events.ts'
import { type Endpoints, LINK_VERSION, NODE_SAYS, PLATFORM_SAYS } from '../link/messages.ts'
import type { NodeReport } from '../link/status.ts'
import { dialWebSocket } from '../link/websocket-carrier.ts'
import type { LinkHandlers } from './link-handlers.ts'
import type { NodeStore } from './node-store.ts'
import type { Outbox } from './outbox.ts'

/** First wait after a loss; doubled up to the longest, each with ±50 % jitter so that a fleet does not dial as one. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5000
/** Failures to dial at the start that are not worth a warning: about 4 s. */
const QUIET_FAILURES = 4
/** A wrong token or version does not mend itself; but somebody may be mending it. */
const REFUSED_WAIT_MS = 10_000

export interface LinkClientOptions {
  /** `ws://platform:8000/link` */
  readonly url: string
  readonly token: string
  readonly nodeId: string
  readonly name: string
  readonly version: string
  /** Asked at each hello: ports are only known once the servers listen. */
  readonly endpoints: () => Endpoints
  readonly store: NodeStore
  readonly outbox: Outbox
  readonly handlers: LinkHandlers
  /** Answers of the features that are on at this node: devices, recordings. */
  readonly features?: Partial<RequestHandlers<typeof PLATFORM_SAYS>>
  readonly report: () => NodeReport
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** Milliseconds between reports. */
  readonly reportEveryMs?: number
  readonly dial?: (url: string, token: string) => Promise<Carrier>
  readonly random?: () => number
}

/**
 * The node's end of the link.
 *
 * waiting    -> dialling   the wait is over
 * dialling   -> greeting   connected
 *            -> waiting    failed
 * greeting   -> up         hello answered
 *            -> waiting    refused, lost
 * up         -> waiting    lost
 * any        -> closed     close()
 */
export type LinkState = 'waiting' | 'dialling' | 'greeting' | 'up' | 'closed'

export interface LinkClient extends Closable {
  readonly state: LinkState
  /** Applies the stored desired state and begins dialling. */
  start(): void
  /** Delivered once and in order, now or when the link is back. */
  emit(event: NodeEvent): void
}

type NodeConnection = Connection<typeof NODE_SAYS, typeof PLATFORM_SAYS>

export function createLinkClient(options: LinkClientOptions): LinkClient {
  return new Client(options)
}

class Client implements LinkClient {
  readonly #options: LinkClientOptions
  readonly #log: Log
  state: LinkState = 'waiting'
  #connection: NodeConnection | null = null
  #retry: Timer | null = null
  #reports: Timer | null = null
  #failures = 0
  #wasUp = false
  #delivering = false
  /** Last failure in words: the same one again is not logged again. */
  #lastFailure = ''

  constructor(options: LinkClientOptions) {
    this.#options = options
    this.#log = options.log.child({ link: options.url })
  }

  start(): void {
    const { clock, handlers, outbox, store, version } = this.#options
    const stored = store.state('spaces')
    if (stored) handlers.applySpaces(stored)
    outbox.onWritten(() => void this.#deliver())
    outbox.add({ type: 'node.started', version, atMs: clock.nowMs() })
    void this.#dial()
  }

  emit(event: NodeEvent): void {
    this.#options.outbox.add(event)
  }

  close(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#retry?.cancel()
    this.#reports?.cancel()
    this.#connection?.close('node is stopping')
  }

  async #dial(): Promise<void> {
    this.state = 'dialling'
    const { url, token, dial = dialWebSocket } = this.#options
    try {
      const carrier = await dial(url, token)
      if (this.#is('closed')) carrier.close('node is stopping')
      else await this.#greet(carrier)
    } catch (error) {
      if (!this.#is('waiting')) this.#lost(error) // else the end of the connection was seen first
    }
  }

  async #greet(carrier: Carrier): Promise<void> {
    this.state = 'greeting'
    const { clock, endpoints, name, nodeId, outbox, timers, version } = this.#options
    const connection: NodeConnection = new Connection({
      carrier,
      peer: 'platform',
      says: NODE_SAYS,
      hears: PLATFORM_SAYS,
      requests: this.#requests(),
      notices: {},
      clock,
      timers,
      log: this.#log,
      onClose: reason => {
        if (this.#connection === connection)
          this.#lost(new AppError('LINK_CLOSED', { peer: 'platform' }, { cause: reason }))
      },
    })
    this.#connection = connection
    const hello = { nodeId, name, version, linkVersion: LINK_VERSION, endpoints: endpoints(), outboxId: outbox.id }
    const { lastEvent } = await connection.request('hello', hello)
    if (this.#connection !== connection) return
    this.state = 'up'
    this.#wasUp = true
    this.#failures = 0
    this.#lastFailure = ''
    this.#log.info('link is up')
    outbox.acknowledge(lastEvent)
    this.#report()
    this.#reports = timers.every(this.#options.reportEveryMs ?? 1000, () => this.#report())
    void this.#deliver()
  }

  #requests(): Partial<RequestHandlers<typeof PLATFORM_SAYS>> {
    const { features, handlers, store } = this.#options
    return {
      ...features,
      'spaces.apply': state => {
        store.saveState('spaces', state)
        handlers.applySpaces(state)
        return {}
      },
      'stream.kick': target => ({ kicked: handlers.kick(target) }),
      'streams.list': () => ({ streams: [...handlers.streams()] }),
      'stream.viewers': ({ path, viewerId }) => {
        const viewers = handlers.viewers(path)
        return { viewers: viewerId === undefined ? [...viewers] : viewers.filter(({ id }) => id === viewerId) }
      },
      'stream.trace': ({ path }) => ({ entries: [...handlers.trace(path)] }),
      'settings.reload': async () => {
        const { changed, needRestart } = await handlers.reloadSettings()
        return { changed: [...changed], needRestart: [...needRestart] }
      },
    }
  }

  #report(): void {
    this.#connection?.notify('node.report', this.#options.report())
  }

  /** One delivery at a time: the next begins when the platform has applied the one before. */
  async #deliver(): Promise<void> {
    const connection = this.#connection
    if (this.#delivering || this.state !== 'up' || !connection) return
    const { outbox } = this.#options
    this.#delivering = true
    try {
      for (let last = 0; ; ) {
        const events = outbox.peek(last)
        if (events.length === 0) break
        ;({ lastEvent: last } = await connection.request('events.deliver', { events }))
        outbox.acknowledge(last)
      }
    } catch (error) {
      // dialling again resends from the last event that the platform has
      connection.close(`events not accepted: ${errorText(error)}`)
    } finally {
      this.#delivering = false
    }
    if (this.#connection !== connection) void this.#deliver() // a new link came up meanwhile
  }

  #lost(error: unknown): void {
    const connection = this.#connection
    this.#connection = null
    this.#reports?.cancel()
    if (this.state === 'closed') return
    connection?.close('dialling again')
    this.state = 'waiting'
    const waitMs = this.#waitMs(error)
    const reason = failureText(error)
    // Started beside its platform the node is often there first: that is no news until it lasts.
    const starting = !this.#wasUp && this.#failures <= QUIET_FAILURES
    if (reason !== this.#lastFailure || this.#failures === QUIET_FAILURES + 1)
      this.#log[starting ? 'debug' : 'warn']('link is down', { reason, retryInMs: waitMs })
    this.#lastFailure = reason
    this.#retry?.cancel()
    this.#retry = this.#options.timers.after(waitMs, () => void this.#dial())
  }

  #waitMs(error: unknown): number {
    const refused = error instanceof AppError && (error.code === 'UNAUTHENTICATED' || error.code === 'LINK_VERSION')
    const base = refused ? REFUSED_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++)
    const random = this.#options.random ?? Math.random
    return Math.round(base * (0.5 + random()))
  }

  #is(state: LinkState): boolean {
    return this.state === state
  }
}

function failureText(error: unknown): string {
  if (!(error instanceof AppError) || error.cause === undefined) return errorText(error)
  return `${errorText(error)} (${errorText(error.cause)})`
}
