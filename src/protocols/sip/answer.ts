import { addContent, bodyOf, type Content } from './draft.ts'
import { SipHeaders } from './headers.ts'
import { type SipRequest, type SipResponse, sipResponse } from './message.ts'
import { withTag } from './name-address.ts'

export interface AnswerContent extends Content {
  /** The usual phrase of the status when left out. */
  readonly reason?: string
}

/** Copied from the request. RFC 3261 §8.2.6.2; Record-Route for those that make a dialog, §12.1.1. */
const COPIED = ['via', 'from', 'call-id', 'cseq', 'record-route', 'timestamp'] as const

/** The response to a request. `toTag` '' leaves To as it is, as 100 does. */
export function answerTo(request: SipRequest, status: number, toTag: string, content: AnswerContent = {}): SipResponse {
  const headers = new SipHeaders()
  for (const name of COPIED) {
    if (name === 'record-route' && (status >= 300 || status === 100)) continue
    if (name === 'timestamp' && status !== 100) continue
    for (const value of request.headers.all(name)) headers.append(SPELLING[name], value)
    if (name === 'from') headers.append('To', toOf(request, toTag))
  }
  addContent(headers, content)
  return sipResponse(status, headers, bodyOf(content), content.reason)
}

const SPELLING = {
  via: 'Via',
  from: 'From',
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'record-route': 'Record-Route',
  timestamp: 'Timestamp',
} as const

function toOf(request: SipRequest, tag: string): string {
  const to = request.headers.get('to') ?? ''
  return tag === '' ? to : withTag(to, tag)
}
