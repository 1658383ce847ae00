import { type HeaderInit, SipHeaders } from './headers.ts'
import { NO_BODY, type SipRequest, sipRequest } from './message.ts'
import { withTag } from './name-address.ts'

/** What a message carries beside the headers of every message. */
export interface Content {
  readonly headers?: HeaderInit
  readonly body?: Uint8Array | string
  readonly contentType?: string
}

export interface DraftParts extends Content {
  readonly method: string
  readonly uri: string
  /** URI or name-addr. */
  readonly from: string
  readonly fromTag: string
  readonly to: string
  /** '' outside of a dialog. */
  readonly toTag: string
  readonly callId: string
  readonly cseq: number
  readonly routeSet?: readonly string[]
}

/** RFC 3261 §8.1.1.6. */
const MAX_FORWARDS = 70

export function bodyOf(content: Content): Buffer {
  const { body } = content
  if (body === undefined) return NO_BODY
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

/** A request as its user wants it. Via and Contact, which depend on the way it goes, are not there yet. RFC 3261 §8.1.1. */
export function draftRequest(parts: DraftParts): SipRequest {
  const headers = new SipHeaders()
  for (const route of parts.routeSet ?? []) headers.append('Route', route)
  headers.append('From', withTag(parts.from, parts.fromTag))
  headers.append('To', withTag(parts.to, parts.toTag))
  headers.append('Call-ID', parts.callId)
  headers.append('CSeq', `${parts.cseq} ${parts.method}`)
  headers.append('Max-Forwards', String(MAX_FORWARDS))
  addContent(headers, parts)
  return sipRequest(parts.method, parts.uri, headers, bodyOf(parts))
}

export function addContent(headers: SipHeaders, content: Content): void {
  for (const { name, value } of SipHeaders.of(content.headers ?? {})) headers.append(name, value)
  if (content.contentType !== undefined) headers.set('Content-Type', content.contentType)
}
