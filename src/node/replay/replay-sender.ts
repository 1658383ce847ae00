import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseRange } from '../../protocols/hls/byte-range.ts'
import type { ByteSpan } from '../../storage/objects/object-store.ts'
import type { SegmentRecord } from '../recorder/segment.ts'
import type { Recordings } from './recordings.ts'

export const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Length, Content-Range',
}
/** Nothing taken for so long, and the connection is given up. */
const SEND_TIMEOUT_MS = 60_000

/** Answers requests with what lies in a store. */
export class ReplaySender {
  readonly #recordings: Recordings

  constructor(recordings: Recordings) {
    this.#recordings = recordings
  }

  /** What a request asks for of a file of `size` bytes, or all of it. RFC 9110 §14.2. */
  async range(
    request: IncomingMessage,
    response: ServerResponse,
    size: number,
    headers: OutgoingHttpHeaders,
    segments: readonly SegmentRecord[],
    read: (span: ByteSpan) => AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const range = parseRange(request.headers.range, size)
    const ranged = { ...headers, 'Accept-Ranges': 'bytes' }
    if (range === 'unsatisfiable') {
      response.writeHead(416, { ...CORS, 'Content-Range': `bytes */${size}`, 'Content-Length': 0 }).end()
      return
    }
    const { start, end } = range ?? { start: 0, end: size }
    const lengths = {
      ...ranged,
      'Content-Length': end - start,
      ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
    }
    await this.send(request, response, range ? 206 : 200, lengths, segments, read({ start, end }))
  }

  /** Answers with pieces, whose segments are in use meanwhile. What the first piece throws is thrown before the header. */
  async send(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    headers: OutgoingHttpHeaders,
    segments: readonly SegmentRecord[],
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    if (request.method === 'HEAD') {
      response.writeHead(status, { ...CORS, ...headers }).end()
      return
    }
    const release = this.#recordings.use(segments)
    const iterator = pieces[Symbol.asyncIterator]()
    try {
      // The first piece before the header: what is not there is answered as an error.
      const first = await iterator.next()
      response.writeHead(status, { ...CORS, ...headers })
      response.setTimeout(SEND_TIMEOUT_MS, () => response.destroy())
      await pipeline(Readable.from(rest(first, iterator), { objectMode: false }), response)
    } catch (error) {
      if (!response.headersSent) throw error
      response.destroy() // the viewer went away, or the store did: the length does not fit any more
    } finally {
      release()
    }
  }
}

async function* rest(
  first: IteratorResult<Uint8Array>,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

/** A small answer, whole. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  headers: OutgoingHttpHeaders,
): void {
  response.writeHead(200, { ...CORS, ...headers, 'Content-Length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}
