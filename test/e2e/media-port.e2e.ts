import { createConnection, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { seededRandom } from '../../src/base/fuzz.ts'
import { signedQuery } from '../../src/base/signed-url.ts'
import { type NodeUnderTest, startNode, until } from './node-under-test.ts'
import { AAC, H264, PICTURE, play, publish, TONE } from './programs.ts'

const PATH = 'default/live/cam'
const KEYS = {
  SIGHTLINE_ACCESS_PUBLISH: 'key',
  SIGHTLINE_ACCESS_PLAY: 'signed',
  SIGHTLINE_ACCESS_PUBLISH_KEY: 'a-publish-key',
  SIGHTLINE_ACCESS_PLAY_KEY: 'a-play-key',
  SIGHTLINE_MEDIA_STANDBY_MS: '200',
}

const signed = (seconds: number, path = PATH) =>
  signedQuery('a-play-key', 'play', path, Math.floor(Date.now() / 1000) + seconds)

function raw(node: NodeUnderTest): Socket {
  return createConnection(node.node.ports.media ?? 0, '127.0.0.1')
}

describe('keys and signatures', () => {
  test('a publisher needs the key, a viewer a signed URL', async () => {
    await using node = await startNode(KEYS)
    await using stranger = publish(node.rtmp('live/cam?key=wrong'), ...PICTURE, ...H264)
    expect(await stranger.exit).not.toBe(0)
    await using _ = publish(node.rtmp('live/cam?key=a-publish-key'), ...PICTURE, ...TONE, ...H264, ...AAC)
    await until('the stream is up', async () => (await node.metric('sightline_stream_up', PATH)) === 1)

    for (const query of ['', '?sign=00&expires=9999999999', `?${signed(-5)}`, `?${signed(60, 'default/live/other')}`]) {
      const response = await fetch(node.http(`live/cam.flv${query}`))
      expect(response.status, query).toBe(403)
      expect(await response.json()).toMatchObject({ error: { code: 'FORBIDDEN' } })
    }
    const refusedRtmp = await play(node.rtmp('live/cam'), 1)
    expect(refusedRtmp.video).toBe(0)
    expect((await play(node.http(`live/cam.flv?${signed(60)}`), 1)).video).toBeGreaterThan(20)
    expect((await play(node.rtmp(`live/cam?${signed(60)}`), 1)).video).toBeGreaterThan(20)
  })

  test('a WebSocket without a signature is refused with the reason', async () => {
    await using node = await startNode(KEYS)
    const socket = new WebSocket(node.http('live/cam.flv').replace('http', 'ws'))
    const status = await new Promise(resolve => {
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode))
      socket.on('error', resolve)
    })
    expect(status).toBe(403)
  })
})

describe('HTTP', () => {
  test.each([
    ['GET', '/', 404],
    ['GET', '/live/cam.mp4', 404],
    ['GET', '/cam.flv', 400],
    ['GET', '/live/%ff.flv', 400],
    ['GET', '/live/..%2f..%2fetc%2fpasswd.flv', 400],
    ['POST', '/live/cam.flv', 400],
    ['GET', '/live/nobody.flv', 404],
    ['GET', '/health', 404],
  ])('%s %s is %i, as JSON that a page may read', async (method, path, status) => {
    await using node = await startNode({ SIGHTLINE_MEDIA_STANDBY_MS: '0' })
    const response = await fetch(node.http(path.slice(1)), { method })
    expect(response.status).toBe(status)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
  })

  test('a browser may ask first, and HEAD has no body', async () => {
    await using node = await startNode()
    const preflight = await fetch(node.http('live/cam.flv'), { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('GET')
    await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...H264)
    const head = await fetch(node.http('live/cam.flv'), { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-type')).toBe('video/x-flv')
    expect(await head.text()).toBe('')
    expect(await node.metric('sightline_stream_viewers', PATH)).toBe(0)
  })

  test('the limit of viewers is kept', async () => {
    await using node = await startNode({ SIGHTLINE_MEDIA_MAX_VIEWERS_PER_STREAM: '1' })
    await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...H264)
    const left = new AbortController()
    expect((await fetch(node.http('live/cam.flv'), { signal: left.signal })).status).toBe(200)
    expect((await fetch(node.http('live/cam.flv'))).status).toBe(503)
    left.abort()
  })
})

test('500 connections that send garbage or nothing leave the node serving', async () => {
  await using node = await startNode()
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  await until('the stream is up', async () => (await node.metric('sightline_stream_up', PATH)) === 1)
  const random = seededRandom(7)
  const sockets = Array.from({ length: 500 }, (_, i) => {
    const port = i % 2 === 0 ? node.node.ports.media : node.node.ports.rtmp
    const socket = createConnection(port ?? 0, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    const garbage = Uint8Array.from({ length: 1 + Math.floor(random() * 4000) }, () => Math.floor(random() * 256))
    if (i % 5 === 0)
      socket.write('GET /live/cam.flv HTTP/1.1\r\nX: ') // and never an end
    else if (i % 7 !== 0) socket.write(i % 3 === 0 ? Buffer.concat([Buffer.of(3), garbage]) : garbage)
    return socket
  })
  const player = await play(node.http('live/cam.flv'), 3)
  expect(player.video).toBeGreaterThanOrEqual(70)
  expect(player.complaints).toBe('')
  for (const socket of sockets) socket.destroy()
})

test('a request line and header over the limit are refused', async () => {
  await using node = await startNode()
  const socket = raw(node)
  socket.write(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)
  const answer = await new Promise<string>(resolve => socket.once('data', data => resolve(data.toString())))
  expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  socket.destroy()
})

test('HTTP-TS, HTTP-AAC and HTTP-MP3', async () => {
  await using node = await startNode()
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  await using __ = publish(node.rtmp('live/radio'), ...TONE, '-c:a', 'libmp3lame')
  await until('both are up', async () => (await node.metric('sightline_stream_viewers', 'default/live/radio')) === 0)
  const ts = await play(node.http('live/cam.ts'), 2)
  expect(ts.video).toBeGreaterThanOrEqual(48)
  expect(ts.audio).toBeGreaterThan(100)
  const aac = await play(node.http('live/cam.aac'), 2, '-probesize', '20000')
  expect(aac).toMatchObject({ video: 0 })
  expect(aac.audio).toBeGreaterThan(100)
  const mp3 = await play(node.http('live/radio.mp3'), 2, '-probesize', '20000')
  expect(mp3.audio).toBeGreaterThan(100)
})
