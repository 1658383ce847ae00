import type { IncomingMessage } from 'node:http'
import type { Access } from '../access.ts'
import type { HttpVisitors } from '../http-visitor.ts'
import { pathOf } from '../paths.ts'

/** Lets those ask for what was made of a stream who may play it. */
export class StreamFileAccess {
  readonly #access: Access
  readonly #visitors: HttpVisitors

  constructor(access: Access, visitors: HttpVisitors) {
    this.#access = access
    this.#visitors = visitors
  }

  /** `stream`: path of the URL up to what was made of it. Returns `space/app/name`. Throws AppError FORBIDDEN, INVALID. */
  check(request: IncomingMessage, { pathname, searchParams }: URL, stream: string): string {
    const visitor = this.#visitors.of({
      pathname: decodeURIComponent(stream),
      uri: pathname,
      query: searchParams,
      protocol: 'file',
      request,
    })
    this.#access.check({ action: 'play', ...visitor })
    return pathOf(visitor.address)
  }
}
