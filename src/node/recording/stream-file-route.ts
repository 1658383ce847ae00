import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../base/errors.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import type { Exports } from '../exports/exports.ts'
import type { MediaRoute } from '../media-server.ts'
import type { SnapshotIndex } from '../pictures/snapshot-index.ts'
import { flvFrom, flvOffset } from '../replay/flv-offset.ts'
import type { ReplaySender } from '../replay/replay-sender.ts'
import type { StreamFileAccess } from './stream-file-access.ts'

const ROUTE = /^(\/.+)\/(?:objects\/(snp_[0-9a-z]{20})|exports\/(exp_[0-9a-z]{20}))$/

const PICTURE_TYPES = { jpeg: 'image/jpeg', webp: 'image/webp' } as const
const VIDEO_TYPES = { mp4: 'video/mp4', flv: 'video/x-flv' } as const

export interface StreamFileRouteOptions {
  readonly access: StreamFileAccess
  readonly snapshots: SnapshotIndex
  readonly exports: Exports
  readonly stores: (name: string) => GrowingStore | undefined
  readonly sender: ReplaySender
}

/** `<stream>/objects/<snapshot>` and `<stream>/exports/<export>`: kept files, for those who may play the stream. */
export class StreamFileRoute implements MediaRoute {
  readonly #options: StreamFileRouteOptions

  constructor(options: StreamFileRouteOptions) {
    this.#options = options
  }

  matches(pathname: string): boolean {
    return ROUTE.test(pathname)
  }

  /** GET or HEAD, whole or one range. Throws AppError NOT_FOUND, FORBIDDEN, STORE_UNAVAILABLE. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [, stream = '', snapshot, exported] = ROUTE.exec(url.pathname) ?? []
    const path = this.#options.access.check(request, url, stream)
    if (snapshot !== undefined) await this.#picture(request, response, snapshot, path)
    else await this.#export(request, response, exported ?? '', path, url.searchParams.get('start'))
  }

  async #picture(request: IncomingMessage, response: ServerResponse, id: string, path: string): Promise<void> {
    const { sender, snapshots, stores } = this.#options
    const found = snapshots.get(id)
    if (found?.path !== path) throw new AppError('NOT_FOUND', { what: 'snapshot', id })
    const store = stores(found.store)
    if (!store) throw new AppError('STORE_UNAVAILABLE', { store: found.store, reason: 'it is not configured' })
    // One that is overwritten keeps its id.
    const headers = { 'Content-Type': PICTURE_TYPES[found.format], 'Cache-Control': 'private, max-age=5' }
    await sender.range(request, response, found.sizeBytes, headers, [], span => store.read(found.object, span))
  }

  /** `start`: of a player of FLV that jumps, the position in the file. */
  async #export(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    path: string,
    start: string | null,
  ): Promise<void> {
    const { exports, sender } = this.#options
    const found = exports.find(id, path)
    if (!found) throw new AppError('NOT_FOUND', { what: 'export', id })
    const { format, sizeBytes, startMs } = found
    const time = new Date(startMs).toISOString().slice(0, 19).replaceAll(':', '-')
    const name = encodeURIComponent(`${path.split('/').at(-1)}_${time}.${format}`)
    const headers = {
      'Content-Type': VIDEO_TYPES[format],
      'Cache-Control': 'private, max-age=3600',
      'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
    }
    const offset = format === 'flv' ? flvOffset(start) : null
    if (offset === null) {
      await sender.range(request, response, sizeBytes, headers, [], span => exports.read(found, span))
      return
    }
    const from = await flvFrom(sizeBytes, offset, span => exports.read(found, span))
    await sender.send(request, response, 200, { ...headers, 'Content-Length': from.bytes }, [], from.pieces())
  }
}
