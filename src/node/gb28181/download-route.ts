import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../base/errors.ts'
import { parseRange } from '../../protocols/hls/byte-range.ts'
import type { Access } from '../access.ts'
import type { HttpVisitors } from '../http-visitor.ts'
import type { MediaRoute } from '../media-server.ts'
import type { GbDownloads } from './gb-downloads.ts'

const ROUTE = /^\/downloads\/(dl_[0-9a-z]{20})\.mp4$/

/** `/downloads/dl_x.mp4`: a recording that was fetched from a device, for those who may play its stream. */
export class DownloadRoute implements MediaRoute {
  readonly #downloads: () => GbDownloads | null
  readonly #access: Access
  readonly #visitors: HttpVisitors

  constructor(downloads: () => GbDownloads | null, access: Access, visitors: HttpVisitors) {
    this.#downloads = downloads
    this.#access = access
    this.#visitors = visitors
  }

  matches(pathname: string): boolean {
    return ROUTE.test(pathname)
  }

  /** GET or HEAD, whole or one range. Throws AppError NOT_FOUND or FORBIDDEN. */
  async handle(request: IncomingMessage, response: ServerResponse, { pathname, searchParams }: URL): Promise<void> {
    const id = ROUTE.exec(pathname)?.[1] ?? ''
    const file = this.#downloads()?.file(id)
    if (!file) throw new AppError('NOT_FOUND', { what: 'download', id })
    const { bytes, key, session, store } = file
    const wish = { uri: pathname, query: searchParams, protocol: 'download', request }
    this.#access.check({ action: 'play', ...this.#visitors.of({ pathname: `/${session.path}`, ...wish }) })
    const headers = {
      'Access-Control-Allow-Origin': '*',
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'private, max-age=3600',
      'Content-Disposition': `attachment; filename="${session.channel}-${id}.mp4"`,
      'Content-Type': 'video/mp4',
    }
    const range = parseRange(request.headers.range, bytes)
    if (range === 'unsatisfiable') {
      const nothing = { 'Content-Range': `bytes */${bytes}`, 'Content-Length': 0 }
      return void response.writeHead(416, { ...headers, ...nothing }).end()
    }
    const { start, end } = range ?? { start: 0, end: bytes }
    response.writeHead(range ? 206 : 200, {
      ...headers,
      'Content-Length': end - start,
      ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${bytes}` }),
    })
    if (request.method === 'HEAD') return void response.end()
    // The header is out: what goes wrong now can only cut the answer.
    await pipeline(Readable.from(store.read(key, { start, end })), response).catch(() => response.destroy())
  }
}
