import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Publication } from '../../media/stream/publication.ts'
import { Stream } from '../../media/stream/stream.ts'
import type { Track } from '../../media/stream/track.ts'
import { MediaServer } from '../../node/media-server.ts'
import type { HlsSettings } from './hls-channels.ts'
import { HlsHandler } from './hls-handler.ts'
import type { HlsViewerHandle } from './hls-session.ts'
import { AAC, audio, H264, H265, interleave, PCMA, video } from './testing/source.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A media server with the handler, streams made by hand and time that stands still. */
class Bench {
  readonly time = new FakeTime()
  readonly streams = new Map<string, Stream>()
  readonly viewers: { handle: HlsViewerHandle; ended: string | null }[] = []
  readonly settings: { -readonly [K in keyof HlsSettings]: HlsSettings[K] } = {
    segmentSeconds: 2,
    windowSeconds: 10,
    waitKeyframe: true,
    container: 'auto',
    mode: 'on-demand',
    keepAliveSeconds: 60,
  }
  readonly handler = new HlsHandler({
    host: {
      admit: async ({ pathname, query }) => {
        if (query.get('sign') === 'wrong') throw new AppError('FORBIDDEN', { action: 'play', reason: 'signature' })
        const stream = this.streams.get(pathname)
        if (!stream) throw new AppError('STREAM_NOT_FOUND', { path: pathname })
        return { stream, join: handle => this.#join(handle) }
      },
    },
    settings: () => this.settings,
    clock: this.time,
    timers: this.time,
  })
  readonly #server = new MediaServer({
    listen: { port: 0, host: '127.0.0.1' },
    key: 'listen.media',
    tls: null,
    routes: [this.handler],
    log: silentLog,
  })
  port = 0

  async open(): Promise<void> {
    this.port = await this.#server.open()
  }

  async close(): Promise<void> {
    this.handler.close()
    await this.#server.close()
  }

  publish(path: string, tracks: readonly Track[], frames: readonly Frame[]): Publication {
    let stream = this.streams.get(path)
    if (!stream) {
      const options = { timestamps: 'full', republishGraceMs: 1000, clock: this.time, timers: this.time } as const
      const onEnd = () => this.streams.delete(path)
      stream = new Stream(path.slice(1), options, { onPublish() {}, onUnpublish() {}, onEnd })
      this.streams.set(path, stream)
    }
    const publication = stream.publish({ id: 'p', protocol: 'test', remote: '', agent: '' })
    for (const track of tracks) publication.setTrack(track)
    for (const frame of frames) publication.write(frame)
    return publication
  }

  get(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ port: this.port, path, headers, method, agent: false }, response => {
        const parts: Buffer[] = []
        response.on('data', part => parts.push(part))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) })
        })
        response.on('error', reject)
      })
      request.on('error', reject)
      request.end()
    })
  }

  async text(path: string): Promise<string> {
    const { status, body } = await this.get(path)
    expect(status, String(body)).toBe(200)
    return String(body)
  }

  /** Address of the media playlist a master playlist names. */
  async mediaOf(path: string): Promise<string> {
    const lines = (await this.text(path)).split('\n')
    return `${path.slice(0, path.lastIndexOf('/'))}/${lines.at(-2)}`
  }

  #join(handle: HlsViewerHandle) {
    const viewer = { handle, ended: null as string | null }
    this.viewers.push(viewer)
    return {
      end: (reason: string) => {
        viewer.ended = reason
      },
    }
  }
}

let bench: Bench
beforeEach(async () => {
  bench = new Bench()
  await bench.open()
})
afterEach(() => bench.close())

const LIVE = '/live/cam'
const picture = (fromMs: number, toMs: number) => interleave(video(H264, fromMs, toMs, 1000), audio(AAC, fromMs, toMs))
/** A stream that is cut already, with two segments. */
async function watched(): Promise<{ publication: Publication; media: string }> {
  const publication = bench.publish(LIVE, [H264, AAC], picture(0, 480))
  const master = bench.mediaOf(`${LIVE}.m3u8`)
  await waiting(LIVE)
  for (const frame of picture(480, 3520).map(shifted)) publication.write(frame)
  return { publication, media: await master }
}
const shifted = (frame: Frame): Frame => ({
  ...frame,
  keyframe: frame.track.kind === 'audio' || frame.dts % 1000 === 0,
})
/** Until the handler reads the stream. */
const waiting = (path: string) => expect.poll(() => bench.streams.get(path)?.readerCount).toBe(1)
const segmentsOf = (playlist: string) => playlist.split('\n').filter(line => line !== '' && !line.startsWith('#'))
const resolve = (media: string, uri: string) => `${media.slice(0, media.lastIndexOf('/'))}/${uri}`

