import { createConnection } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { FlvDemuxer } from '../../src/media/container/flv/demuxer.ts'
import type { Frame } from '../../src/media/stream/frame.ts'
import { dtsMs } from '../../src/media/stream/frame.ts'
import { startNode, until } from './node-under-test.ts'
import { AAC, H264, PICTURE, play, publish, TONE } from './programs.ts'

const PATH = 'default/live/cam'

/** Reads FLV until `enough` says so; the frames in order. */
function flvFrames() {
  const frames: Frame[] = []
  const demuxer = new FlvDemuxer({ track: () => {}, frame: frame => frames.push(frame) })
  return { frames, push: (bytes: Uint8Array) => demuxer.push(bytes) }
}

async function readFlv(url: string, enough: (frames: readonly Frame[]) => boolean): Promise<Frame[]> {
  const left = new AbortController()
  const { frames, push } = flvFrames()
  const response = await fetch(url, { signal: left.signal })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('video/x-flv')
  for await (const bytes of response.body ?? []) {
    push(bytes)
    if (enough(frames)) break
  }
  left.abort()
  return frames
}

const seconds = (frames: readonly Frame[]) =>
  frames.length === 0 ? 0 : (dtsMs(frames.at(-1)!) - dtsMs(frames[0]!)) / 1000

describe('ffmpeg publishes', () => {
  const B_FRAMES = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '25']
  const table: [string, readonly string[], { video: boolean; audio: boolean }][] = [
    ['H.264 and AAC', [...PICTURE, ...TONE, ...H264, ...AAC], { video: true, audio: true }],
    ['H.264 with B-frames', [...PICTURE, ...TONE, ...B_FRAMES, ...AAC], { video: true, audio: true }],
    ['picture alone', [...PICTURE, ...H264], { video: true, audio: false }],
    ['sound alone, AAC', [...TONE, ...AAC], { video: false, audio: true }],
    ['sound alone, MP3', [...TONE, '-c:a', 'libmp3lame'], { video: false, audio: true }],
    ['G.711', [...PICTURE, ...TONE, ...H264, '-c:a', 'pcm_alaw', '-ar', '8000'], { video: true, audio: true }],
  ]
  test.each(table)('%s, and it is decoded from HTTP-FLV and RTMP', async (_, encoder, expected) => {
    await using node = await startNode()
    await using publisher = publish(node.rtmp('live/cam'), ...encoder)
    const started = until('the stream is up', async () => (await node.metric('sightline_stream_up', PATH)) === 1)
    await Promise.race([started, publisher.exit.then(() => expect.fail(publisher.output()))])
    const [flv, rtmp] = await Promise.all([play(node.http('live/cam.flv'), 2), play(node.rtmp('live/cam'), 2)])
    for (const player of [flv, rtmp]) {
      expect(player.complaints).toBe('')
      if (expected.video) expect(player.video).toBeGreaterThanOrEqual(48)
      else expect(player.video).toBe(0)
      if (expected.audio) expect(player.audio).toBeGreaterThan(20)
      else expect(player.audio).toBe(0)
    }
  })

  test('with the clock at four hours: viewers start at zero', async () => {
    await using node = await startNode()
    await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC, '-output_ts_offset', '14400')
    const frames = await readFlv(node.http('live/cam.flv'), frames => seconds(frames) > 1)
    expect(dtsMs(frames[0]!)).toBeLessThan(2000)
    expect(await node.metric('sightline_stream_repaired_frames_total', PATH)).toBe(0)
  })
})

test('the first bytes hold a whole picture, times never go back', async () => {
  await using node = await startNode()
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  await until('a GOP has passed', async () => (await node.metric('sightline_stream_gop_seconds', PATH)) > 0)
  const frames = await readFlv(node.http('live/cam.flv'), frames => seconds(frames) > 2)
  const video = frames.filter(frame => frame.track.kind === 'video')
  expect(video[0]?.keyframe).toBe(true)
  for (const [at, frame] of frames.entries())
    if (at > 0) expect(dtsMs(frame)).toBeGreaterThanOrEqual(dtsMs(frames[at - 1]!))
  for (const [at, frame] of video.entries()) if (at > 0) expect(dtsMs(frame) - dtsMs(video[at - 1]!)).toBe(40)
})

