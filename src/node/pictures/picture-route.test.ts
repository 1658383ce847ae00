import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MEDIA } from '../../../test/support/media.ts'
import { PATH, Recorded } from '../../../test/support/recorded.ts'
import { AppError } from '../../base/errors.ts'
import type { Snapshot } from '../../link/recording.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Stream } from '../../media/stream/stream.ts'
import { PictureDesk } from './picture-desk.ts'
import { PictureRoute } from './picture-route.ts'

let recorded: Recorded
let server: Server
let base: string
let live: Frame | null
let newest: Snapshot | null
/** What was decoded, by its time. */
let decoded: number[]

beforeEach(async () => {
  recorded = new Recorded()
  live = null
  newest = null
  decoded = []
  const jpeg = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer()
  const route = new PictureRoute({
    access: { check: () => PATH } as never, // who may is another's business
    hub: { find: () => (live ? ({} as Stream) : undefined) }, // only asked whether it is there
    live: { newest: async () => live } as never,
    desk: new PictureDesk(async ({ dts }) => {
      decoded.push(dts)
      return { bytes: jpeg, width: 16, height: 16 }
    }),
    ...{ recordings: recorded.recordings, reader: recorded.reader, clock: recorded.time },
    pictures: { newest: () => newest },
    stores: () => recorded.store,
  })
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://node')
    route.handle(request, response, url).catch((error: unknown) => {
      response.writeHead(error instanceof AppError && error.code === 'STREAM_NOT_FOUND' ? 404 : 500).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${PATH}`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
  recorded[Symbol.dispose]()
})

const poster = async () => {
  const answer = await fetch(`${base}/snapshot.jpg`)
  await answer.arrayBuffer()
  return [answer.status, Date.parse(answer.headers.get('last-modified') ?? '') || null]
}
/** To the second, as in headers. */
const second = (ms: number) => Math.floor(ms / 1000) * 1000

test('the poster of a stream that is over is the newest there is of it', async () => {
  expect(await poster()).toEqual([404, null])
  const media = MEDIA['H.264 and AAC'](3)
  await recorded.record(media)
  const [segment] = recorded.index.between(PATH, 0, Number.MAX_SAFE_INTEGER)
  expect(await poster()).toEqual([200, second(segment!.endMs)])
  expect(decoded).toHaveLength(1)

  // Live again: its own picture, which stays when it ends.
  recorded.time.advance(60_000)
  live = media.frames.find(({ keyframe, track }) => keyframe && track.kind === 'video') ?? null
  expect(await poster()).toEqual([200, null])
  const seenMs = recorded.time.nowMs()
  live = null
  recorded.time.advance(60_000)
  expect(await poster()).toEqual([200, second(seenMs)])
  expect(decoded).toHaveLength(2)

  // A picture somebody took later.
  await recorded.store.put('pictures/one.webp', [Buffer.from('webp')])
  const takenAtMs = recorded.time.nowMs()
  newest = { ...SNAPSHOT, takenAtMs }
  const answer = await fetch(`${base}/snapshot.jpg`)
  expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['image/webp', 'webp'])
})

const SNAPSHOT: Snapshot = {
  ...{ id: 'snp_1', path: PATH, cause: 'demand', format: 'webp', template: null, takenAtMs: 0 },
  ...{ store: 'disk', object: 'pictures/one.webp', width: 16, height: 16, sizeBytes: 4 },
}
