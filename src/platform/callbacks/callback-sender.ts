import { createHash, createHmac } from 'node:crypto'
import { type LookupAddress, lookup } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Clock, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Callback } from './callback.ts'
import { refusal } from './receiver-address.ts'

/** For the whole of it; a receiver that needs longer answers first and works then. */
const TIMEOUT_MS = 5000
/** Of an answer; more is not read. */
const MAX_ANSWER_BYTES = 1024
const AGENT = 'sightline-callback/1'

/** What became of a request. */
export interface Answer {
  /** The receiver has it: 200 to 299. */
  readonly ok: boolean
  readonly status: number | null
  /** Why not; '' when it has. */
  readonly error: string
  /** Begin of the body. */
  readonly answer: string
}

export interface CallbackSenderOptions {
  readonly allowPrivate: () => boolean
  readonly clock: Clock
  readonly timers: Timers
  /** Names of hosts; the system's own when left out. */
  readonly resolve?: typeof lookup
}

/** Sends signed requests to receivers. Redirects are not followed, and addresses are looked at when they are dialled. */
export class CallbackSender {
  readonly #options: CallbackSenderOptions

  constructor(options: CallbackSenderOptions) {
    this.#options = options
  }

  /** Why a URL cannot be a receiver; null: it can. Names are only known when they are dialled. */
  refusal(url: URL): string | null {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is neither http nor https'
    if (url.username !== '' || url.password !== '') return 'has a user name or password'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    return isIP(host) === 0 ? null : refusal(host, this.#options.allowPrivate())
  }

  /** Never throws. Ends without an answer when `signal` is aborted. */
  async send(
    callback: Callback,
    body: string,
    about: { event: string; id: string },
    signal?: AbortSignal,
  ): Promise<Answer> {
    const url = new URL(callback.url)
    const refused = this.refusal(url)
    if (refused !== null) return failed(null, refused)
    const seconds = Math.floor(this.#options.clock.nowMs() / 1000)
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'user-agent': AGENT,
      'x-sightline-event': about.event,
      'x-sightline-delivery': about.id,
      'x-sightline-timestamp': String(seconds),
      'x-sightline-signature': `v1=${signature(callback.secret, seconds, body)}`,
      ...(callback.aliSignature && aliHeaders(callback.secret, url, seconds)),
    }
    return this.#post(url, headers, body, signal)
  }

  #post(
    url: URL,
    headers: Record<string, string | number>,
    body: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const options = { method: 'POST', headers, lookup: this.#lookup, agent: false as const, ...(signal && { signal }) }
    const outgoing = request(url, options, response => {
      const { statusCode = 0 } = response
      const ok = statusCode >= 200 && statusCode < 300
      const parts: Buffer[] = []
      let bytes = 0
      const done = () => {
        const answer = Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString('utf8').replaceAll('\0', '')
        resolve({ ok, status: statusCode, error: ok ? '' : `answered ${statusCode}`, answer })
        outgoing.destroy()
      }
      response.on('data', (part: Buffer) => {
        parts.push(part)
        bytes += part.length
        if (bytes >= MAX_ANSWER_BYTES) done()
      })
      response.once('end', done)
      response.once('error', error => resolve(failed(statusCode, errorText(error))))
    })
    const timeout = this.#options.timers.after(TIMEOUT_MS, () => {
      outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`))
    })
    outgoing.on('error', error => resolve(failed(null, errorText(error))))
    outgoing.end(body)
    return promise.finally(() => timeout.cancel())
  }

  /** The address that is dialled is the one that was looked at: a name that changes meanwhile cannot lead elsewhere. */
  readonly #lookup: LookupFunction = (host, options, done) => {
    const { allowPrivate, resolve = lookup } = this.#options
    resolve(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return done(error, '', 0)
      const refused = addresses.map(({ address }) => refusal(address, allowPrivate())).find(reason => reason !== null)
      if (refused !== undefined) return done(new Error(`${host}: ${refused}`), '', 0)
      if (options.all) return done(null, addresses)
      const [first] = addresses
      if (!first) return done(new Error(`${host} has no address`), '', 0)
      done(null, first.address, first.family)
    })
  }
}

/** Hex HMAC-SHA256 over `<Unix seconds>.<body>`. */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
}

/** The signature of publish callbacks that CDN users check: MD5 over `<host of the receiver>|<Unix seconds>|<key>`. */
function aliHeaders(secret: string, { hostname }: URL, seconds: number) {
  const hash = createHash('md5').update(`${hostname}|${seconds}|${secret}`).digest('hex')
  return { 'ALI-LIVE-TIMESTAMP': String(seconds), 'ALI-LIVE-SIGNATURE': hash }
}

function failed(status: number | null, error: string): Answer {
  return { ok: false, status, error, answer: '' }
}
