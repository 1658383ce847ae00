import { AppError } from '../../base/errors.ts'
import type { SipCore } from './core.ts'
import { parseCSeq } from './cseq.ts'
import { answerChallenge, type Login, parseChallenge } from './digest.ts'
import type { SipRequest, SipResponse } from './message.ts'
import { patienceMs } from './transaction/timing.ts'
import type { Flow, Target } from './transport/flow.ts'

/** The first answer to a challenge, and one more when the nonce was too old. */
export const MAX_TRIES = 3

export interface ExchangeOptions {
  /** Answers digest challenges. */
  readonly authorization?: Login
  readonly onProvisional?: (response: SipResponse) => void
  /** Shorter than the patience of the transaction (32 s), milliseconds. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** What a request is repeated with after a challenge. */
export interface Repetition {
  /** CSeq of a further try. RFC 3261 §8.1.3.5. */
  nextCseq(): number
}

/**
 * Sends a request other than INVITE and waits for its final response; answers challenges when there is a login.
 * Throws AppError PEER_TIMEOUT, PEER_REFUSED, NOT_READY, LIMIT_REACHED; what `signal` aborts, with its reason.
 */
export async function exchange(
  core: SipCore,
  target: Flow | Target,
  request: SipRequest,
  repetition: Repetition,
  options: ExchangeOptions = {},
): Promise<SipResponse> {
  let current = request
  for (let tries = 1; ; tries++) {
    const flow = await core.flowFor(target, current)
    const response = await transact(core, flow, core.outgoing(current, flow), options)
    const next = tries < MAX_TRIES ? authorized(current, response, options.authorization, repetition) : null
    if (!next) return response
    current = next
  }
}

/**
 * The request again with an answer to the challenge of `response`; null when it is none, cannot be answered, or the
 * login was refused already. RFC 3261 §22.2.
 */
export function authorized(
  request: SipRequest,
  response: SipResponse,
  login: Login | undefined,
  repetition: Repetition,
): SipRequest | null {
  if (!login || (response.status !== 401 && response.status !== 407)) return null
  const [asks, answers] =
    response.status === 401 ? ['www-authenticate', 'Authorization'] : ['proxy-authenticate', 'Proxy-Authorization']
  for (const value of response.headers.all(asks!)) {
    const challenge = parseChallenge(value)
    if (!challenge) continue
    if (request.headers.has(answers!) && !challenge.stale) return null
    const headers = request.headers.clone()
    headers.set(answers!, answerChallenge(challenge, login, request))
    headers.set('CSeq', `${repetition.nextCseq()} ${request.method}`)
    return { ...request, headers }
  }
  return null
}

/** CSeq that count on from the request's own. */
export function countingFrom(request: SipRequest): Repetition {
  let cseq = parseCSeq(request.headers.get('cseq') ?? '')?.number ?? 0
  return {
    nextCseq: () => {
      cseq++
      return cseq
    },
  }
}

function transact(core: SipCore, flow: Flow, request: SipRequest, options: ExchangeOptions): Promise<SipResponse> {
  const { signal, onProvisional, timeoutMs } = options
  return new Promise<SipResponse>((resolve, reject) => {
    signal?.throwIfAborted()
    const timedOut = (ms: number) =>
      reject(new AppError('PEER_TIMEOUT', { what: `the answer to ${request.method}`, ms }))
    const transaction = core.transactions.start(request, flow, {
      onResponse: response => {
        if (response.status >= 200) resolve(response)
        else onProvisional?.(response)
      },
      onTimeout: () => timedOut(patienceMs(core.timing)),
      onTransportError: reject,
      onTerminated: () => {
        timer?.cancel()
        signal?.removeEventListener('abort', onAbort)
      },
    })
    const onAbort = () => {
      reject(signal?.reason)
      transaction.abandon()
    }
    signal?.addEventListener('abort', onAbort)
    const timer =
      timeoutMs === undefined
        ? null
        : core.timers.after(timeoutMs, () => {
            timedOut(timeoutMs)
            transaction.abandon()
          })
  })
}
