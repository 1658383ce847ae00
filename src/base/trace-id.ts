import { randomBytes } from 'node:crypto'

/** Header a request's trace id is answered in, and accepted in. */
export const TRACE_HEADER = 'x-request-id'
/** W3C Trace Context §3.2: version, trace id, parent id, flags. */
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}(?:-|$)/
const NO_TRACE = '0'.repeat(32)
/** What proxies send as request ids: UUIDs, hexadecimal, base64url. Nothing that a log or a header could choke on. */
const REQUEST_ID = /^[\w.:-]{8,64}$/

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** 128 random bits, as W3C Trace Context has them. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

/** The trace id a request came with, by `traceparent` or `X-Request-Id`; a new one when it brought none that is valid. */
export function traceIdOf(headers: Headers): string {
  const { traceparent, [TRACE_HEADER]: requestId } = headers
  const traced = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined
  if (traced !== undefined && traced !== NO_TRACE) return traced
  return typeof requestId === 'string' && REQUEST_ID.test(requestId) ? requestId : newTraceId()
}
