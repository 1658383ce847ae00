import { type HeaderInit, SipHeaders } from './headers.ts'
import { reasonOf } from './status.ts'

export const SIP_VERSION = 'SIP/2.0'
export const NO_BODY: Buffer = Buffer.alloc(0)

/** RFC 3261 §7.1. */
export interface SipRequest {
  readonly kind: 'request'
  /** Case matters. */
  readonly method: string
  /** As written. */
  readonly uri: string
  /** Upper case; anything but SIP/2.0 is answered 505. */
  readonly version: string
  readonly headers: SipHeaders
  /** Bytes of the message's own charset; a view into what was received. */
  readonly body: Buffer
}

/** RFC 3261 §7.2. */
export interface SipResponse {
  readonly kind: 'response'
  /** 100 to 699. */
  readonly status: number
  readonly reason: string
  readonly headers: SipHeaders
  readonly body: Buffer
}

export type SipMessage = SipRequest | SipResponse

export function sipRequest(method: string, uri: string, headers: HeaderInit | SipHeaders, body = NO_BODY): SipRequest {
  return {
    kind: 'request',
    method,
    uri,
    version: SIP_VERSION,
    headers: headers instanceof SipHeaders ? headers : SipHeaders.of(headers),
    body,
  }
}

export function sipResponse(
  status: number,
  headers: HeaderInit | SipHeaders,
  body = NO_BODY,
  reason = reasonOf(status),
): SipResponse {
  return {
    kind: 'response',
    status,
    reason,
    headers: headers instanceof SipHeaders ? headers : SipHeaders.of(headers),
    body,
  }
}
