import { createDecipheriv } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { program } from '../../../test/e2e/programs.ts'
import { probe, temporaryFolder } from '../../../test/ffmpeg.ts'
import { framesOf, linesOf, MEDIA, ms } from '../../../test/support/media.ts'
import { PATH, Recorded, START_MS } from '../../../test/support/recorded.ts'
import { ReplayHub } from '../../../test/support/replay-hub.ts'
import { type Clock, systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { signedQuery } from '../../base/signed-url.ts'
import type { SpaceState } from '../../link/messages.ts'
import { Access } from '../access.ts'
import { HttpVisitors } from '../http-visitor.ts'
import { MediaServer } from '../media-server.ts'
import { RequestCounter } from '../request-counter.ts'
import { Spaces } from '../spaces.ts'
import { ReplayRoute } from './replay-route.ts'

const KEY = 'play-key-of-the-space'
const SPACE: SpaceState = {
  name: 'default',
  publish: 'key',
  play: 'signed',
  pushKeys: [],
  playKeys: [KEY],
  latency: 'normal',
  gopCache: true,
}
const END_MS = START_MS + 12_100

const av = MEDIA['H.264 and AAC'](12)
let recorded: Recorded
let server: MediaServer
let route: ReplayRoute
let hub: ReplayHub
let port: number
/** The wall clock stands a minute behind the recording; time to send by goes on. */
const clock: Clock = { nowMs: () => recorded.time.nowMs(), monotonicMs: () => performance.now() }

beforeAll(async () => {
  recorded = new Recorded()
  await recorded.record(av, { segmentMs: 4000, overlapKeyframes: 1 })
  recorded.time.advance(60_000)
  const spaces = new Spaces(SPACE)
  const access = new Access(spaces, clock)
  hub = new ReplayHub(access, clock)
  route = new ReplayRoute({
    recordings: recorded.recordings,
    access,
    hub,
    visitors: new HttpVisitors(spaces, false),
    secret: 'a secret of the node',
    clock,
    timers: systemTimers,
    log: silentLog,
  })
  server = new MediaServer({
    listen: { port: 0, host: '127.0.0.1' },
    key: 'listen.media',
    tls: null,
    noDelay: true,
    routes: [route],
    log: silentLog,
    requests: new RequestCounter(),
  })
  port = await server.open()
})
afterAll(async () => {
  route.close()
  await server.close()
  recorded[Symbol.dispose]()
})

const signed = () => signedQuery(KEY, 'play', PATH, Math.floor(clock.nowMs() / 1000) + 600)
const url = (file: string, query: Record<string, string | number> = {}, sign = signed()) => {
  const parameters = Object.entries({ start: START_MS, end: END_MS, ...query }).map(
    ([name, value]) => `${name}=${value}`,
  )
  return `http://127.0.0.1:${port}/${PATH}/replay/${file}?${parameters.join('&')}&${sign}`
}

/** Another program plays it, in a process of its own. */
async function download(from: string, file: string): Promise<void> {
  const args = ['-v', 'error', '-nostdin', '-y', '-i', from, '-map', '0', '-c', 'copy', '-f', 'flv', file]
  await using ffmpeg = program('ffmpeg', ...args)
  const code = await ffmpeg.exit
  expect([code, ffmpeg.output()]).toEqual([0, ''])
}

/** The URL of the media playlist that a master playlist names. */
async function mediaUrl(index: string): Promise<string> {
  const text = await (await fetch(index)).text()
  const line = text.split('\n').find(candidate => candidate.startsWith('media.m3u8'))
  return new URL(line ?? '', index).href
}

const packets = (frames: ReturnType<typeof framesOf>, kind: 'video' | 'audio') =>
  linesOf(frames, kind).map(line => line.split(' ').slice(2).join(' '))

function published(kind: 'video' | 'audio') {
  const first = recorded.delivered.findIndex(frame => frame.track.kind === 'video')
  return packets([...recorded.delivered.slice(first)], kind)
}

describe('HLS', () => {
  test('plays all that was recorded, without a hole and without anything twice', async () => {
    using folder = temporaryFolder()
    const file = folder.file('hls.flv')
    await download(url('index.m3u8'), file)
    expect(probe(file, 'video').decodedFrames).toBe(300)
    expect(probe(file, 'audio').packets.length).toBe(published('audio').length)
    const text = await (await fetch(await mediaUrl(url('index.m3u8')))).text()
    expect(text.match(/#EXT-X-MAP/g)).toHaveLength(1)
    expect(text).not.toContain('DISCONTINUITY')
    expect(text).toContain('#EXT-X-ENDLIST')
    expect(text).toContain(`#EXT-X-PROGRAM-DATE-TIME:${new Date(START_MS + 23).toISOString()}`)
    const seconds = [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, length]) => sum + Number(length), 0)
    expect(Math.abs(seconds - 12)).toBeLessThan(0.1)
    for (const [, length] of text.matchAll(/#EXTINF:([\d.]+)/g)) expect(Number(length)).toBeLessThanOrEqual(10.5)
  })

  test('the bytes of the playlist are the recorded frames', async () => {
    const media = await mediaUrl(url('index.m3u8'))
    const text = await (await fetch(media)).text()
    const map = /#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@0"/.exec(text)
    const pieces = [await part(new URL(map?.[1] ?? '', media).href, 0, Number(map?.[2]))]
    for (const [, bytes, offset, uri] of text.matchAll(/#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)/g)) {
      pieces.push(await part(new URL(uri ?? '', media).href, Number(offset), Number(bytes)))
    }
    const frames = framesOf(Buffer.concat(pieces))
    for (const kind of ['video', 'audio'] as const) expect(packets(frames, kind)).toEqual(published(kind))
  })

  test('a hole is a discontinuity with its time', async () => {
    using other = new Recorded()
    await other.record(av, {})
    other.time.advance(60_000)
    await other.record(av, {})
    const fragments = await other.recordings.fragments(PATH, 0, Number.MAX_SAFE_INTEGER)
    const { playlistParts, writeReplayPlaylist } = await import('./hls-playlist.ts')
    const parts = playlistParts(fragments, false)
    const text = writeReplayPlaylist(parts, true, { segment: () => 'x.mp4', encrypted: null })
    expect(text.match(/#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME/g)).toHaveLength(1)
    expect(text.match(/#EXT-X-MAP/g)).toHaveLength(1)
  })

  test('encrypted: whoever has the key reads the same, the file itself is not to be had', async () => {
    using folder = temporaryFolder()
    const file = folder.file('hls.flv')
    const index = url('index.m3u8', { encrypt: 1 })
    await download(index, file)
    expect(probe(file, 'video').decodedFrames).toBe(300)
    const media = await mediaUrl(index)
    const text = await (await fetch(media)).text()
    const [, keyUri, iv] = /METHOD=AES-128,URI="([^"]+)",IV=0x([0-9a-f]{32})/.exec(text) ?? []
    const partUri = text.split('\n').find(line => line.includes('.m4s')) ?? ''
    const key = Buffer.from(await (await fetch(new URL(keyUri ?? '', media))).arrayBuffer())
    expect(key).toHaveLength(16)
    const cipherText = Buffer.from(await (await fetch(new URL(partUri, media))).arrayBuffer())
    const decipher = createDecipheriv('aes-128-cbc', key, Buffer.from(iv ?? '', 'hex'))
    const plain = Buffer.concat([decipher.update(cipherText), decipher.final()])
    expect(plain.toString('latin1', 4, 8)).toBe('prft')
    expect(cipherText.includes(plain.subarray(100, 200))).toBe(false)
    const mapUri = /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1] ?? ''
    const init = await fetch(new URL(mapUri, media))
    const segment = recorded.index.between(PATH, 0, END_MS)[0]
    expect(Number(init.headers.get('content-length'))).toBe(segment?.initBytes)
    const beyond = await fetch(new URL(mapUri, media), { headers: { Range: `bytes=${segment?.initBytes}-` } })
    expect(beyond.status).toBe(416)
  })

  test('while it is recorded the playlist grows', async () => {
    using other = new Recorded()
    const recorder = await other.record(av, {}, true)
    const before = (await other.recordings.fragments(PATH, 0, other.time.nowMs() - 5000)).length
    const { playlistParts } = await import('./hls-playlist.ts')
    const all = await other.recordings.fragments(PATH, 0, Number.MAX_SAFE_INTEGER)
    const early = playlistParts(all.slice(0, before), true)
    const late = playlistParts(all, true)
    expect(late.slice(0, early.length)).toEqual(early)
    expect(late.length).toBeGreaterThanOrEqual(early.length)
    await recorder.close()
  })
})

async function part(href: string, offset: number, bytes: number): Promise<Buffer> {
  const answer = await fetch(href, { headers: { Range: `bytes=${offset}-${offset + bytes - 1}` } })
  expect([answer.status, answer.headers.get('content-range')?.split('/')[0]]).toEqual([
    206,
    `bytes ${offset}-${offset + bytes - 1}`,
  ])
  return Buffer.from(await answer.arrayBuffer())
}

describe('files', () => {
  test('MP4 in one answer, and in ranges', async () => {
    const whole = await fetch(url('clip.mp4'))
    const bytes = Buffer.from(await whole.arrayBuffer())
    expect(whole.headers.get('content-length')).toBe(String(bytes.length))
    expect(whole.headers.get('content-disposition')).toContain('cam_2023-11-14T22-13-20.mp4')
    using folder = temporaryFolder()
    const file = folder.file('clip.mp4')
    writeFileSync(file, bytes)
    expect(probe(file, 'video').decodedFrames).toBe(300)
    const range = await fetch(url('clip.mp4'), { headers: { Range: 'bytes=1000-50999' } })
    expect(range.status).toBe(206)
    expect(Buffer.from(await range.arrayBuffer()).equals(bytes.subarray(1000, 51_000))).toBe(true)
    // Others read it over the network too, in ranges.
    const copy = folder.file('copy.flv')
    await download(url('clip.mp4'), copy)
    expect(probe(copy, 'audio').packets.length).toBe(published('audio').length)
  })

  test('FLV', async () => {
    const answer = await fetch(url('clip.flv'))
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('content-length')).toBe(String(bytes.length))
    expect(packets(framesOf(bytes), 'video')).toEqual(published('video'))
  })

  test('FLV in ranges, and from a byte offset as players of its keyframe index ask for', async () => {
    const bytes = Buffer.from(await (await fetch(url('clip.flv'))).arrayBuffer())
    const range = await fetch(url('clip.flv'), { headers: { Range: 'bytes=70001-120000' } })
    expect(range.status).toBe(206)
    expect(Buffer.from(await range.arrayBuffer()).equals(bytes.subarray(70_001, 120_001))).toBe(true)
    const at = bytes.indexOf('filepositions')
    const position = bytes.readDoubleBE(at + 19 + 7 * 9)
    const answer = await fetch(`${url('clip.flv')}&start=${position}`)
    const rest = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('content-length')).toBe(String(rest.length))
    expect(rest.subarray(rest.length - (bytes.length - position)).equals(bytes.subarray(position))).toBe(true)
    // It plays alone: what others need to decode is in front.
    using folder = temporaryFolder()
    const file = folder.file('rest.flv')
    writeFileSync(file, rest)
    expect(probe(file, 'video').decodedFrames).toBe(300 - 7 * 25)
    expect(packets(framesOf(rest), 'video')).toEqual(published('video').slice(7 * 25))
    expect((await fetch(`${url('clip.flv')}&start=${bytes.length}`)).status).toBe(400)
    expect((await fetch(`${url('clip.flv')}&start=-1`)).status).toBe(400)
    const whole = await fetch(`${url('clip.flv')}&start=0`)
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('HEAD', async () => {
    const answer = await fetch(url('clip.mp4'), { method: 'HEAD' })
    expect([answer.status, Number(answer.headers.get('content-length')) > 1000]).toEqual([200, true])
  })
})

describe('viewers', () => {
  beforeEach(() => {
    for (const viewer of hub.viewers.ofPath(PATH)) viewer.end('of another test')
    hub.told.length = 0
  })

  test('of FLV are told of from the first byte to the last, and can be put out', async () => {
    const answer = await fetch(url('stream.flv'))
    const reader = answer.body!.getReader()
    for (let bytes = 0; bytes < 2000; ) bytes += (await reader.read()).value?.length ?? 2000
    const [session] = hub.viewers.ofPath(PATH)
    expect(session?.status()).toMatchObject({ path: PATH, protocol: 'replay-flv' })
    session?.kick('not any more')
    for (let end = false; !end; ) end = (await reader.read().catch(() => ({ done: true }))).done
    expect(hub.viewers.count(PATH)).toBe(0)
    expect(hub.told).toEqual(['replay-flv comes', 'replay-flv goes with bytes: not any more'])
  })

  test('of HLS are one for all requests of a player, and are refused once they are put out', async () => {
    const media = await mediaUrl(url('index.m3u8'))
    const text = await (await fetch(media)).text()
    const [, bytes, offset, uri] = /#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)/.exec(text) ?? []
    await part(new URL(uri ?? '', media).href, Number(offset), Number(bytes))
    const [session, ...others] = hub.viewers.ofPath(PATH)
    expect(others).toEqual([])
    expect(session?.status()).toMatchObject({ protocol: 'replay-hls', bytesSent: Number(bytes) })
    session?.kick('not any more')
    expect(hub.told).toEqual(['replay-hls comes', 'replay-hls goes with bytes: not any more'])
    expect((await fetch(media)).status).toBe(403)
    expect((await fetch(new URL(uri ?? '', media))).status).toBe(403)
    // Whoever asks for the playlist again is let in or not by the rules of the space.
    expect((await fetch(url('index.m3u8'))).status).toBe(200)
  })
})

describe('FLV at a pace', () => {
  /** All that comes over HTTP until the server ends it. */
  const stream = (query: Record<string, string | number>) =>
    new Promise<{ bytes: Buffer; ms: number; firstMs: number }>((resolve, reject) => {
      const start = performance.now()
      get(url('stream.flv', query), response => {
        const parts: Buffer[] = []
        let firstMs = 0
        response.on('data', (part: Buffer) => {
          firstMs ||= performance.now() - start
          parts.push(part)
        })
        response.on('end', () => resolve({ bytes: Buffer.concat(parts), ms: performance.now() - start, firstMs }))
        response.on('error', reject)
      }).on('error', reject)
    })

  test('speed 4: every frame, no sound, a quarter of the time', async () => {
    const { bytes, ms: took, firstMs } = await stream({ speed: 4 })
    const frames = framesOf(bytes)
    expect(packets(frames, 'video')).toEqual(published('video'))
    expect(packets(frames, 'audio')).toEqual([])
    expect(ms(frames.at(-1)!) - ms(frames[0]!)).toBeLessThan(3010)
    expect(took).toBeGreaterThan(1500)
    expect(took).toBeLessThan(4500)
    expect(firstMs).toBeLessThan(1000)
  })

  test('speed 16: keyframes alone', async () => {
    const { bytes } = await stream({ speed: 16 })
    const frames = framesOf(bytes)
    expect(frames.every(({ keyframe }) => keyframe)).toBe(true)
    expect(packets(frames, 'video')).toEqual(published('video').filter(line => line.startsWith('K')))
  })

  test('speed 1 has the sound', async () => {
    const { bytes } = await stream({ start: START_MS + 9500 })
    const frames = framesOf(bytes)
    expect(packets(frames, 'video')).toEqual(published('video').slice(225))
    expect(frames.some(({ track }) => track.kind === 'audio')).toBe(true)
  })

  test('over WebSocket', async () => {
    const socket = new WebSocket(url('stream.flv', { speed: 16 }).replace('http:', 'ws:'))
    const parts: Buffer[] = []
    socket.on('message', (data: Buffer) => parts.push(data))
    const [code] = await new Promise<[number]>(resolve => socket.once('close', code => resolve([code])))
    expect(code).toBe(1001)
    expect(packets(framesOf(Buffer.concat(parts)), 'video')).toHaveLength(12)
  })

  test('what is being read is in use, and not afterwards', async () => {
    const [segment] = recorded.index.between(PATH, 0, END_MS)
    const socket = new WebSocket(url('stream.flv', { speed: 0.25 }).replace('http:', 'ws:'))
    await new Promise(resolve => socket.once('message', resolve))
    expect(recorded.recordings.inUse(segment?.id ?? '')).toBe(true)
    socket.terminate()
    while (recorded.recordings.inUse(segment?.id ?? '')) await new Promise(setImmediate)
  })
})

describe('refusals', () => {
  test.each([
    ['no signature', () => url('index.m3u8', {}, ''), 403],
    ['another signature', () => url('clip.mp4', {}, signedQuery('x', 'play', PATH, 9_999_999_999)), 403],
    [
      'a signature of another stream',
      () => url('stream.flv', {}, signedQuery(KEY, 'play', 'default/a/b', 9_999_999_999)),
      403,
    ],
    ['a media playlist without a ticket', () => url('media.m3u8'), 403],
    ['a segment without a ticket', () => url('seg_00000000000000000000.mp4'), 403],
    ['a key without a ticket', () => url('key'), 403],
    ['no start', () => url('index.m3u8').replace(/start=\d+/, ''), 400],
    ['an end before the start', () => url('index.m3u8', { end: START_MS - 1 }), 400],
    ['a clip without an end', () => url('clip.mp4').replace(/end=\d+/, ''), 400],
    ['a week', () => url('clip.mp4', { start: START_MS - 7 * 86_400_000 }), 400],
    ['speed 17', () => url('stream.flv', { speed: 17 }), 400],
    ['speed x', () => url('stream.flv', { speed: 'x' }), 400],
    ['time without a recording', () => url('index.m3u8', { start: START_MS - 60_000, end: START_MS - 1000 }), 404],
    ['nothing to stream', () => url('stream.flv', { start: START_MS - 60_000, end: START_MS - 1000 }), 404],
    ['another file', () => url('other.txt'), 404],
  ])('%s', async (_, href, status) => {
    expect((await fetch(href())).status).toBe(status)
  })

  test('a ticket of one stream does not open another', async () => {
    const media = await mediaUrl(url('index.m3u8'))
    expect((await fetch(media)).status).toBe(200)
    expect((await fetch(media.replace('/live/cam/', '/live/other/'))).status).toBe(403)
    expect((await fetch(media.replace(/sign=\w{4}/, 'sign=0000'))).status).toBe(403)
    const segment = /seg_\w{20}\.mp4\?[^\s"]+/.exec(await (await fetch(media)).text())?.[0] ?? ''
    expect((await fetch(new URL(segment.replace(/seg_\w{4}/, 'seg_zzzz'), media))).status).toBe(404)
  })
})
