import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { ByteReader } from '../../src/base/bytes.ts'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { parseHvcC } from '../../src/media/codec/h265/hvcc.ts'
import { TsDemuxer } from '../../src/media/container/mpegts/demuxer.ts'
import type { Frame } from '../../src/media/stream/frame.ts'
import type { Track } from '../../src/media/stream/track.ts'
import { publishRtmp } from '../../src/protocols/rtmp/client-publication.ts'
import { RtmpRoom, receive } from '../../src/protocols/rtmp/testing/room.ts'
import { countDecodedFrames, ffmpeg, temporaryFolder } from '../ffmpeg.ts'
import { startNginxRtmp } from './nginx-rtmp.ts'
import { AAC, PICTURE, type Program, play, program, publish, TONE } from './programs.ts'

const KEY = '__defaultVhost__/live/cam'
const B_FRAMES = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '25', '-pix_fmt', 'yuv420p'] as const
const ENCODER = [...PICTURE, ...TONE, ...B_FRAMES, ...AAC] as const
const CLIENT = { clock: systemClock, timers: systemTimers }

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

const video = (frames: readonly Frame[]) => frames.filter(frame => frame.track.kind === 'video')

async function published(room: RtmpRoom, publisher: Program, frames: number): Promise<Frame[]> {
  await until(() => {
    expect(publisher.child.exitCode, publisher.output()).toBeNull()
    expect(video(room.host.streams.get(KEY)?.frames ?? []).length).toBeGreaterThanOrEqual(frames)
  })
  return room.host.stream(KEY).frames
}

describe('publishers', () => {
  const H264_GST = 'x264enc tune=zerolatency key-int-max=25 ! h264parse'
  const PICTURE_GST = 'videotestsrc is-live=true num-buffers=75 ! video/x-raw,width=320,height=180,framerate=25/1'
  const TONE_GST = 'audiotestsrc is-live=true num-buffers=150 ! avenc_aac ! aacparse'
  const gst = (sink: string) =>
    `${PICTURE_GST} ! ${H264_GST} ! flvmux streamable=true name=m ${TONE_GST} ! m. m. ! ${sink}`
  const table: [string, (url: string) => Program, boolean][] = [
    ['ffmpeg, with B-frames', url => publish(url, ...ENCODER, '-t', '3'), true],
    // 2^24 ms, where timestamps become extended, are passed on the way.
    ['ffmpeg, after 4.7 hours', url => publish(url, ...ENCODER, '-t', '3', '-output_ts_offset', '16776'), true],
    ['GStreamer rtmp2sink', url => program('gst-launch-1.0', ...gst(`rtmp2sink location=${url}`).split(' ')), false],
    ['GStreamer rtmpsink', url => program('gst-launch-1.0', ...gst(`rtmpsink location=${url}`).split(' ')), false],
  ]
  test.each(table)('%s', async (_name, start, bFrames) => {
    await using room = await RtmpRoom.open()
    await using publisher = start(room.url('live/cam'))
    const frames = await published(room, publisher, 50)
    const stream = room.host.stream(KEY)
    expect([...stream.tracks.values()].map(track => track.codec).sort()).toEqual(['aac', 'h264'])
    expect(video(frames)[0]?.keyframe).toBe(true)
    expect(video(frames).some(frame => frame.pts > frame.dts)).toBe(bFrames)
    for (const kind of ['video', 'audio']) {
      const times = frames.filter(frame => frame.track.kind === kind).map(frame => frame.dts)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }
    await publisher.exit
    await until(() => expect(stream.ended).not.toBeNull())
    await until(() => expect(room.server.connections).toBe(0))
    expect(room.closedLines()).toHaveLength(1)
  })

  test('ffmpeg is told why it is refused', async () => {
    await using room = await RtmpRoom.open()
    await using first = publish(room.url('live/cam'), ...ENCODER)
    await published(room, first, 1)
    await using second = publish(room.url('live/cam'), ...ENCODER)
    expect(await second.exit).not.toBe(0)
    expect(second.output()).toMatch(/already being published/)
  })
})

describe('players', () => {
  test('ffmpeg, rtmpdump, GStreamer rtmp2src and rtmpsrc decode every frame', async () => {
    using folder = temporaryFolder()
    await using room = await RtmpRoom.open()
    await using publisher = publish(room.url('live/cam'), ...ENCODER, '-t', '8')
    await published(room, publisher, 26)
    const url = room.url('live/cam')
    await using rtmpdump = program('rtmpdump', '-q', '-v', '-r', url, '-o', folder.file('rtmpdump.flv'))
    const gst = (source: string) =>
      program('gst-launch-1.0', '-q', source, `location=${url}`, '!', 'filesink', `location=${folder.file(source)}`)
    await using rtmp2src = gst('rtmp2src')
    await using rtmpsrc = gst('rtmpsrc')
    const decoded = await play(url, 3)
    expect(decoded.complaints).toBe('')
    expect(decoded.video).toBeGreaterThanOrEqual(73)
    expect(decoded.audio).toBeGreaterThan(20)
    await Promise.all([rtmpdump.exit, rtmp2src.exit, rtmpsrc.exit])
    const sent = video(room.host.stream(KEY).frames).length
    expect(sent).toBe(200)
    for (const name of ['rtmpdump.flv', 'rtmp2src', 'rtmpsrc']) {
      // Everything from the keyframe at which the player came in.
      expect(countDecodedFrames(folder.file(name), 'video') % 25, name).toBe(0)
      expect(countDecodedFrames(folder.file(name), 'video'), name).toBeGreaterThanOrEqual(50)
      expect(countDecodedFrames(folder.file(name), 'audio'), name).toBeGreaterThan(80)
    }
  })
})

