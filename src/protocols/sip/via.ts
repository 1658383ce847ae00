import { isIP } from 'node:net'
import type { SipHeaders } from './headers.ts'
import { splitAt, splitList } from './list.ts'
import { type Parameters, parseParameters } from './parameters.ts'
import { formatHostPort, parseHostPort } from './uri.ts'

/** RFC 3261 §8.1.1.7: branches that begin with it are unique over space and time. */
export const BRANCH_COOKIE = 'z9hG4bK'
/** RFC 3261 §18.1.1: port of a sent-by without one. */
const DEFAULT_PORT = 5060
const DEFAULT_TLS_PORT = 5061

export interface Via {
  /** Upper case: 'UDP', 'TCP', 'TLS'. */
  readonly transport: string
  readonly host: string
  readonly port: number | undefined
  readonly parameters: Parameters
}

/** RFC 3261 §20.42, with white space where RFC 4475 §3.1.1.1 puts it. null when it is none. */
export function parseVia(value: string): Via | null {
  const semicolon = value.indexOf(';')
  const head = semicolon < 0 ? value : value.slice(0, semicolon)
  const first = head.indexOf('/')
  const second = head.indexOf('/', first + 1)
  if (first < 0 || second < 0 || head.slice(0, first).trim().toUpperCase() !== 'SIP') return null
  const rest = head.slice(second + 1).trim()
  const space = rest.search(/\s/)
  if (space < 0) return null
  const sentBy = parseHostPort(rest.slice(space))
  if (!sentBy) return null
  return {
    transport: rest.slice(0, space).toUpperCase(),
    ...sentBy,
    parameters: parseParameters(semicolon < 0 ? '' : value.slice(semicolon)),
  }
}

/** The value of our Via. `rport` asks for the answer at the port we sent from (RFC 3581 §3). */
export function formatVia(transport: string, host: string, port: number, branch: string): string {
  return `SIP/2.0/${transport.toUpperCase()} ${formatHostPort(host, port)};rport;branch=${branch}`
}

export function topVia(headers: SipHeaders): Via | null {
  const first = headers.get('via')
  if (first === undefined) return null
  return parseVia(first.includes(',') ? (splitList(first)[0] ?? '') : first)
}

/** Port of the sent-by, or the transport's own. */
export function sentByPort(via: Via): number {
  return via.port ?? (via.transport === 'TLS' ? DEFAULT_TLS_PORT : DEFAULT_PORT)
}

/**
 * Writes into the top Via where the request came from: `received` (RFC 3261 §18.2.1), and the value of `rport` where it
 * was asked for (RFC 3581 §4). What is there of both is replaced, it is the sender's invention.
 */
export function stampVia(headers: SipHeaders, via: Via, source: { address: string; port: number }): void {
  const asked = via.parameters.has('rport')
  if (!asked && via.host === source.address && !via.parameters.has('received')) return
  const [first = '', ...others] = headers.all('via')
  const [top = '', ...rest] = splitList(first)
  const kept = splitAt(top, ';').filter(part => !/^(?:rport|received)\s*(?:=|$)/i.test(part))
  kept.push(`received=${source.address}`)
  if (asked) kept.push(`rport=${source.port}`)
  headers.delete('via')
  for (const each of [...rest, ...others].reverse()) headers.prepend('Via', each)
  headers.prepend('Via', kept.join(';'))
}

/**
 * Where the answer to a datagram goes. RFC 3581 §4: to where it came from when `rport` is asked for. RFC 3261 §18.2.2:
 * otherwise to the port of the sent-by; but a sent-by of another address shows a NAT, behind which only the port it
 * came from is reachable.
 */
export function replyPort(via: Via, source: { address: string; port: number }): number {
  if (via.parameters.has('rport') || (isIP(via.host) !== 0 && via.host !== source.address)) return source.port
  return sentByPort(via)
}
