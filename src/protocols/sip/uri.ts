import { AppError } from '../../base/errors.ts'
import { type Parameters, parseParameters } from './parameters.ts'

/** Longest URI looked at; real ones are under 200 letters. */
const MAX_URI_LENGTH = 4096

export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  /** As written, with escapes; '' when there is none. */
  readonly user: string
  /** Name or address; IPv6 without brackets. */
  readonly host: string
  /** undefined: not written. */
  readonly port: number | undefined
  readonly parameters: Parameters
}

const DIGITS = /^\d{1,5}$/

/** Host and port of `host`, `host:port`, `[v6]:port`; null when it is none. White space around the colon is passed over. */
export function parseHostPort(text: string): { host: string; port: number | undefined } | null {
  let host = text.trim()
  let portText: string | undefined
  if (host.startsWith('[')) {
    const end = host.indexOf(']')
    if (end < 0) return null
    const rest = host.slice(end + 1).trim()
    if (rest !== '' && !rest.startsWith(':')) return null
    portText = rest === '' ? undefined : rest.slice(1).trim()
    host = host.slice(1, end)
  } else {
    const colon = host.indexOf(':')
    if (colon >= 0) {
      portText = host.slice(colon + 1).trim()
      host = host.slice(0, colon).trim()
    }
  }
  if (host === '' || /[\s<>"@,;]/.test(host)) return null
  if (portText === undefined) return { host, port: undefined }
  if (!DIGITS.test(portText) || Number(portText) > 65_535) return null
  return { host, port: Number(portText) }
}

/** `host:port`, with brackets around IPv6. */
export function formatHostPort(host: string, port: number | undefined): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === undefined ? name : `${name}:${port}`
}

/**
 * A SIP or SIPS URI. RFC 3261 §19.1.1. Headers (`?a=b`) are passed over; they mean nothing outside of a web page.
 * Throws AppError BYTES_INVALID.
 */
export function parseUri(text: string): SipUri {
  const uri = readUri(text)
  if (!uri) throw new AppError('BYTES_INVALID', { what: 'SIP URI', reason: text.slice(0, 100) })
  return uri
}

/** As `parseUri`, null instead of an error. */
export function readUri(text: string): SipUri | null {
  if (text.length > MAX_URI_LENGTH || /[\s<>]/.test(text)) return null
  const colon = text.indexOf(':')
  const scheme = text.slice(0, Math.max(0, colon)).toLowerCase()
  if (scheme !== 'sip' && scheme !== 'sips') return null
  const rest = text.slice(colon + 1)
  // The user part may have ';', '?' and ',', so it ends at the last '@' before the host. RFC 4475 §3.1.1.2.
  const at = rest.lastIndexOf('@')
  const userInfo = at < 0 ? '' : rest.slice(0, at)
  let hostPart = rest.slice(at + 1)
  const question = hostPart.indexOf('?')
  if (question >= 0) hostPart = hostPart.slice(0, question)
  const semicolon = hostPart.indexOf(';')
  const parameters = semicolon < 0 ? '' : hostPart.slice(semicolon)
  const hostPort = parseHostPort(semicolon < 0 ? hostPart : hostPart.slice(0, semicolon))
  if (!hostPort) return null
  const password = userInfo.indexOf(':')
  const user = password < 0 ? userInfo : userInfo.slice(0, password)
  return { scheme, user, ...hostPort, parameters: parseParameters(parameters) }
}
