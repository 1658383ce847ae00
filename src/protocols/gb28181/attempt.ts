import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { parseCSeq } from '../sip/cseq.ts'
import type { SipMessage } from '../sip/message.ts'
import { SIP_VERSION } from '../sip/message.ts'
import type { SipTransport, SocketAddress, TapEvent } from '../sip/transport/flow.ts'
import { decodeText } from './charset.ts'
import { type AttemptFacts, type AttemptKind, classify, NO_FACTS, type Verdict } from './verdict.ts'

/** A play is some ten messages; a catalog has hundreds, of which the first and the last tell the story. */
const FIRST_MESSAGES = 24
const LAST_MESSAGES = 24
/** A message of a catalog has up to 10 kB; what is shown of one. */
const MAX_TEXT = 6000
/** Dialogs and requests of one attempt. */
const MAX_CALLS = 16
/** Attempts that are under way at a time; more are not recorded. */
const MAX_OPEN = 2000
/** Text of all attempts under way; a play has some 10 kB. What is beyond is left out. */
const MAX_OPEN_CHARACTERS = 32 * 1024 * 1024

export interface AttemptMessage {
  readonly direction: 'in' | 'out'
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly transport: SipTransport
  readonly local: SocketAddress
  readonly remote: SocketAddress
  readonly firstLine: string
  /** The whole message, secrets masked, cut where it is long. */
  readonly text: string
}

/** One attempt as plain JSON: what was said, what came, and why it went as it did. */
export interface AttemptRecord {
  readonly id: string
  readonly kind: AttemptKind
  readonly gbId: string
  /** The channel, where there is one. */
  readonly channelId: string | null
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly messages: readonly AttemptMessage[]
  /** Messages between the first and the last that are not kept. */
  readonly skipped: number
  readonly facts: AttemptFacts
  readonly verdict: Verdict
}

/** Passwords, digests and what signed addresses carry: an attempt is made to be sent to somebody. */
export function maskSecrets(text: string): string {
  return text
    .replace(/\b(response|cnonce)="[^"]*"/gi, '$1="***"')
    .replace(/<(Password)>[^<]*</gi, '<$1>***<')
    .replace(/<(UploadURL|FileURL)>([^<?]*)\?[^<]*</gi, '<$1>$2?***<')
}

function textOf(message: SipMessage): { firstLine: string; text: string } {
  const firstLine =
    message.kind === 'request'
      ? `${message.method} ${message.uri} ${message.version}`
      : `${SIP_VERSION} ${message.status} ${message.reason}`
  let text = `${firstLine}\r\n`
  for (const { name, value } of message.headers) text += `${name}: ${value}\r\n`
  text += `\r\n${message.body.length === 0 ? '' : decodeText(message.body.subarray(0, MAX_TEXT)).text}`
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text
  return { firstLine, text: maskSecrets(shown) }
}

/** The recorder of one attempt. */
export class Attempt {
  readonly id: string
  readonly #log: AttemptLog
  readonly #head: Pick<AttemptRecord, 'kind' | 'gbId' | 'channelId' | 'startedAtMs'>
  readonly #first: AttemptMessage[] = []
  #last: AttemptMessage[] = []
  #skipped = 0
  #facts: AttemptFacts
  /** Method of the request that began it. */
  #method: string | null = null
  readonly #calls = new Set<string>()
  #characters = 0
  #ended = false

  /** Made by `AttemptLog.begin`. */
  constructor(log: AttemptLog, kind: AttemptKind, gbId: string, channelId: string | null, startedAtMs: number) {
    this.#log = log
    this.id = newId('at', startedAtMs)
    this.#head = { kind, gbId, channelId, startedAtMs }
    this.#facts = { ...NO_FACTS, kind }
  }

  get facts(): AttemptFacts {
    return this.#facts
  }

