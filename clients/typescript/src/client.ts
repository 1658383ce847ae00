import { EventStreamParser } from './event-stream.ts'
import { type Operations, ROUTES, type Schemas } from './generated/api.ts'

export type { Operations, Schemas }
export type OperationName = keyof Operations
export type Answer<O extends OperationName> = Operations[O]['answer']

type Part = 'path' | 'query' | 'body'
/** Parts of a request that have something in them; the others must not be there. */
type Given<O extends OperationName> = { [P in Part]: [Operations[O][P]] extends [never] ? never : P }[Part]
/** Those that cannot be left out, because something in them cannot. */
type Needed<O extends OperationName> = {
  [P in Given<O>]: undefined extends Operations[O][P]
    ? never
    : Partial<Operations[O][P]> extends Operations[O][P]
      ? never
      : P
}[Given<O>]
type Input<O extends OperationName> = { [P in Needed<O>]: Operations[O][P] } & {
  [P in Exclude<Given<O>, Needed<O>>]?: Operations[O][P] | undefined
}
type Options = { readonly idempotencyKey?: string | undefined; readonly signal?: AbortSignal | undefined }
export type Request<O extends OperationName> = [Needed<O>] extends [never]
  ? [request?: Input<O> & Options]
  : [request: Input<O> & Options]

/** Lists that come in pages. */
export type ListName = {
  [O in OperationName]: Answer<O> extends { items: readonly unknown[]; nextCursor: string | null } ? O : never
}[OperationName]
export type Item<O extends ListName> = Answer<O> extends { items: readonly (infer T)[] } ? T : never

export interface ClientOptions {
  /** Where the platform is: `http://localhost:8000`; in a browser '' for the page's own host. */
  readonly server: string
  /** Token of a session or API key, or what tells it anew for each request. */
  readonly token?: string | (() => string | undefined) | undefined
  /** How long an answer may take, ms; files and the feed take as long as they take. Without it no limit. */
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch
}

/** What a call sends. */
export interface Sent {
  readonly method: string
  /** From `/api/v1` on, with query: '/streams?limit=200'. */
  readonly path: string
  readonly body?: unknown
}

/** One message of the feed. */
export interface FeedMessage {
  /** stream.on ..., or `ready` and `reset`. */
  readonly type: string
  readonly id: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** An answer with a status of 400 or above, or (status 0) none: `cause` says why. */
export class SightlineError extends Error {
  readonly status: number
  /** From the list of errors of the documentation; HTTP_ERROR when something between us answered, NETWORK when nothing. */
  readonly code: string
  readonly hint: string | undefined
  readonly field: string | undefined
  /** Of devices: what was found out (`verdict`) and the `attempt` that has all of it. */
  readonly details: Readonly<Record<string, string | number>>
  readonly traceId: string | undefined
  /** What was asked. */
  readonly sent: Sent

  constructor(sent: Sent, status: number, body: Partial<Schemas['Error']['error']>, options?: ErrorOptions) {
    super(body.message ?? `HTTP status ${status}`, options)
    this.name = 'SightlineError'
    this.sent = sent
    this.status = status
    this.code = body.code ?? (status === 0 ? 'NETWORK' : 'HTTP_ERROR')
    this.hint = body.hint
    this.field = body.field
    this.details = body.details ?? {}
    this.traceId = body.traceId
  }
}

/** Wait before the feed is dialled again; the platform may be starting. */
const REDIAL_MS = 2000

/** What a call of that name sends, without the token: to show it, or to send it by other means. */
export function sentBy<O extends OperationName>(operation: O, ...[request]: Request<O>): Sent {
  const { path = {}, query = {}, body }: Parts = request ?? {}
  const [method, template] = ROUTES[operation]
  const url = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])))
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return { method, path: search === '' ? url : `${url}?${search}`, ...(body === undefined ? {} : { body }) }
}

