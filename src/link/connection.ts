import { z } from 'zod'
import type { Clock, Timer, Timers } from '../base/clock.ts'
import { AppError, ERROR_CODES, type ErrorCode, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Carrier } from './carrier.ts'
import type { Notice, Params, Result, Vocabulary } from './messages.ts'

/** Each side says something at least this often. */
const ALIVE_EVERY_MS = 1000
/** Silence after which the peer counts as lost: two words missed and half a second for the network. */
const SILENCE_MS = 2500
/** Together with SILENCE_MS a loss is seen within 3 s. */
const CHECK_EVERY_MS = 250
/** Longer than any request of the link takes on a healthy peer. */
const REQUEST_TIMEOUT_MS = 10_000
/** Unanswered requests in each direction; one more means that the peer hangs or runs wild. */
const MAX_IN_FLIGHT = 256
/** A notice is left out while so much waits for the network: the next one says it all again. */
const MAX_PENDING_BYTES_FOR_NOTICE = 1024 * 1024

const id = z.number().int().positive()
const name = z.string().max(64)

const Envelope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id, name, params: z.unknown() }),
  z.object({ kind: z.literal('answer'), id, result: z.unknown() }),
  z.object({
    kind: z.literal('refusal'),
    id,
    code: z.string().max(64),
    message: z.string().max(4096),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  z.object({ kind: z.literal('notice'), name, body: z.unknown() }),
  z.object({ kind: z.literal('alive') }),
])
type Envelope = z.infer<typeof Envelope>

export type RequestHandlers<V extends Vocabulary> = {
  readonly [M in keyof V['requests']]: (params: Params<V, M>) => Result<V, M> | Promise<Result<V, M>>
}
export type NoticeHandlers<V extends Vocabulary> = { readonly [N in keyof V['notices']]: (body: Notice<V, N>) => void }

export interface ConnectionOptions<Ours extends Vocabulary, Theirs extends Vocabulary> {
  readonly carrier: Carrier
  /** Who is at the other end, for errors and the log. */
  readonly peer: string
  readonly says: Ours
  readonly hears: Theirs
  /** A request without a handler is refused: the feature is off here. */
  readonly requests: Partial<RequestHandlers<Theirs>>
  readonly notices: NoticeHandlers<Theirs>
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** Called once, after every waiting request was rejected. */
  readonly onClose: (reason: string) => void
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: AppError) => void
  readonly timeout: Timer
}

/**
 * One conversation over one carrier: requests with answers, notices without, and a sign of life every second.
 * Everything heard is checked against the vocabulary before a handler sees it.
 */
export class Connection<Ours extends Vocabulary, Theirs extends Vocabulary> {
  readonly #options: ConnectionOptions<Ours, Theirs>
  readonly #waiting = new Map<number, Waiting>()
  readonly #life: Timer[]
  #lastId = 0
  #answering = 0
  #heardAt: number
  #checkedAt: number
  #open = true

