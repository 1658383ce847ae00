import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Picture } from '../ffmpeg/picture.ts'
import type { Hub } from '../hub.ts'
import type { MediaRoute } from '../media-server.ts'
import type { StreamFileAccess } from '../recording/stream-file-access.ts'
import type { FragmentReader } from '../replay/fragment-reader.ts'
import { keyframeAt } from '../replay/keyframe.ts'
import type { Recordings } from '../replay/recordings.ts'
import { momentOf } from '../replay/replay-request.ts'
import { answer } from '../replay/replay-sender.ts'
import type { LiveKeyframes } from './live-keyframe.ts'
import type { PictureDesk } from './picture-desk.ts'

/** `<stream>/snapshot.jpg`: how a live stream looks. `<stream>/replay/thumbnail.jpg?at=&width=`: a recorded moment. */
const ROUTE = /^(\/.+)\/(snapshot\.jpg|replay\/thumbnail\.jpg)$/
/** Widths there are; what is asked for is rounded up, so that few pictures serve all. */
const WIDTHS = [160, 320, 480, 640, 960, 1280, 1920] as const
const POSTER_WIDTH = 640
const THUMBNAIL_WIDTH = 320
const QUALITY = 75
/** A poster is not made anew within this time. */
const POSTER_MS = 1500
/** Thumbnails kept: of 320 pixels, about 15 kB each. */
const MAX_THUMBNAILS = 2000
/** What was recorded so long ago does not change: nothing comes behind the keyframe before it. */
const SETTLED_MS = 60_000

export interface PictureRouteOptions {
  readonly access: StreamFileAccess
  readonly hub: Pick<Hub, 'find'>
  readonly live: LiveKeyframes
  readonly desk: PictureDesk
  readonly recordings: Recordings
  readonly reader: FragmentReader
  readonly clock: Clock
}

interface Poster {
  readonly atMs: number
  readonly picture: Promise<Picture>
}

/** Small pictures of streams, live and recorded, for those who may play them. Nothing of them is kept. */
export class PictureRoute implements MediaRoute {
  readonly #options: PictureRouteOptions
  /** Oldest first. */
  readonly #posters = new Map<string, Poster>()
  /** Oldest use first. */
  readonly #thumbnails = new Map<string, Promise<Picture>>()

  constructor(options: PictureRouteOptions) {
    this.#options = options
  }

  matches(pathname: string): boolean {
    return ROUTE.test(pathname)
  }

  /** GET or HEAD. Throws AppError STREAM_NOT_FOUND, NOT_FOUND, FORBIDDEN, INVALID, CODEC_UNSUPPORTED, FFMPEG_FAILED. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [, stream = '', file = ''] = ROUTE.exec(url.pathname) ?? []
    const path = this.#options.access.check(request, url, stream)
    if (file === 'snapshot.jpg') {
      const { bytes } = await this.#poster(path, widthOf(url.searchParams, POSTER_WIDTH))
      return answer(request, response, bytes, { 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, max-age=1' })
    }
    const atMs = momentOf('at', url.searchParams.get('at'))
    const { bytes } = await this.#thumbnail(path, atMs, widthOf(url.searchParams, THUMBNAIL_WIDTH))
    const settled = atMs < this.#options.clock.nowMs() - SETTLED_MS
    const cached = settled ? 'private, max-age=86400' : 'no-cache'
    answer(request, response, bytes, { 'Content-Type': 'image/jpeg', 'Cache-Control': cached })
  }

  /** Brings no stream: a page of posters would call every camera. */
  async #poster(path: string, width: number): Promise<Picture> {
    const { clock, desk, hub, live } = this.#options
    if (!hub.find(path)) throw new AppError('STREAM_NOT_FOUND', { path })
    const nowMs = clock.monotonicMs()
    for (const [key, { atMs }] of this.#posters) {
      if (nowMs - atMs < POSTER_MS) break
      this.#posters.delete(key)
    }
    const key = `${width} ${path}`
    const known = this.#posters.get(key)
    if (known) return known.picture
    const picture = live.newest(path).then(frame => desk.picture(frame, { format: 'jpeg', quality: QUALITY, width }))
    this.#posters.set(key, { atMs: nowMs, picture })
    return picture
  }

  async #thumbnail(path: string, atMs: number, width: number): Promise<Picture> {
    const { desk, reader, recordings } = this.#options
    const found = await keyframeAt(recordings, reader, path, atMs)
    if (!found)
      throw new AppError('NOT_FOUND', { what: 'recording of', id: `${path} at ${new Date(atMs).toISOString()}` })
    const key = `${width} ${found.wallMs} ${path}`
    const known = this.#thumbnails.get(key)
    const picture = known ?? desk.picture(found.frame, { format: 'jpeg', quality: QUALITY, width })
    this.#thumbnails.delete(key)
    this.#thumbnails.set(key, picture)
    if (!known) picture.catch(() => this.#thumbnails.delete(key))
    const [oldest] = this.#thumbnails.keys()
    if (this.#thumbnails.size > MAX_THUMBNAILS && oldest !== undefined) this.#thumbnails.delete(oldest)
    return picture
  }
}

/** Throws AppError INVALID. */
function widthOf(query: URLSearchParams, otherwise: number): number {
  const text = query.get('width') ?? String(otherwise)
  if (!/^\d{1,5}$/.test(text)) throw new AppError('INVALID', { field: 'width', reason: 'not a number of pixels' })
  return WIDTHS.find(width => width >= Number(text)) ?? 1920
}