export class SightlineClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** The same client with another token. */
  withToken(token: string): SightlineClient {
    return new SightlineClient({ ...this.#options, token })
  }

  /** Throws SightlineError; when `signal` ends it, the reason of that. */
  async call<O extends OperationName>(operation: O, ...request: Request<O>): Promise<Answer<O>> {
    const { signal, ...options }: Parts = request[0] ?? {}
    const { timeoutMs } = this.#options
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
    const either = signal && timeout ? AbortSignal.any([signal, timeout]) : (signal ?? timeout)
    const sent = sentBy(operation, ...request)
    const response = await this.#fetch(sent, { ...options, ...(either && { signal: either }) }, signal)
    try {
      return (response.status === 204 ? undefined : await response.json()) as Answer<O> // the platform checks its answers
    } catch (cause) {
      throw failure(sent, cause, signal)
    }
  }

  /** The answer as it comes, for files. Throws SightlineError. */
  async open<O extends OperationName>(operation: O, ...request: Request<O>): Promise<Response> {
    const options: Parts = request[0] ?? {}
    return this.#fetch(sentBy(operation, ...request), options, options.signal)
  }

  /** Every row of a list, page by page. */
  async *all<O extends ListName>(operation: O, ...[request]: Request<O>): AsyncGenerator<Item<O>, void> {
    const parts: Parts = request ?? {}
    for (let cursor: string | null = null; ; ) {
      const query = { ...parts.query, ...(cursor === null ? {} : { cursor }) }
      const page = (await this.call(operation, ...([{ ...parts, query }] as unknown as Request<O>))) as {
        items: Item<O>[]
        nextCursor: string | null
      } // a list by its type
      yield* page.items
      if (page.nextCursor === null) return
      cursor = page.nextCursor
    }
  }

  /** What happens, until `signal`. Throws SightlineError when the platform refuses; a lost connection is dialled again. */
  async *follow(
    query: Operations['followEvents']['query'] = {},
    { signal, lastEventId = null }: FollowOptions = {},
  ): AsyncGenerator<FeedMessage, void> {
    let lastId = lastEventId
    while (!signal?.aborted) {
      try {
        for await (const message of this.listen(query, { signal, lastEventId: lastId })) {
          lastId = message.id ?? lastId
          yield message
        }
      } catch (error) {
        if (signal?.aborted) return
        if (error instanceof SightlineError && error.status > 0 && error.status < 500) throw error
      }
      await new Promise(resolve => setTimeout(resolve, REDIAL_MS))
    }
  }

  /** One connection of the feed: ends when it is cut off. `heard` is told of every sign of life, messages or not. */
  async *listen(
    query: Operations['followEvents']['query'] = {},
    { signal, lastEventId = null, heard }: FollowOptions & { heard?: () => void } = {},
  ): AsyncGenerator<FeedMessage, void> {
    const headers = lastEventId === null ? {} : { 'last-event-id': lastEventId }
    const response = await this.#fetch(sentBy('followEvents', { query }), { headers, signal }, signal)
    const parser = new EventStreamParser()
    const decoder = new TextDecoder()
    const reader = response.body?.getReader()
    try {
      for (;;) {
        heard?.()
        const { done, value } = (await reader?.read()) ?? { done: true }
        if (done) return
        for (const { type, id, data } of parser.push(decoder.decode(value, { stream: true })))
          yield { type, id: id === '' ? null : id, data: JSON.parse(data) }
      }
    } finally {
      await reader?.cancel().catch(() => {}) // who stops listening hangs up; a connection that broke is gone already
    }
  }

  async #fetch(sent: Sent, { headers = {}, idempotencyKey, signal }: Parts, given?: AbortSignal): Promise<Response> {
    const { fetch = globalThis.fetch, server } = this.#options
    const token = typeof this.#options.token === 'function' ? this.#options.token() : this.#options.token
    const { method, path, body } = sent
    let response: Response
    try {
      response = await fetch(`${server}/api/v1${path}`, {
        method,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      })
    } catch (cause) {
      throw failure(sent, cause, given)
    }
    if (response.ok) return response
    const answer: unknown = await response.json().catch(() => null)
    const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : {}
    throw new SightlineError(sent, response.status, error as Partial<Schemas['Error']['error']>) // or nothing, by its type
  }
}

interface FollowOptions {
  readonly signal?: AbortSignal | undefined
  readonly lastEventId?: string | null | undefined
}

/** A request without its types. */
interface Parts extends Options {
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What is thrown when no answer came: the caller's own abort as it is. */
function failure(sent: Sent, cause: unknown, given: AbortSignal | undefined): unknown {
  if (given?.aborted) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return new SightlineError(sent, 0, { message }, { cause })
}