describe('playlists', () => {
  test('the first request waits for the first segment', async () => {
    const { media } = await watched()
    const text = await bench.text(media)
    expect(text).toContain('#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n')
    expect(segmentsOf(text).length).toBe(2)
    expect(media).toMatch(/^\/live\/cam\/hls\/media\.m3u8\?session=[\w-]{24}$/)
  })

  test('master playlist: codecs, size, bandwidth', async () => {
    await watched()
    const answer = await bench.get(`${LIVE}.m3u8`)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    })
    expect(String(answer.body)).toMatch(
      /^#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-STREAM-INF:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="avc1.f4000a,mp4a.40.2",RESOLUTION=64x48,FRAME-RATE=25.000\ncam\/hls/,
    )
  })

  test('gzip when asked for, not otherwise', async () => {
    const { media } = await watched()
    const plain = await bench.get(media)
    expect(plain.headers['content-encoding']).toBeUndefined()
    for (const accept of ['gzip', 'deflate, gzip;q=0.5, br']) {
      const zipped = await bench.get(media, { 'Accept-Encoding': accept })
      expect(zipped.headers['content-encoding']).toBe('gzip')
      expect(zipped.headers.vary).toBe('Accept-Encoding')
      expect(gunzipSync(zipped.body)).toEqual(plain.body)
    }
    expect((await bench.get(media, { 'Accept-Encoding': 'gzip;q=0, br' })).headers['content-encoding']).toBeUndefined()
  })

  test('ETag changes with the playlist', async () => {
    const { media, publication } = await watched()
    const { headers } = await bench.get(media)
    expect((await bench.get(media, { 'If-None-Match': headers.etag })).status).toBe(304)
    for (const frame of picture(3520, 8000).map(shifted)) publication.write(frame)
    expect((await bench.get(media, { 'If-None-Match': headers.etag })).status).toBe(200)
  })

  test('HEAD has the headers and no body', async () => {
    const { media } = await watched()
    const { body } = await bench.get(media)
    const head = await bench.get(media, {}, 'HEAD')
    expect(head.body.length).toBe(0)
    expect(head.headers['content-length']).toBe(String(body.length))
  })

  test('CORS preflight', async () => {
    const { status, headers } = await bench.get(`${LIVE}.m3u8`, {}, 'OPTIONS')
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe('*')
  })

  test('a stream without keyframes is not ready', async () => {
    bench.publish(LIVE, [H264], video(H264, 0, 1000, 1e9).slice(1))
    const answer = bench.get(`${LIVE}.m3u8`)
    await waiting(LIVE)
    await bench.time.advance(10_000)
    expect((await answer).status).toBe(503)
    expect(JSON.parse(String((await answer).body)).error.code).toBe('NOT_READY')
  })

  test('a stream nobody could play says why', async () => {
    bench.publish(LIVE, [PCMA], audio(PCMA, 0, 1000))
    const { status, body } = await bench.get(`${LIVE}.m3u8`)
    expect(status).toBe(415)
    expect(JSON.parse(String(body)).error.message).toBe('pcma is not supported in HLS')
    expect(bench.handler.leftOut('live/cam')).toEqual(['pcma'])
  })

  test('names that need escaping', async () => {
    const publication = bench.publish('/live/кам 1', [H264], video(H264, 0, 400, 1000))
    const path = encodeURI('/live/кам 1')
    const master = bench.mediaOf(`${path}.m3u8`)
    await waiting('/live/кам 1')
    for (const frame of video(H264, 400, 3000, 1000)) publication.write(frame)
    const media = await master
    expect(media.startsWith(`${path}/hls/media.m3u8?session=`)).toBe(true)
    expect((await bench.get(media)).status).toBe(200)
  })
})