describe('nginx-rtmp', () => {
  test('takes what our client pushes, and is a source for it', async () => {
    await using nginx = await startNginxRtmp()
    await using room = await RtmpRoom.open()
    await using publisher = publish(room.url('live/cam'), ...ENCODER)
    await published(room, publisher, 1)
    const stream = room.host.stream(KEY)
    const onEnd = vi.fn()
    const push = await publishRtmp(nginx.url('live/copy'), { ...CLIENT, onEnd })
    for (const track of stream.tracks.values()) push.setTrack(track)
    // As a relay does: everything from the start, then each frame as it comes.
    const write = stream.frames.push.bind(stream.frames)
    for (const frame of stream.frames) push.write(frame)
    stream.frames.push = (...frames) => {
      for (const frame of frames) push.write(frame)
      return write(...frames)
    }
    const pulled = await receive(nginx.url('live/copy'))
    const decoded = await play(nginx.url('live/copy'), 3)
    expect(decoded.complaints).toBe('')
    expect(decoded.video).toBeGreaterThanOrEqual(45) // nginx-rtmp has no GOP cache: the player waits for a keyframe
    expect(decoded.audio).toBeGreaterThan(20)

    await until(() => expect(video(pulled.frames).length).toBeGreaterThan(50))
    expect(pulled.tracks.map(track => track.codecString).sort()).toEqual(
      [...stream.tracks.values()].map(track => track.codecString).sort(),
    )
    const bytes = (frames: readonly Frame[]) => video(frames).map(frame => Buffer.from(frame.data).toString('base64'))
    const all = bytes(stream.frames)
    const got = bytes(pulled.frames)
    const start = all.indexOf(got[0] ?? '')
    expect(start).toBeGreaterThanOrEqual(0)
    expect(got).toEqual(all.slice(start, start + got.length))

    expect(push.droppedFrames).toBe(0)
    push.end('enough')
    await until(() => expect(onEnd).toHaveBeenCalledExactlyOnceWith('enough'))
    await until(() => expect(pulled.ended).not.toBeNull())
  })
})

/** Frames of a file that ffmpeg makes as MPEG-TS. */
function framesOf(file: string): { tracks: Map<number, Track>; frames: Frame[] } {
  const tracks = new Map<number, Track>()
  const frames: Frame[] = []
  const demuxer = new TsDemuxer({ onTrack: track => tracks.set(track.id, track), onFrame: frame => frames.push(frame) })
  demuxer.push(readFileSync(file))
  demuxer.flush()
  return { tracks, frames }
}

test('HEVC over enhanced RTMP, published and played by our client', async () => {
  using folder = temporaryFolder()
  const source = folder.file('source.ts')
  const x265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:bframes=2:keyint=25']
  ffmpeg(...PICTURE, ...x265, '-t', '2', '-pix_fmt', 'yuv420p', source)
  const { tracks, frames } = framesOf(source)
  await using room = await RtmpRoom.open()
  const push = await publishRtmp(room.url('live/cam'), { ...CLIENT, onEnd() {} })
  for (const track of tracks.values()) push.setTrack(track)
  push.write(frames[0]!)
  await until(() => expect(room.host.streams.get(KEY)?.frames).toHaveLength(1))
  const player = await receive(room.url('live/cam'))
  for (const frame of frames.slice(1)) push.write(frame)
  await until(() => expect(player.frames).toHaveLength(frames.length))
  expect(player.tracks[0]).toMatchObject({ codec: 'h265', width: 320, height: 180 })
  const { vps, sps, pps } = parseHvcC(player.tracks[0]!.config)
  const nalUnits = [...vps, ...sps, ...pps, ...player.frames.flatMap(frame => nalUnitsOf(frame.data))]
  const raw = folder.file('played.h265')
  writeFileSync(raw, Buffer.concat(nalUnits.flatMap(nalUnit => [Buffer.of(0, 0, 0, 1), nalUnit])))
  expect(countDecodedFrames(raw, 'video')).toBe(50)
})

function nalUnitsOf(data: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(data, 'access unit')
  const nalUnits: Uint8Array[] = []
  while (reader.left > 0) nalUnits.push(reader.view(reader.u32()))
  return nalUnits
}

test('RTMPS: ffmpeg publishes, ffmpeg and our client play', async () => {
  using folder = temporaryFolder()
  const [key, certificate] = [folder.file('key.pem'), folder.file('cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate]
  await using openssl = program('openssl', ...request, ...subject)
  expect(await openssl.exit, openssl.output()).toBe(0)
  await using room = await RtmpRoom.open()
  const identity = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  const port = await room.server.listenTls({ host: '127.0.0.1', port: 0 }, identity)
  room.server.setTlsIdentity(identity)
  const url = `rtmps://localhost:${port}/live/cam`
  await using publisher = publish(url.replace('localhost', '127.0.0.1'), ...ENCODER)
  await published(room, publisher, 26)
  expect(room.host.stream(KEY).request.protocol).toBe('rtmps')

  const decoded = await play(url.replace('localhost', '127.0.0.1'), 2)
  expect(decoded.complaints).toBe('')
  expect(decoded.video).toBeGreaterThanOrEqual(48)

  await expect(receive(url)).rejects.toThrow(/self-signed/)
  const player = await receive(url, { ca: identity.certificate })
  await until(() => expect(video(player.frames).length).toBeGreaterThan(25))
  player.player.close('enough')
  expect(() => room.server.listenTls({ host: '127.0.0.1', port: 0 }, { certificate: 'x', key: 'y' })).toThrow('PEM')
})