  /** From now on messages of this call are kept. */
  follow(callId: string): void {
    if (this.#ended || this.#calls.size >= MAX_CALLS || this.#calls.has(callId)) return
    this.#calls.add(callId)
    this.#log.route(callId, this)
  }

  /** One message more. */
  note(message: SipMessage, seen: Pick<TapEvent, 'direction' | 'atMs' | 'transport' | 'local' | 'remote'>): void {
    if (this.#ended) return
    const { direction, atMs, transport, local, remote } = seen
    this.#time(message, atMs)
    const content = textOf(message)
    if (!this.#log.spend(content.text.length)) {
      this.#skipped++
      return
    }
    this.#characters += content.text.length
    const entry: AttemptMessage = { direction, atMs, transport, local, remote, ...content }
    if (this.#first.length < FIRST_MESSAGES) {
      this.#first.push(entry)
      return
    }
    this.#last.push(entry)
    // cut at twice the length, so that a long catalog does not move the list with each message
    if (this.#last.length < 2 * LAST_MESSAGES) return
    this.#skipped += LAST_MESSAGES
    this.#last = this.#last.slice(LAST_MESSAGES)
  }

  /** When the first request was answered; that it was asked for credentials is no answer. */
  #time(message: SipMessage, atMs: number): void {
    if (message.kind === 'request') {
      this.#method ??= message.method
      return
    }
    const { status } = message
    if (parseCSeq(message.headers.get('cseq') ?? '')?.method !== this.#method || status === 401 || status === 407)
      return
    const ms = Math.round(atMs - this.#head.startedAtMs)
    const { answerMs, tryingMs } = this.#facts
    if (status >= 200) this.learn({ answerMs: answerMs ?? ms })
    else this.learn({ tryingMs: tryingMs ?? ms })
  }

  /** What has become known. */
  learn(facts: Partial<AttemptFacts>): void {
    this.#facts = { ...this.#facts, ...facts }
  }

  /** Gives out the record, once. */
  end(facts: Partial<AttemptFacts> = {}): Verdict {
    this.learn(facts)
    const verdict = classify(this.#facts)
    if (this.#ended) return verdict
    this.#ended = true
    const over = Math.max(0, this.#last.length - LAST_MESSAGES)
    this.#log.spend(-this.#characters)
    this.#log.finish(this.#calls, {
      id: this.id,
      ...this.#head,
      endedAtMs: this.#log.nowMs,
      messages: [...this.#first, ...this.#last.slice(over)],
      skipped: this.#skipped + over,
      facts: this.#facts,
      verdict,
    })
    return verdict
  }
}

/** Attempts under way, and which message belongs to which. Give `tap` to the endpoint. */
export class AttemptLog {
  readonly #clock: Clock
  readonly #onRecord: (record: AttemptRecord) => void
  readonly #byCall = new Map<string, Attempt>()
  #open = 0
  #characters = 0

  constructor(options: { readonly clock: Clock; readonly onRecord: (record: AttemptRecord) => void }) {
    this.#clock = options.clock
    this.#onRecord = options.onRecord
  }

  get nowMs(): number {
    return this.#clock.nowMs()
  }

  /** Attempts under way. */
  get open(): number {
    return this.#open
  }

  /** Null when too many are under way: the attempt itself goes on without a record. */
  begin(kind: AttemptKind, gbId: string, channelId: string | null = null): Attempt | null {
    if (this.#open >= MAX_OPEN) return null
    this.#open++
    return new Attempt(this, kind, gbId, channelId, this.nowMs)
  }

  readonly tap = (event: TapEvent): void => {
    if (!event.message || this.#byCall.size === 0) return
    const callId = event.message.headers.get('call-id')
    if (callId !== undefined) this.#byCall.get(callId)?.note(event.message, event)
  }

  /** For Attempt: false when there is no room for so many characters. */
  spend(characters: number): boolean {
    if (this.#characters + characters > MAX_OPEN_CHARACTERS) return false
    this.#characters += characters
    return true
  }

  /** For Attempt. */
  route(callId: string, attempt: Attempt): void {
    this.#byCall.set(callId, attempt)
  }

  /** For Attempt. */
  finish(calls: ReadonlySet<string>, record: AttemptRecord): void {
    for (const callId of calls) this.#byCall.delete(callId)
    this.#open--
    this.#onRecord(record)
  }
}

/** The exchange as text, to read and to send. */
export function attemptText(record: AttemptRecord): string {
  const { verdict } = record
  const lines = [
    `${record.kind} ${record.gbId}${record.channelId === null ? '' : ` ${record.channelId}`} ${record.id}`,
    `${new Date(record.startedAtMs).toISOString()}, ${record.endedAtMs - record.startedAtMs} ms`,
    `${verdict.code}: ${verdict.advice}`,
    `facts: ${JSON.stringify(record.facts)}`,
  ]
  for (const message of record.messages) {
    const arrow = message.direction === 'in' ? '<-' : '->'
    const { address, port } = message.remote
    lines.push(
      '',
      `${arrow} +${message.atMs - record.startedAtMs} ms ${message.transport} ${address}:${port}`,
      message.text,
    )
  }
  if (record.skipped > 0) lines.push('', `${record.skipped} messages are left out`)
  return `${lines.join('\n')}\n`
}
