import { AppError } from '../../base/errors.ts'
import { MAX_CSEQ, parseCSeq } from './cseq.ts'
import { type Content, draftRequest } from './draft.ts'
import { quote } from './list.ts'
import type { SipRequest, SipResponse } from './message.ts'
import { parseNameAddress, tagOf } from './name-address.ts'
import { FIRST_CSEQ } from './tokens.ts'
import type { SipTransport, SocketAddress } from './transport/flow.ts'

/** What may have been sent after a dialog was written to its journal: the next CSeq is beyond all of it. */
const CSEQ_AFTER_RESTART = 1000

/** A dialog as plain JSON: enough to end it after a restart. */
export interface DialogJournalEntry {
  readonly version: 1
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly localAddress: string
  readonly remoteAddress: string
  readonly remoteTarget: string
  readonly routeSet: readonly string[]
  readonly localCseq: number
  /** null: the peer has sent no request yet. */
  readonly remoteCseq: number | null
  /** Where the peer was last seen. */
  readonly peer: SocketAddress & { readonly transport: SipTransport }
}

interface DialogParts {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  /** From or To of ours: URI or name-addr, without tag. */
  readonly localAddress: string
  readonly remoteAddress: string
  readonly remoteTarget: string
  readonly routeSet: readonly string[]
  readonly localCseq: number
  readonly remoteCseq: number | null
}

/** What both sides keep of a dialog. RFC 3261 §12. Before the peer's tag is known it is a request on its own. */
export class DialogState {
  readonly callId: string
  readonly localTag: string
  readonly localAddress: string
  readonly remoteAddress: string
  /** Where requests are addressed to: the peer's Contact. */
  remoteTarget: string
  #remoteTag: string
  #routes: readonly string[]
  #localCseq: number
  #remoteCseq: number | null

  constructor(parts: DialogParts) {
    this.callId = parts.callId
    this.localTag = parts.localTag
    this.localAddress = parts.localAddress
    this.remoteAddress = parts.remoteAddress
    this.remoteTarget = parts.remoteTarget
    this.#remoteTag = parts.remoteTag
    this.#routes = parts.routeSet
    this.#localCseq = parts.localCseq
    this.#remoteCseq = parts.remoteCseq
  }

  /** Ours as caller, before any answer. */
  static begin(parts: { callId: string; localTag: string; from: string; to: string; uri: string; cseq?: number }) {
    return new DialogState({
      callId: parts.callId,
      localTag: parts.localTag,
      remoteTag: '',
      localAddress: parts.from,
      remoteAddress: parts.to,
      remoteTarget: parts.uri,
      routeSet: [],
      localCseq: (parts.cseq ?? FIRST_CSEQ) - 1,
      remoteCseq: null,
    })
  }

  /** As callee, from the request and the tag of our answer. RFC 3261 §12.1.1. */
  static ofCallee(request: SipRequest, localTag: string): DialogState {
    const { headers } = request
    const from = headers.get('from') ?? ''
    return new DialogState({
      callId: headers.get('call-id') ?? '',
      localTag,
      remoteTag: tagOf(from),
      localAddress: withoutTag(headers.get('to') ?? ''),
      remoteAddress: withoutTag(from),
      remoteTarget: contactOf(request) ?? parseNameAddress(from).uri,
      routeSet: headers.list('record-route'),
      localCseq: FIRST_CSEQ - 1,
      remoteCseq: parseCSeq(headers.get('cseq') ?? '')?.number ?? null,
    })
  }

  get routeSet(): readonly string[] {
    return this.#routes
  }

  get remoteTag(): string {
    return this.#remoteTag
  }

  get localCseq(): number {
    return this.#localCseq
  }

  /** Takes over what the answer that makes the dialog says. RFC 3261 §12.1.2. */
  answered(response: SipResponse): void {
    this.remoteTarget = contactOf(response) ?? this.remoteTarget
    if (this.#remoteTag !== '') return
    this.#remoteTag = tagOf(response.headers.get('to') ?? '')
    this.#routes = response.headers.list('record-route').reverse()
  }

  /** A dialog of the same call with another peer: a fork. RFC 3261 §13.2.2.4. */
  fork(response: SipResponse): DialogState {
    const fork = new DialogState({ ...this.#parts(), remoteTag: '', routeSet: [] })
    fork.answered(response)
    return fork
  }

  /** A request of the peer: false when it is older than one before (RFC 3261 §12.2.2). */
  accepts(request: SipRequest): boolean {
    const cseq = parseCSeq(request.headers.get('cseq') ?? '')?.number
    if (cseq === undefined || (this.#remoteCseq !== null && cseq < this.#remoteCseq)) return false
    this.#remoteCseq = cseq
    if (this.#remoteTag === '') this.#remoteTag = tagOf(request.headers.get('from') ?? '')
    if (REFRESHES_TARGET.has(request.method)) this.remoteTarget = contactOf(request) ?? this.remoteTarget
    return true
  }

  /** The next request within the dialog, without Via and Contact. RFC 3261 §12.2.1.1. */
  request(method: string, content: Content = {}): SipRequest {
    return this.#draft(method, this.nextCseq(), content)
  }

  /** The ACK of a 2xx. RFC 3261 §13.2.2.4. */
  ack(inviteCseq: number, content: Content = {}): SipRequest {
    return this.#draft('ACK', inviteCseq, content)
  }

  nextCseq(): number {
    if (this.#localCseq >= MAX_CSEQ) throw new AppError('LIMIT_REACHED', { what: 'CSeq', limit: MAX_CSEQ })
    this.#localCseq++
    return this.#localCseq
  }

  toJournal(peer: DialogJournalEntry['peer']): DialogJournalEntry {
    return { version: 1, ...this.#parts(), peer }
  }

  #parts(): DialogParts {
    return {
      callId: this.callId,
      localTag: this.localTag,
      remoteTag: this.#remoteTag,
      localAddress: this.localAddress,
      remoteAddress: this.remoteAddress,
      remoteTarget: this.remoteTarget,
      routeSet: this.#routes,
      localCseq: this.#localCseq,
      remoteCseq: this.#remoteCseq,
    }
  }

  #draft(method: string, cseq: number, content: Content): SipRequest {
    return draftRequest({
      ...content,
      method,
      uri: this.remoteTarget,
      from: this.localAddress,
      fromTag: this.localTag,
      to: this.remoteAddress,
      toTag: this.#remoteTag,
      callId: this.callId,
      cseq,
      routeSet: this.#routes,
    })
  }
}

/** RFC 3261 §12.2, RFC 6665 §4.1.2.3. */
const REFRESHES_TARGET: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY'])

/** The dialog of before the restart; its next CSeq is beyond what may have been sent since the entry was written. */
export function dialogFromJournal(entry: DialogJournalEntry): DialogState {
  return new DialogState({ ...entry, localCseq: Math.min(MAX_CSEQ - 1, entry.localCseq + CSEQ_AFTER_RESTART) })
}

function contactOf(message: SipRequest | SipResponse): string | undefined {
  const contact = message.headers.list('contact')[0]
  if (contact === undefined) return undefined
  return parseNameAddress(contact).uri || undefined
}

/** From or To without its tag; other parameters mean nothing to us. */
function withoutTag(value: string): string {
  const { displayName, uri } = parseNameAddress(value)
  return displayName === '' ? `<${uri}>` : `${quote(displayName)} <${uri}>`
}
