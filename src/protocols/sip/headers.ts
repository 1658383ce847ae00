import { splitList } from './list.ts'

export interface SipHeader {
  /** As written on the wire. */
  readonly name: string
  /** Unfolded, without white space around it. */
  readonly value: string
}

interface Field extends SipHeader {
  /** The name's long form in lower case. */
  readonly key: string
}

/** Compact forms. RFC 3261 §7.3.3, RFC 3515, RFC 3841, RFC 3892, RFC 4028, RFC 6665. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
}

/** Spellings that are met in every message, so that they need no lower-casing. */
const KEYS = new Map<string, string>(
  [
    ...['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Max-Forwards', 'User-Agent', 'Server', 'Expires', 'Event'],
    ...['Content-Type', 'Content-Length', 'Authorization', 'WWW-Authenticate', 'Allow', 'Subject', 'Date', 'X-GB-Ver'],
    ...['Route', 'Record-Route', 'Subscription-State', 'Supported', 'Require'],
  ].flatMap(name => [
    [name, name.toLowerCase()],
    [name.toLowerCase(), name.toLowerCase()],
  ]),
)

/** The name by which a header is looked up: long form, lower case. */
export function headerKey(name: string): string {
  const known = KEYS.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  return lower.length === 1 ? (COMPACT[lower] ?? lower) : lower
}

export type HeaderInit = Readonly<Record<string, string | number | readonly string[]>>

/** The header fields of a message in their order. Names are compared without case, compact forms are the long ones. */
export class SipHeaders implements Iterable<SipHeader> {
  #fields: Field[] = []

  static of(init: HeaderInit): SipHeaders {
    const headers = new SipHeaders()
    for (const [name, value] of Object.entries(init)) {
      if (typeof value === 'object') for (const each of value) headers.append(name, each)
      else headers.append(name, String(value))
    }
    return headers
  }

  get size(): number {
    return this.#fields.length
  }

  [Symbol.iterator](): Iterator<SipHeader> {
    return this.#fields[Symbol.iterator]()
  }

  append(name: string, value: string): void {
    this.#fields.push({ name, value, key: headerKey(name) })
  }

  /** Puts a field above all others, as a new Via goes. */
  prepend(name: string, value: string): void {
    this.#fields.unshift({ name, value, key: headerKey(name) })
  }

  /** One field of this name, where the first one was, or at the end. */
  set(name: string, value: string): void {
    const key = headerKey(name)
    const at = this.#fields.findIndex(field => field.key === key)
    if (at < 0) {
      this.append(name, value)
      return
    }
    this.#fields[at] = { name, value, key }
    this.#fields = this.#fields.filter((field, index) => index <= at || field.key !== key)
  }

  delete(name: string): void {
    const key = headerKey(name)
    this.#fields = this.#fields.filter(field => field.key !== key)
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** Value of the first field of this name, the whole line. */
  get(name: string): string | undefined {
    const key = headerKey(name)
    for (const field of this.#fields) if (field.key === key) return field.value
    return undefined
  }

  /** Values of all fields of this name, one for each line. */
  all(name: string): string[] {
    const key = headerKey(name)
    const values: string[] = []
    for (const field of this.#fields) if (field.key === key) values.push(field.value)
    return values
  }

  /** Values of a header that is a list: commas separate as well as lines do. RFC 3261 §7.3.1. */
  list(name: string): string[] {
    return this.all(name).flatMap(splitList)
  }

  clone(): SipHeaders {
    const copy = new SipHeaders()
    copy.#fields = [...this.#fields]
    return copy
  }
}
