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
  [O in OperationName]: Answer<O> extends { items: unknown[]; nextCursor: string | null } ? O : never
}[OperationName]
export type Item<O extends ListName> = Answer<O> extends { items: (infer T)[] } ? T : never

export interface ClientOptions {
  /** Where the platform is: `http://localhost:8000`; in a browser '' for the page's own host. */
  readonly server: string
  /** Token of a session or API key. */
  readonly token?: string | undefined
  readonly fetch?: typeof globalThis.fetch
}

/** One message of the feed. */
export interface FeedMessage {
  /** stream.on ..., or `ready` and `reset`. */
  readonly type: string
  readonly id: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** An answer with a status of 400 or above. */
export class SightlineError extends Error {
  readonly status: number
  /** From the list of errors of the documentation; HTTP_ERROR when something between us answered. */
  readonly code: string
  readonly hint: string | undefined
  readonly field: string | undefined
  readonly traceId: string | undefined

  constructor(status: number, body: Partial<Schemas['Error']['error']>) {
    super(body.message ?? `HTTP status ${status}`)
    this.name = 'SightlineError'
    this.status = status
    this.code = body.code ?? 'HTTP_ERROR'
    this.hint = body.hint
    this.field = body.field
    this.traceId = body.traceId
  }
}

/** Wait before the feed is dialled again; the platform may be starting. */
const REDIAL_MS = 2000

export class SightlineClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** The same client with another token. */
  withToken(token: string): SightlineClient {
    return new SightlineClient({ ...this.#options, token })
  }

  /** Throws SightlineError, and what `fetch` throws. */
  async call<O extends OperationName>(operation: O, ...[request]: Request<O>): Promise<Answer<O>> {
    const parts: Parts = request ?? {}
    const response = await this.#fetch(operation, parts)
    if (!response.ok) throw await errorOf(response)
    return (response.status === 204 ? undefined : await response.json()) as Answer<O> // the platform checks its answers
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
    { signal, lastEventId = null }: { signal?: AbortSignal; lastEventId?: string | null } = {},
  ): AsyncGenerator<FeedMessage, void> {
    let lastId = lastEventId
    while (!signal?.aborted) {
      try {
        const headers = lastId === null ? {} : { 'last-event-id': lastId }
        const response = await this.#fetch('followEvents', { query, headers, ...(signal && { signal }) })
        if (!response.ok) throw await errorOf(response)
        for await (const message of messages(response)) {
          lastId = message.id ?? lastId
          yield message
        }
      } catch (error) {
        if (signal?.aborted) return
        if (error instanceof SightlineError && error.status < 500) throw error
      }
      await new Promise(resolve => setTimeout(resolve, REDIAL_MS))
    }
  }

  #fetch(
    operation: OperationName,
    { path = {}, query = {}, body, headers = {}, ...options }: Parts,
  ): Promise<Response> {
    const [method, template] = ROUTES[operation]
    const url = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])))
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
    const { fetch = globalThis.fetch, server, token } = this.#options
    return fetch(`${server}/api/v1${url}${search === '' ? '' : `?${search}`}`, {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(options.signal && { signal: options.signal }),
    })
  }
}

/** A request without its types. */
interface Parts extends Options {
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

async function errorOf(response: Response): Promise<SightlineError> {
  const body: unknown = await response.json().catch(() => null)
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : {}
  return new SightlineError(response.status, error as Partial<Schemas['Error']['error']>) // or nothing, as its type says
}

/** WHATWG HTML §9.2.6, as far as the platform uses it. */
async function* messages(response: Response): AsyncGenerator<FeedMessage> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map(line => splitField(line)))
      const [type, data] = [fields.get('event'), fields.get('data')]
      if (type !== undefined && data !== undefined) yield { type, id: fields.get('id') ?? null, data: JSON.parse(data) }
    }
  }
}

function splitField(line: string): [string, string] {
  const at = line.indexOf(': ')
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)]
}
