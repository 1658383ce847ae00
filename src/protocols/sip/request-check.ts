import { parseCSeq } from './cseq.ts'
import { SIP_VERSION, type SipMessage, type SipRequest, type SipResponse } from './message.ts'
import { parseNameAddress } from './name-address.ts'
import { readUri } from './uri.ts'
import { topVia } from './via.ts'

export interface Refusal {
  readonly status: number
  readonly reason: string
}

/** Headers that every message has exactly once, beside Via. RFC 3261 §8.1.1. */
const ONCE = ['Call-ID', 'CSeq', 'From', 'To'] as const

/** What keeps a request from being worked on, and null when nothing does. RFC 3261 §8.2, RFC 4475 §3.1.2, §3.3. */
export function checkRequest(request: SipRequest, problem: string | null): Refusal | null {
  if (request.version !== SIP_VERSION) return { status: 505, reason: 'Version Not Supported' }
  const wrong = problem ?? wrongHeader(request) ?? wrongCSeq(request)
  if (wrong) return { status: 400, reason: wrong }
  if (readUri(request.uri)) return null
  return /^(?!sips?:)[a-z][a-z0-9+.-]*:/i.test(request.uri)
    ? { status: 416, reason: 'Unsupported URI Scheme' }
    : { status: 400, reason: 'Request-URI is not valid' }
}

/** Whether a response can be matched at all. */
export function isSoundResponse(response: SipResponse): boolean {
  return wrongHeader(response) === null
}

function wrongHeader(message: SipMessage): string | null {
  for (const name of ONCE) {
    const values = message.headers.all(name)
    if (values.length === 0 || values[0] === '') return `no ${name}`
    if (values.length > 1) return `more than one ${name}`
  }
  if (!topVia(message.headers)) return 'no valid Via'
  for (const name of ['From', 'To']) {
    if (parseNameAddress(message.headers.get(name) ?? '').uri === '') return `no address in ${name}`
  }
  return parseCSeq(message.headers.get('CSeq') ?? '') ? null : 'CSeq is not a number below 2^31 and a method'
}

function wrongCSeq(request: SipRequest): string | null {
  return parseCSeq(request.headers.get('CSeq') ?? '')?.method === request.method ? null : 'CSeq is of another method'
}