describe('segments', () => {
  async function segment() {
    const { media } = await watched()
    const [uri = ''] = segmentsOf(await bench.text(media))
    return resolve(media, uri)
  }

  test('whole, with headers a cache can use', async () => {
    const { status, headers, body } = await bench.get(await segment())
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'video/mp2t',
      'content-length': String(body.length),
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=3600, immutable',
    })
    expect(body.length % 188).toBe(0)
    expect([body[0], body[188]]).toEqual([0x47, 0x47])
  })

  test('ranges', async () => {
    const path = await segment()
    const { body } = await bench.get(path)
    const part = await bench.get(path, { Range: 'bytes=188-375' })
    expect(part.status).toBe(206)
    expect(part.headers['content-range']).toBe(`bytes 188-375/${body.length}`)
    expect(part.body).toEqual(body.subarray(188, 376))
    expect((await bench.get(path, { Range: 'bytes=-10' })).body).toEqual(body.subarray(-10))
    const beyond = await bench.get(path, { Range: `bytes=${body.length}-` })
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${body.length}`])
  })

  test('not modified, and HEAD', async () => {
    const path = await segment()
    const { headers, body } = await bench.get(path)
    expect((await bench.get(path, { 'If-None-Match': headers.etag })).status).toBe(304)
    const head = await bench.get(path, {}, 'HEAD')
    expect([head.headers['content-length'], head.body.length]).toEqual([String(body.length), 0])
  })

  test('fMP4 with its initialization segment', async () => {
    const publication = bench.publish(LIVE, [H265], video(H265, 0, 400, 1000))
    const master = bench.mediaOf(`${LIVE}.m3u8`)
    await waiting(LIVE)
    for (const frame of video(H265, 1000, 4000, 1000)) publication.write(frame)
    const media = await master
    const text = await bench.text(media)
    const [, init = ''] = /#EXT-X-MAP:URI="([^"]+)"/.exec(text) ?? []
    const answer = await bench.get(resolve(media, init))
    expect(answer.headers['content-type']).toBe('video/mp4')
    expect(answer.body.toString('latin1', 4, 8)).toBe('ftyp')
    const [uri = ''] = segmentsOf(text)
    expect((await bench.get(resolve(media, uri))).body.toString('latin1', 4, 8)).toBe('moof')
  })
})

describe('sessions', () => {
  test('a viewer counts from his first media playlist, with his bytes, until he is silent', async () => {
    const { media } = await watched()
    expect(bench.viewers.length).toBe(0)
    const text = await bench.text(media)
    const [uri = ''] = segmentsOf(text)
    const { body } = await bench.get(resolve(media, uri))
    expect(bench.viewers.length).toBe(1)
    const [viewer] = bench.viewers
    expect(viewer!.handle.counters().bytesSent).toBe(text.length + body.length)
    expect(bench.streams.get(LIVE)!.meter.bytesSent).toBe(text.length + body.length)
    bench.time.advance(14_000)
    await bench.text(media)
    bench.time.advance(14_000)
    expect(viewer!.ended).toBe(null)
    bench.time.advance(3000)
    expect(viewer!.ended).toBe('no requests')
    expect((await bench.get(media)).status).toBe(403)
  })

  test('a viewer put out is refused', async () => {
    const { media } = await watched()
    await bench.text(media)
    bench.viewers[0]!.handle.kick('by the operator')
    const { status, body } = await bench.get(media)
    expect(status).toBe(403)
    expect(JSON.parse(String(body)).error.code).toBe('FORBIDDEN')
  })

  test('a session serves its own stream only', async () => {
    const { media } = await watched()
    bench.publish('/live/other', [H264], video(H264, 0, 4000, 1000))
    expect((await bench.get(media.replace('cam', 'other'))).status).toBe(403)
    const [uri = ''] = segmentsOf(await bench.text(media))
    const path = resolve(media, uri)
    expect((await bench.get(path.replace(/session=.*/, 'session=x'))).status).toBe(403)
    expect((await bench.get(path.replace(/\?.*/, ''))).status).toBe(403)
    expect((await bench.get(path.replace(/-0\./, '-77.'))).status).toBe(404)
  })

  test('unwatched streams are not cut; the numbers go on when somebody comes again', async () => {
    const { media, publication } = await watched()
    await bench.text(media)
    bench.time.advance(61_000)
    expect(bench.streams.get(LIVE)!.readerCount).toBe(0)
    const master = bench.mediaOf(`${LIVE}.m3u8`)
    await waiting(LIVE)
    for (const frame of picture(4000, 7000)) publication.write(frame)
    const text = await bench.text(await master)
    expect(text).toMatch(/MEDIA-SEQUENCE:2\n[\s\S]*#EXT-X-DISCONTINUITY\n/)
  })

  test('mode always: segments are there before the first viewer', async () => {
    bench.settings.mode = 'always'
    const publication = bench.publish(LIVE, [H264, AAC], [])
    bench.handler.published(bench.streams.get(LIVE)!)
    for (const frame of picture(0, 9000)) publication.write(frame)
    bench.time.advance(100_000)
    expect(segmentsOf(await bench.text(await bench.mediaOf(`${LIVE}.m3u8`))).length).toBe(5)
  })
})

describe('publishers', () => {
  test('another one: numbers go on behind a discontinuity', async () => {
    const { media, publication } = await watched()
    publication.end('gone')
    bench.publish(LIVE, [H264, AAC], picture(0, 4000))
    const text = await bench.text(media)
    expect(text).toMatch(/MEDIA-SEQUENCE:0\n/)
    expect(text.match(/#EXT-X-DISCONTINUITY\n/g)?.length).toBe(1)
    expect(text).not.toContain('ENDLIST')
  })

  test('the end, and another stream of that name', async () => {
    const { media, publication } = await watched()
    await bench.text(media)
    publication.end('gone')
    bench.time.advance(1500)
    expect(await bench.text(media)).toContain('#EXT-X-ENDLIST')
    const next = bench.publish(LIVE, [H264, AAC], picture(0, 4000))
    const again = bench.mediaOf(`${LIVE}.m3u8`)
    await waiting(LIVE)
    for (const frame of picture(4000, 7000)) next.write(frame)
    const text = await bench.text(await again)
    expect(text).toMatch(/MEDIA-SEQUENCE:3\n/)
    // who watched the stream before goes on with the new one
    expect(await bench.text(media)).not.toContain('ENDLIST')
  })
})

describe('garbage', () => {
  test.each([
    ['/live/none.m3u8', 404],
    ['/live/cam.m3u8?sign=wrong', 403],
    ['/live/cam/hls/media.m3u8', 404],
    ['/live/cam/hls/media.m3u8?session=', 403],
    ['/live/cam/hls/media.m3u8?session=%00', 403],
    [`/live/cam/hls/media.m3u8?session=${'a'.repeat(5000)}`, 403],
    ['/live/cam/hls/../../../../etc/passwd', 404],
    ['/live/cam/hls/..%2f..%2fetc%2fpasswd.m3u8', 404],
    ['/live/cam/hls/x-0.ts', 403],
    ['/live/cam/hls/x-0.ts?session=__proto__', 403],
    ['/live/cam/hls/x-99999999999999999.ts', 404],
    [`/${'a/'.repeat(3000)}hls/x-0.ts`, 403],
    [`/${'a'.repeat(9000)}.m3u8`, 404],
    ['/%E0%A4%A.m3u8', 400],
    ['/.m3u8', 404],
    ['//.m3u8', 404],
    ['/hls/media.m3u8?session=x', 404],
  ])('%s is answered %d', async (path, status) => {
    await watched()
    const answer = await bench.get(path)
    expect(answer.status).toBe(status)
    expect(JSON.parse(String(answer.body)).error.code).toMatch(/^[A-Z_]+$/)
  })

  test.each(['POST', 'PUT', 'DELETE'])('%s', async method => {
    expect((await bench.get(`${LIVE}.m3u8`, {}, method)).status).toBe(400)
  })

  test('a viewer who leaves while he waits', async () => {
    bench.publish(LIVE, [H264], [])
    const request = httpRequest({ port: bench.port, path: `${LIVE}.m3u8`, agent: false })
    request.on('error', () => {})
    request.end()
    await waiting(LIVE)
    request.destroy()
    bench.time.advance(61_000)
    await expect.poll(() => bench.streams.get(LIVE)?.readerCount).toBe(0)
  })
})