  constructor(options: ConnectionOptions<Ours, Theirs>) {
    this.#options = options
    this.#heardAt = this.#checkedAt = options.clock.monotonicMs()
    this.#life = [
      options.timers.every(ALIVE_EVERY_MS, () => this.#send({ kind: 'alive' })),
      options.timers.every(CHECK_EVERY_MS, () => this.#checkSilence()),
    ]
    options.carrier.start({
      onMessage: text => this.#receive(text),
      onClose: reason => this.#closed(reason),
    })
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** Rejects with LINK_CLOSED, PEER_TIMEOUT, LIMIT_EXCEEDED, or the error the peer answered with. */
  async request<M extends keyof Ours['requests'] & string>(
    name: M,
    params: Params<Ours, M>,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Result<Ours, M>> {
    const { peer, timers, says } = this.#options
    if (!this.#open) throw new AppError('LINK_CLOSED', { peer })
    if (this.#waiting.size >= MAX_IN_FLIGHT) {
      const details = { what: `requests to ${peer}`, size: this.#waiting.size + 1, limit: MAX_IN_FLIGHT }
      throw new AppError('LIMIT_EXCEEDED', details)
    }
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      const timeout = timers.after(timeoutMs, () => {
        this.#waiting.delete(id)
        reject(new AppError('PEER_TIMEOUT', { ms: timeoutMs, what: `${name} of ${peer}` }))
      })
      this.#waiting.set(id, { resolve, reject, timeout })
    })
    this.#send({ kind: 'request', id, name, params })
    const schema: z.ZodType | undefined = says.requests[name]?.result
    return parse(schema, await answer, `answer to ${name}`) as Result<Ours, M> // the schema is that of M
  }

  /** Left out, with false, while the network is behind. */
  notify<N extends keyof Ours['notices'] & string>(name: N, body: Notice<Ours, N>): boolean {
    if (!this.#open || this.#options.carrier.pendingBytes() > MAX_PENDING_BYTES_FOR_NOTICE) return false
    this.#send({ kind: 'notice', name, body })
    return true
  }

  /** Idempotent. */
  close(reason: string): void {
    this.#options.carrier.close(reason)
    this.#closed(reason)
  }

  #send(envelope: Envelope): void {
    if (this.#open) this.#options.carrier.send(JSON.stringify(envelope))
  }

  #receive(text: string): void {
    if (!this.#open) return
    this.#heardAt = this.#options.clock.monotonicMs()
    let envelope: Envelope
    try {
      envelope = Envelope.parse(JSON.parse(text))
    } catch {
      this.close('message that is not of the link')
      return
    }
    switch (envelope.kind) {
      case 'alive':
        return
      case 'request':
        void this.#answer(envelope)
        return
      case 'notice':
        this.#hear(envelope)
        return
      case 'answer':
        this.#settle(envelope.id)?.resolve(envelope.result)
        return
      case 'refusal': {
        const details = { peer: this.#options.peer, reason: envelope.message }
        const error = isErrorCode(envelope.code)
          ? new AppError(envelope.code, envelope.details)
          : new AppError('PEER_REFUSED', details)
        this.#settle(envelope.id)?.reject(error)
        return
      }
    }
  }

  async #answer({ id, name, params }: Extract<Envelope, { kind: 'request' }>): Promise<void> {
    if (this.#answering >= MAX_IN_FLIGHT) {
      this.close('more requests than may wait')
      return
    }
    this.#answering++
    try {
      const { hears, requests, peer } = this.#options
      const handler = Object.hasOwn(requests, name) ? requests[name] : undefined
      if (!handler) throw new AppError('PEER_REFUSED', { peer, reason: `no request named ${name}` })
      const checked = parse(hears.requests[name]?.params, params, `request ${name}`)
      const result = await handler(checked as Params<Theirs, string>) // the schema is that of the handler
      this.#send({ kind: 'answer', id, result })
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('INTERNAL', { what: name }, { cause: error })
      if (known.fault === 'ours') this.#options.log.error('link request failed', { name, reason: errorText(error) })
      this.#send({ kind: 'refusal', id, code: known.code, message: known.message, details: known.details })
    } finally {
      this.#answering--
    }
  }

  #hear({ name, body }: Extract<Envelope, { kind: 'notice' }>): void {
    const { hears, notices, log } = this.#options
    const handler = Object.hasOwn(notices, name) ? notices[name] : undefined
    if (!handler) return // a newer peer of the same version may tell more
    try {
      handler(parse(hears.notices[name], body, `notice ${name}`) as Notice<Theirs, string>) // the schema is that of the handler
    } catch (error) {
      log.warn('notice ignored', { name, reason: errorText(error) })
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiting?.timeout.cancel()
    return waiting // none: it timed out before
  }

  #checkSilence(): void {
    const now = this.#options.clock.monotonicMs()
    // our own loop was held up: what the peer said meanwhile is still waiting to be read
    if (now - this.#checkedAt > 2 * CHECK_EVERY_MS) this.#heardAt = Math.max(this.#heardAt, now - ALIVE_EVERY_MS)
    this.#checkedAt = now
    const silenceMs = now - this.#heardAt
    if (silenceMs >= SILENCE_MS) this.close(`nothing heard for ${Math.round(silenceMs)} ms`)
  }

  #closed(reason: string): void {
    if (!this.#open) return
    this.#open = false
    for (const timer of this.#life) timer.cancel()
    for (const { reject, timeout } of this.#waiting.values()) {
      timeout.cancel()
      reject(new AppError('LINK_CLOSED', { peer: this.#options.peer }))
    }
    this.#waiting.clear()
    this.#options.onClose(reason)
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code)
}

function parse(schema: z.ZodType | undefined, value: unknown, what: string): unknown {
  const parsed = schema?.safeParse(value)
  if (parsed?.success) return parsed.data
  const issue = parsed?.error.issues[0]
  const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown name'
  throw new AppError('BYTES_INVALID', { what, reason })
}