test('WS-FLV carries the same stream, and only=audio / only=video leave the rest out', async () => {
  await using node = await startNode()
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  const watch = async (query: string) => {
    const { frames, push } = flvFrames()
    const socket = new WebSocket(`${node.http(`live/cam.flv${query}`).replace('http', 'ws')}`)
    socket.on('message', (data: Buffer) => push(data))
    await until('a second has come', () => seconds(frames) > 1)
    socket.close()
    return new Set(frames.map(frame => frame.track.kind))
  }
  expect(await watch('')).toEqual(new Set(['video', 'audio']))
  expect(await watch('?only=audio')).toEqual(new Set(['audio']))
  expect(await watch('?only=video')).toEqual(new Set(['video']))
  await until('all viewers have left', async () => (await node.metric('sightline_stream_viewers', PATH)) === 0)
})

test('a viewer survives the publisher being cut and coming back', async () => {
  await using node = await startNode()
  const { frames, push } = flvFrames()
  const first = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  const left = new AbortController()
  const response = await fetch(node.http('live/cam.flv'), { signal: left.signal })
  const reading = (async () => {
    for await (const bytes of response.body ?? []) push(bytes)
  })().catch(() => {}) // ends by the abort below
  await until('a second has come', () => seconds(frames) > 1)
  await first[Symbol.asyncDispose]() // SIGKILL: no goodbye
  const before = frames.length
  await until('the publisher is gone', async () => (await node.metric('sightline_stream_up', PATH)) === 0)
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  await until('frames of the second publisher', () => frames.length > before + 60)
  left.abort()
  await reading
  for (const [at, frame] of frames.entries())
    if (at > 0) expect(dtsMs(frame)).toBeGreaterThanOrEqual(dtsMs(frames[at - 1]!))
})

test('who waits for a stream gets it when it is published, or a 404', async () => {
  await using node = await startNode({ SIGHTLINE_MEDIA_STANDBY_MS: '600' })
  const response = await fetch(node.http('live/nobody.flv'))
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ error: { code: 'STREAM_NOT_FOUND' } })
  await using later = await startNode({ SIGHTLINE_MEDIA_STANDBY_MS: '20000' })
  const reading = readFlv(later.http('live/cam.flv'), frames => frames.length > 10)
  await using _ = publish(later.rtmp('live/cam'), ...PICTURE, ...H264)
  expect((await reading).length).toBeGreaterThan(10)
})

test('a viewer who does not read loses his own frames; the others lose none', async () => {
  await using node = await startNode({ SIGHTLINE_MEDIA_QUEUE_BYTES: '65536', SIGHTLINE_MEDIA_QUEUE_SECONDS: '1' })
  const big = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=1280x720:rate=25',
    ...H264,
    '-b:v',
    '12M',
    '-minrate',
    '12M',
    '-nal-hrd',
    'cbr',
  ]
  await using _ = publish(node.rtmp('live/cam'), ...big, '-maxrate', '12M', '-bufsize', '1M')
  await until('the stream is up', async () => (await node.metric('sightline_stream_up', PATH)) === 1)
  const asleep = createConnection(node.node.ports.media!, '127.0.0.1')
  asleep.write('GET /live/cam.flv HTTP/1.1\r\nHost: x\r\n\r\n')
  asleep.pause()
  await until('the sleeper is in', async () => (await node.metric('sightline_stream_viewers', PATH)) === 1)
  const frames = await readFlv(node.http('live/cam.flv'), frames => seconds(frames) > 5)
  const video = frames.filter(frame => frame.track.kind === 'video')
  for (const [at, frame] of video.entries()) if (at > 0) expect(dtsMs(frame) - dtsMs(video[at - 1]!)).toBe(40)

  const { frames: late, push } = flvFrames()
  asleep.on('data', bytes => push(bytes.subarray(at(bytes))))
  asleep.resume()
  await until('the sleeper is at the live edge', () => late.length > 0 && dtsMs(late.at(-1)!) > dtsMs(frames.at(-1)!))
  asleep.destroy()
  const gap = late.findIndex((frame, i) => i > 0 && dtsMs(frame) - dtsMs(late[i - 1]!) > 40)
  expect(gap).toBeGreaterThan(0)
  expect(late[gap]?.keyframe).toBe(true)
})

/** Length of the HTTP header in the first bytes; 0 in later ones. */
function at(bytes: Buffer): number {
  return bytes.subarray(0, 5).toString() === 'HTTP/' ? bytes.indexOf('\r\n\r\n') + 4 : 0
}
