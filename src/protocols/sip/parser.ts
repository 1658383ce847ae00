import { isUtf8 } from 'node:buffer'
import { asBuffer } from '../../base/bytes.ts'
import { AppError } from '../../base/errors.ts'
import { headerKey, SipHeaders } from './headers.ts'
import { NO_BODY, SIP_VERSION, type SipMessage } from './message.ts'

/** Start line and headers. Messages of devices have under 2 kB; a route set and credentials of several proxies under 8. */
export const MAX_HEAD_BYTES = 32 * 1024
/** Header lines; real messages have under 40. */
const MAX_HEADERS = 256
/** A catalog of 1000 items in one message, about 700 bytes each, has been met over TCP. */
export const MAX_BODY_BYTES = 1024 * 1024

const CR = 13
const LF = 10

export interface ParsedHead {
  readonly message: SipMessage
  /** Where the body begins. */
  readonly bodyStart: number
  /** undefined: no Content-Length. */
  readonly contentLength: number | undefined
  /** Why the request deserves 400 although it could be read so far; null when all is well. */
  readonly problem: string | null
}

export interface ParsedMessage {
  readonly message: SipMessage
  readonly problem: string | null
}

/**
 * A whole message: one datagram. null for the empty lines that keep a path through a NAT open (RFC 5626 §3.5.1).
 * Throws AppError BYTES_INVALID or LIMIT_EXCEEDED when it is no SIP at all. The body is a view of the input.
 */
export function parseDatagram(input: Uint8Array): ParsedMessage | null {
  const bytes = asBuffer(input)
  const start = skipEmptyLines(bytes)
  if (start === bytes.length) return null
  const head = parseHead(start === 0 ? bytes : bytes.subarray(start))
  if (!head) throw invalid('no empty line after the headers')
  const { message, contentLength, problem } = head
  const from = start + head.bodyStart
  const available = bytes.length - from
  if (contentLength !== undefined && contentLength > available) {
    return { message, problem: problem ?? `Content-Length is ${contentLength}, the body has ${available} bytes` }
  }
  // RFC 3261 §18.3: bytes past Content-Length are no part of the message; without it the datagram's end is the body's.
  const length = contentLength ?? available
  if (length > MAX_BODY_BYTES) throw tooLong('SIP body', length, MAX_BODY_BYTES)
  return { message: length === 0 ? message : { ...message, body: bytes.subarray(from, from + length) }, problem }
}

/** As `parseDatagram`, for those who want a sound message or an error. */
export function parseMessage(input: Uint8Array): SipMessage {
  const parsed = parseDatagram(input)
  if (!parsed) throw invalid('it is empty')
  if (parsed.problem !== null) throw invalid(parsed.problem)
  return parsed.message
}

/** Bytes of line ends before a message. RFC 3261 §7.5. */
export function skipEmptyLines(bytes: Uint8Array, from = 0): number {
  let at = from
  while (at < bytes.length && (bytes[at] === CR || bytes[at] === LF)) at++
  return at
}

/**
 * Start line and headers at the beginning of `bytes`, up to the empty line; null while that has not come.
 * Lines may end with a bare LF. Throws AppError BYTES_INVALID on a wrong start line, LIMIT_EXCEEDED.
 */
