import type { Timer, Timers } from '../../../base/clock.ts'
import { AppError } from '../../../base/errors.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import { newCallId } from '../../sip/tokens.ts'
import type { Flow, Target } from '../../sip/transport/flow.ts'
import type { Attempt } from '../attempt.ts'
import type { GbCharset } from '../charset.ts'
import { type Envelope, MANSCDP_CONTENT_TYPE, type Message, writeBody } from '../manscdp/message.ts'
import { addressing, type Identity } from './identity.ts'
import { LATE_MS, MultiPart, type MultiPartResult } from './multi-part.ts'

/** A device answers 200 at once and its Response within some seconds; a platform asks below first. */
const RESPONSE_TIMEOUT_MS = 10_000
/** Questions to one device that wait for their answer. More is a loop of ours. */
const MAX_PENDING = 200

/** What goes into a message beside its SN, which the conversation counts. */
export type Asked<T> = Omit<T, 'sn'>

export interface AskOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly attempt?: Attempt | null
}

export interface ConversationOptions {
  readonly endpoint: SipEndpoint
  readonly timers: Timers
  readonly identity: Identity
  readonly gbId: string
  /** Where the device is now. */
  readonly target: () => Flow | Target
  /** What it reads. */
  readonly charset: () => GbCharset
}

interface Pending {
  readonly cmdType: string
  readonly deviceId: string
  readonly attempt: Attempt | null
  receive(envelope: Envelope): void
  abort(error: AppError): void
}

interface Part<T> {
  readonly sumNum?: number | undefined
  readonly items: readonly T[]
}

/** Questions and answers with one device: a MESSAGE each way, tied by their SN. GB/T 28181-2022 §9.5, Annex A. */
export class Conversation {
  readonly #options: ConversationOptions
  readonly #pending = new Map<number, Pending>()
  #sn = 0

  constructor(options: ConversationOptions) {
    this.#options = options
  }

  get pending(): number {
    return this.#pending.size
  }

  nextSn(): number {
    this.#sn = this.#sn >= 0x7fffffff ? 1 : this.#sn + 1
    return this.#sn
  }

  /** Sends one message and waits for its 200. Throws AppError PEER_REFUSED with the status, PEER_TIMEOUT. */
  async send<T>(kind: Message<T>, value: T, options: AskOptions = {}): Promise<void> {
    const { endpoint, identity, gbId, target, charset } = this.#options
    const { attempt, signal } = options
    const to = target()
    const callId = newCallId()
    attempt?.follow(callId)
    attempt?.learn({ sent: true })
    const response = await endpoint.request(to, {
      method: 'MESSAGE',
      ...addressing(identity, gbId, to),
      callId,
      contentType: MANSCDP_CONTENT_TYPE,
      body: writeBody(kind, value, charset()),
      ...(signal ? { signal } : {}),
    })
    attempt?.learn({ status: response.status })
    if (response.status >= 300) {
      throw new AppError('PEER_REFUSED', { peer: gbId, reason: `${response.status} ${response.reason}` })
    }
  }

  /**
   * A question with one answer. Throws AppError PEER_TIMEOUT without one, PEER_REFUSED, BYTES_INVALID when it cannot be
   * read; an abort of `signal` rejects with its reason.
   */
  async ask<Q extends object, R>(
    query: Message<Q & { readonly sn: number }>,
    response: Message<R>,
    value: Asked<Q>,
    options: AskOptions = {},
  ): Promise<R> {
    const answers: R[] = []
    await this.until(query, response, value, options, answer => answers.push(answer) > 0)
    return answers[0]! // `until` resolves when one was taken
  }

