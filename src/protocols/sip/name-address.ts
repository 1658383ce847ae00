import { unquote } from './list.ts'
import { type Parameters, parseParameters } from './parameters.ts'

export interface NameAddress {
  readonly displayName: string
  /** The URI as written, not looked into. */
  readonly uri: string
  /** Header parameters, as `tag`, `expires`. */
  readonly parameters: Parameters
}

/**
 * From, To, Contact, Route and Record-Route. RFC 3261 §20.10: without angle brackets every parameter is the header's.
 * Never throws; what has no URI, or a quote that does not end, gives an empty one.
 */
export function parseNameAddress(value: string): NameAddress {
  const open = openBracket(value)
  if (open < 0) {
    const semicolon = value.indexOf(';')
    const uri = (semicolon < 0 ? value : value.slice(0, semicolon)).trim()
    const parameters = parseParameters(semicolon < 0 ? '' : value.slice(semicolon))
    return { displayName: '', uri: /["\s]/.test(uri) ? '' : uri, parameters }
  }
  const close = value.indexOf('>', open)
  const end = close < 0 ? value.length : close
  return {
    displayName: unquote(value.slice(0, open).trim()),
    uri: value.slice(open + 1, end).trim(),
    parameters: parseParameters(value.slice(end + 1)),
  }
}

/** The first '<' outside of a quoted display name. */
function openBracket(value: string): number {
  const quote = value.indexOf('"')
  const first = value.indexOf('<')
  if (quote < 0 || first < quote) return first
  let at = quote + 1
  while (at < value.length && value[at] !== '"') at += value[at] === '\\' ? 2 : 1
  return value.indexOf('<', at)
}

/** The tag of a From or To; '' when there is none. */
export function tagOf(value: string): string {
  return parseNameAddress(value).parameters.get('tag') ?? ''
}

/** `value` with a tag; one that is there stays. A bare URI gets its brackets, so that its parameters stay its own. */
export function withTag(value: string, tag: string): string {
  const address = value.includes('<') ? value : `<${value}>`
  return tag === '' || tagOf(address) !== '' ? address : `${address};tag=${tag}`
}