export function parseHead(bytes: Buffer): ParsedHead | null {
  const end = bytes.indexOf('\r\n\r\n')
  // With bare line feeds the empty line is found on the way; one letter is one byte in Latin-1.
  const text = bytes.toString('latin1', 0, Math.min(end < 0 ? bytes.length : end + 4, MAX_HEAD_BYTES + 1))
  let lineEnd = text.indexOf('\n')
  if (lineEnd < 0) return incomplete(text)
  const headers = new SipHeaders()
  const startLine = trimBlank(text, 0, lineEnd)
  let at = lineEnd + 1
  for (;;) {
    lineEnd = text.indexOf('\n', at)
    if (lineEnd < 0) return incomplete(text)
    if (lineEnd === at || (lineEnd === at + 1 && text.charCodeAt(at) === CR)) break
    let value: string | undefined
    // RFC 3261 §7.3.1: a line that begins with white space continues the one before.
    while (text[lineEnd + 1] === ' ' || text[lineEnd + 1] === '\t') {
      value = value === undefined ? trimBlank(text, at, lineEnd) : joined(value, trimBlank(text, at, lineEnd))
      at = lineEnd + 1
      lineEnd = text.indexOf('\n', at)
      if (lineEnd < 0) return incomplete(text)
    }
    const line = trimBlank(text, at, lineEnd)
    addHeader(headers, value === undefined ? line : joined(value, line))
    if (headers.size > MAX_HEADERS) throw tooLong('SIP header lines', headers.size, MAX_HEADERS)
    at = lineEnd + 1
  }
  const length = readContentLength(headers)
  return {
    message: startOf(startLine, headers),
    bodyStart: lineEnd + 1,
    contentLength: typeof length === 'number' ? length : undefined,
    problem: typeof length === 'string' ? length : null,
  }
}

function incomplete(text: string): null {
  if (text.length > MAX_HEAD_BYTES) throw tooLong('SIP head', text.length, MAX_HEAD_BYTES)
  return null
}

function joined(value: string, line: string): string {
  return line === '' ? value : `${value} ${line}`
}

/** A line that is no header is passed over: it cannot change what the others say. */
function addHeader(headers: SipHeaders, line: string): void {
  const colon = line.indexOf(':')
  if (colon <= 0) return
  const name = trimBlank(line, 0, colon)
  if (!isToken(name)) return
  headers.append(name, decode(trimBlank(line, colon + 1, line.length)))
}

function startOf(line: string, headers: SipHeaders): SipMessage {
  const firstSpace = line.indexOf(' ')
  const lastSpace = line.lastIndexOf(' ')
  if (/^SIP\//i.test(line)) {
    const version = line.slice(0, firstSpace < 0 ? line.length : firstSpace).toUpperCase()
    const rest = firstSpace < 0 ? '' : trimBlank(line, firstSpace, line.length)
    const status = /^([1-6]\d\d)(?: |$)/.exec(rest)
    if (version !== SIP_VERSION || !status) throw invalid('status line')
    const reason = decode(trimBlank(rest, 3, rest.length))
    return { kind: 'response', status: Number(status[1]), reason, headers, body: NO_BODY }
  }
  const method = line.slice(0, Math.max(0, firstSpace))
  const version = line.slice(lastSpace + 1).toUpperCase()
  if (firstSpace <= 0 || lastSpace === firstSpace || !isToken(method) || !/^SIP\/\d+\.\d+$/.test(version))
    throw invalid('start line')
  const uri = decode(trimBlank(line, firstSpace, lastSpace))
  return { kind: 'request', method, uri, version, headers, body: NO_BODY }
}

/** A number, undefined when there is none, or what is wrong with it. */
function readContentLength(headers: SipHeaders): number | undefined | string {
  let length: number | undefined
  for (const { name, value } of headers) {
    if (headerKey(name) !== 'content-length') continue
    if (!/^\d{1,10}$/.test(value)) return `Content-Length is ${value.slice(0, 20)}`
    if (length !== undefined && length !== Number(value)) return 'two different Content-Length'
    length = Number(value)
  }
  return length
}

/** Without blanks at both ends; a carriage return inside of a line is a blank too. */
function trimBlank(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  const part = text.slice(start, end)
  return part.includes('\r') ? part.replaceAll('\r', ' ') : part
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === CR
}

/** RFC 3261 §25.1 token: letters, digits and -.!%*_+`'~ */
function isToken(text: string): boolean {
  return /^[\w\-.!%*+`'~]+$/.test(text)
}

/** RFC 3261 §7.3.1: UTF-8. Some devices write their own charset; then each byte is one letter, so that nothing is lost. */
function decode(latin1: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
  if (!/[^\x00-\x7f]/.test(latin1)) return latin1
  const bytes = Buffer.from(latin1, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'SIP message', reason })
}

function tooLong(what: string, size: number, limit: number): AppError {
  return new AppError('LIMIT_EXCEEDED', { what, size, limit })
}
