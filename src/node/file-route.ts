import { createReadStream, realpathSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../base/errors.ts'
import { parseRange } from '../protocols/hls/byte-range.ts'
import type { MediaRoute } from './media-server.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'text/xml; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.ts': 'video/mp2t',
  '.m4s': 'video/mp4',
  '.mp4': 'video/mp4',
  '.flv': 'video/x-flv',
  '.mp3': 'audio/mpeg',
  '.aac': 'audio/aac',
}

/**
 * A folder of files on the media port, for players' pages and segments (MS-066). It comes before the other routes: a
 * file hides the live stream of its name. Whoever reaches the port may read them all.
 */
export class FileRoute implements MediaRoute {
  readonly #directory: () => string | null

  constructor(directory: () => string | null) {
    this.#directory = directory
  }

  /** Looks at the disk in the loop: a few microseconds for a local folder, and only where one is configured. */
  matches(pathname: string): boolean {
    return this.#find(decodeURIComponent(pathname)) !== undefined
  }

  /** GET or HEAD, whole or one range. Throws AppError NOT_FOUND. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const file = this.#find(decodeURIComponent(url.pathname))
    if (!file) throw new AppError('NOT_FOUND', { what: 'file', id: url.pathname.slice(0, 200) })
    const { path, size, mtimeMs } = file
    const etag = `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`
    const headers = {
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'no-cache',
      'Content-Type': TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream',
      'X-Content-Type-Options': 'nosniff',
      'Accept-Ranges': 'bytes',
      ETag: etag,
    }
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end()
    const range = parseRange(request.headers.range, size)
    if (range === 'unsatisfiable') {
      const nothing = { 'Content-Range': `bytes */${size}`, 'Content-Length': 0 }
      return void response.writeHead(416, { ...headers, ...nothing }).end()
    }
    const { start, end } = range ?? { start: 0, end: size }
    response.writeHead(range ? 206 : 200, {
      ...headers,
      'Content-Length': end - start,
      ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
    })
    if (request.method === 'HEAD' || end === start) return void response.end()
    // The header is out: what goes wrong now can only cut the answer.
    await pipeline(createReadStream(path, { start, end: end - 1 }), response).catch(() => response.destroy())
  }

  /** Undefined for what is not a file below the directory, also by a link, and for hidden files. */
  #find(pathname: string): { path: string; size: number; mtimeMs: number } | undefined {
    const directory = this.#directory()
    if (directory === null || pathname.includes('\0') || /[/\\]\./.test(pathname)) return undefined
    try {
      const root = realpathSync(directory)
      const path = realpathSync(join(root, pathname.endsWith('/') ? `${pathname}index.html` : pathname))
      const found = statSync(path)
      return found.isFile() && path.startsWith(root + sep)
        ? { path, size: found.size, mtimeMs: found.mtimeMs }
        : undefined
    } catch {
      return undefined // it is not there, or may not be read
    }
  }
}
