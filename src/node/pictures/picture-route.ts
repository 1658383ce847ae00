import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { type ObjectStore, readAll } from '../../storage/objects/object-store.ts'
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
import type { SnapshotIndex } from './snapshot-index.ts'

/** `<stream>/snapshot.jpg`: how a stream looks, or looked last. `<stream>/replay/thumbnail.jpg?at=&width=`: a recorded moment. */
const ROUTE = /^(\/.+)\/(snapshot\.jpg|replay\/thumbnail\.jpg)$/
/** Widths there are; what is asked for is rounded up, so that few pictures serve all. */
const WIDTHS = [160, 320, 480, 640, 960, 1280, 1920] as const
const POSTER_WIDTH = 640
const THUMBNAIL_WIDTH = 320
const QUALITY = 75
/** A poster is not made anew within this time. */
const POSTER_MS = 1500
/** Streams that are over whose last poster is kept; of 640 pixels, about 40 kB each. */
const MAX_LAST = 500
/** The last picture of a stream that was kept. */
const MAX_PICTURE_BYTES = 16 * 1024 * 1024
const TYPES = { jpeg: 'image/jpeg', webp: 'image/webp' } as const
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
  readonly pictures: Pick<SnapshotIndex, 'newest'>
  readonly stores: (name: string) => ObjectStore | undefined
  readonly clock: Clock
}

interface Poster {
  readonly atMs: number
  readonly picture: Promise<Picture>
}

/** How a stream looked when it was last seen. */
interface LastPicture {
  /** Wall clock. */
  readonly atMs: number
  readonly type: 'image/jpeg' | 'image/webp'
  load(): Promise<Buffer>
}

/** Small pictures of streams, live and recorded, for those who may play them. Nothing of them is kept. */
export class PictureRoute implements MediaRoute {
  readonly #options: PictureRouteOptions
  /** Oldest first. */
  readonly #posters = new Map<string, Poster>()
  /** Oldest first. */
  readonly #last = new Map<string, { readonly atMs: number; readonly bytes: Buffer }>()
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
      const width = widthOf(url.searchParams, POSTER_WIDTH)
      if (!this.#options.hub.find(path)) return this.#lastPicture(request, response, path, width)
      const { bytes } = await this.#poster(path, width)
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
    const { clock, desk, live } = this.#options
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
    const { bytes } = await picture
    this.#last.delete(path)
    this.#last.set(path, { atMs: clock.nowMs(), bytes })
    const [oldest] = this.#last.keys()
    if (this.#last.size > MAX_LAST && oldest !== undefined) this.#last.delete(oldest)
    return picture
  }

  /** Of a stream that is over: the newest there is of it, with its time. Throws AppError STREAM_NOT_FOUND. */
  async #lastPicture(request: IncomingMessage, response: ServerResponse, path: string, width: number): Promise<void> {
    const [newest] = this.#lastPictures(path, width).sort((a, b) => b.atMs - a.atMs)
    if (!newest) throw new AppError('STREAM_NOT_FOUND', { path })
    answer(request, response, await newest.load(), {
      ...{ 'Content-Type': newest.type, 'Cache-Control': 'private, max-age=5' },
      'Last-Modified': new Date(newest.atMs).toUTCString(),
    })
  }

  #lastPictures(path: string, width: number): LastPicture[] {
    const { pictures, recordings, stores } = this.#options
    const found: LastPicture[] = []
    const poster = this.#last.get(path)
    if (poster) found.push({ atMs: poster.atMs, type: 'image/jpeg', load: async () => poster.bytes })
    const recording = recordings.index.last(path)
    if (recording?.tracks.some(({ kind }) => kind === 'video')) {
      const { endMs: atMs } = recording
      found.push({ atMs, type: 'image/jpeg', load: async () => (await this.#thumbnail(path, atMs, width)).bytes })
    }
    const snapshot = pictures.newest(path)
    const store = snapshot && stores(snapshot.store)
    if (snapshot && store) {
      const load = () => readAll(store.read(snapshot.object), MAX_PICTURE_BYTES)
      found.push({ atMs: snapshot.takenAtMs, type: TYPES[snapshot.format], load })
    }
    return found
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