  /** A question whose answers are taken until `taken` says it is enough. Errors as `ask`. */
  async until<Q extends object, R>(
    query: Message<Q & { readonly sn: number }>,
    response: Message<R>,
    value: Asked<Q>,
    options: AskOptions,
    taken: (answer: R) => boolean,
  ): Promise<void> {
    const timeoutMs = options.timeoutMs ?? RESPONSE_TIMEOUT_MS
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sn = this.nextSn()
    const question = { ...value, sn } as unknown as Q & { readonly sn: number } // what Asked took away is given back
    const waiting: { timer: Timer | null; over: boolean } = { timer: null, over: false }
    this.#expect(sn, {
      cmdType: response.cmdType,
      deviceId: deviceIdOf(question),
      attempt: options.attempt ?? null,
      receive: envelope => {
        try {
          if (taken(response.read(envelope))) resolve()
        } catch (error) {
          reject(error)
        }
      },
      abort: reject,
    })
    const onAbort = () => reject(options.signal?.reason)
    options.signal?.addEventListener('abort', onAbort)
    try {
      // The Response may come before the 200, or although the 200 was lost.
      this.send(query, question, options).then(() => {
        if (waiting.over) return
        waiting.timer = this.#options.timers.after(timeoutMs, () =>
          reject(new AppError('PEER_TIMEOUT', { what: `Response ${response.cmdType}`, ms: timeoutMs })),
        )
      }, reject)
      await promise
    } finally {
      waiting.over = true
      waiting.timer?.cancel()
      options.signal?.removeEventListener('abort', onAbort)
      this.#pending.delete(sn)
    }
  }

  /**
   * A question whose answer comes in parts. Resolves when all are there or no more come, and says which; what comes
   * within a minute after that still goes to `onItems`, which hears how many are promised. Throws as `send`.
   */
  async collect<Q extends object, T>(
    query: Message<Q & { readonly sn: number }>,
    response: Message<Part<T>>,
    value: Asked<Q>,
    key: (item: T) => string,
    onItems: (items: readonly T[], expected: number | null) => void,
    options: AskOptions & { readonly silenceMs?: number } = {},
  ): Promise<MultiPartResult> {
    const { timers } = this.#options
    const sn = this.nextSn()
    const question = { ...value, sn } as unknown as Q & { readonly sn: number } // as above
    const { promise, resolve } = Promise.withResolvers<MultiPartResult>()
    const { silenceMs, signal, attempt = null } = options
    const parts = new MultiPart<T>({
      timers,
      key,
      onBatch: items => onItems(items, parts.expected),
      onEnd: resolve,
      ...(silenceMs === undefined ? {} : { silenceMs }),
    })
    const onAbort = () => parts.abort()
    signal?.addEventListener('abort', onAbort)
    this.#expect(sn, {
      cmdType: response.cmdType,
      deviceId: deviceIdOf(question),
      attempt,
      receive: envelope => parts.push(response.read(envelope)),
      abort: onAbort,
    })
    try {
      await this.send(query, question, options)
    } catch (error) {
      parts.abort()
      this.#pending.delete(sn)
      signal?.removeEventListener('abort', onAbort)
      throw error
    }
    const result = await promise
    signal?.removeEventListener('abort', onAbort)
    attempt?.learn({ parts: { received: result.received, expected: result.expected } })
    timers.after(LATE_MS, () => this.#pending.delete(sn))
    return result
  }

  /** An answer: false when nobody asked. By SN; a device that changes it is understood when there is one such question. */
  receive(envelope: Envelope): Attempt | null | false {
    const pending = this.#pending.get(envelope.sn) ?? this.#alike(envelope)
    if (!pending || pending.cmdType.toLowerCase() !== envelope.cmdType.toLowerCase()) return false
    pending.receive(envelope)
    return pending.attempt
  }

  /** The device is gone: nothing more comes. */
  abort(reason: string): void {
    const error = new AppError('PEER_REFUSED', { peer: this.#options.gbId, reason })
    for (const pending of [...this.#pending.values()]) pending.abort(error)
    this.#pending.clear()
  }

  #expect(sn: number, pending: Pending): void {
    if (this.#pending.size >= MAX_PENDING) {
      throw new AppError('LIMIT_REACHED', { what: `questions to ${this.#options.gbId}`, limit: MAX_PENDING })
    }
    this.#pending.set(sn, pending)
  }

  #alike(envelope: Envelope): Pending | undefined {
    const alike = [...this.#pending.values()].filter(
      each => each.cmdType === envelope.cmdType && (each.deviceId === '' || each.deviceId === envelope.deviceId),
    )
    return alike.length === 1 ? alike[0] : undefined
  }
}

/** Broadcast has none. */
function deviceIdOf(question: object): string {
  return 'deviceId' in question && typeof question.deviceId === 'string' ? question.deviceId : ''
}
