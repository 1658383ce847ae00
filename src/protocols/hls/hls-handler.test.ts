import { execFile } from 'node:child_process'
import { request as httpRequest } from 'node:http'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ffmpeg, temporaryFolder } from '../../../test/ffmpeg.ts'
import { silentLog } from '../../base/log.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Publication } from '../../media/stream/publication.ts'
import { MediaServer } from '../../node/media-server.ts'
import { RequestCounter } from '../../node/request-counter.ts'
import { Bench } from './testing/bench.ts'
import { AAC, audio, framesOf, H264, H265, interleave, PCMA, video } from './testing/source.ts'

let bench: Bench
let server: MediaServer
beforeEach(async () => {
  bench = new Bench()
  const listen = { port: 0, host: '127.0.0.1' }
  server = new MediaServer({
    listen,
    key: 'listen.media',
    tls: null,
    noDelay: true,
    routes: [bench.handler],
    requests: new RequestCounter(),
    log: silentLog,
  })
  bench.port = await server.open()
})
afterEach(async () => {
  await bench.close()
  await server.close()
})

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

  test('a player says with its playlist how playing goes', async () => {
    const { media } = await watched()
    await bench.text(media)
    expect(bench.viewers[0]?.report).toBeNull()
    const said = encodeURIComponent('br=2000,ltc=4200,dfa=3')
    expect(segmentsOf(await bench.text(`${media}&CMCD=${said}`)).length).toBe(2)
    expect(bench.viewers[0]?.report).toEqual({ delayMs: 4200, droppedFrames: 3 })
    expect((await bench.get(`${media}&CMCD=nonsense`)).status).toBe(200)
    expect(bench.viewers[0]?.report).toEqual({ delayMs: 4200, droppedFrames: 3 })
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

describe('players', () => {
  test.each(['ts', 'fmp4'] as const)('ffmpeg plays a live stream over HTTP (%s)', async container => {
    using folder = temporaryFolder()
    const source = folder.file('source.ts')
    const video = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=25:duration=4.5']
    const sound = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000:duration=4.5']
    ffmpeg(...video, ...sound, '-c:v', 'libx264', '-g', '25', '-c:a', 'aac', '-f', 'mpegts', source)
    const frames = framesOf(source)
    bench.settings.mode = 'always'
    bench.settings.container = container
    const publication = bench.publish(LIVE, [...new Set(frames.map(({ track }) => track))], [])
    bench.handler.published(bench.streams.get(LIVE)!)
    for (const frame of frames) publication.write(frame)

    const url = `http://127.0.0.1:${bench.port}${LIVE}.m3u8`
    const entries = ['-count_frames', '-show_entries', 'stream=codec_type,nb_read_frames', '-of', 'json']
    const player = promisify(execFile)('ffprobe', ['-v', 'error', '-live_start_index', '0', ...entries, url])
    await expect.poll(() => bench.viewers.length, { timeout: 20_000 }).toBe(1)
    publication.end('over')
    bench.time.advance(1000)
    const { stdout, stderr } = await player
    expect(stderr).toBe('')
    const counts = (JSON.parse(stdout).streams as { codec_type: string; nb_read_frames: string }[]).map(
      ({ codec_type, nb_read_frames }) => [codec_type, Number(nb_read_frames)],
    )
    const sounds = frames.filter(({ track }) => track.kind === 'audio').length
    expect(counts[0]).toEqual(['video', 113])
    expect(counts[1]![1]).toBeGreaterThanOrEqual(sounds - 2)
    expect(bench.viewers[0]!.handle.counters().bytesSent).toBeGreaterThan(10_000)
  })
})
