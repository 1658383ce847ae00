import { describe, expect, test, vi } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { decodeAmf0, encodeAmf0 } from '../../media/container/amf/amf0.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { command, streamCommand } from './commands.ts'
import { ClientHandshake } from './handshake.ts'
import type { RtmpRequest } from './host.ts'
import { acknowledgement, MESSAGE, type RtmpMessage, userControl, windowAckSize } from './message.ts'
import { frameOf, TRACKS } from './testing/media.ts'
import { RtmpRoom } from './testing/room.ts'

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const KEY = '__defaultVhost__/live/cam'

const rows = (frames: readonly Frame[]) =>
  frames.map(f => [f.track.codec, f.dts, f.pts, f.keyframe, Buffer.from(f.data).toString('hex')])

describe('publish and play', () => {
  test.each([
    ['h264', 'aac'],
    ['h265', 'opus'],
    ['av1', 'pcma'],
  ] as const)('%s and %s arrive as they were sent', async (video, audio) => {
    await using room = await RtmpRoom.open()
    const sent: Frame[] = []
    const publication = await room.publish('live/cam')
    const write = (frame: Frame) => {
      sent.push(frame)
      expect(publication.write(frame)).toBe(true)
    }
    const delay = video === 'av1' ? 0 : 80
    publication.setTrack(TRACKS[video])
    publication.setTrack(TRACKS[audio])
    write(frameOf(TRACKS[video], 1000, 150_000, true, delay))
    write(frameOf(TRACKS[audio], 1000))
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(2))

    const player = await room.play('live/cam')
    for (let i = 1; i <= 20; i++) {
      write(frameOf(TRACKS[video], 1000 + i * 40, 2000 + i, i % 10 === 0, i % 3 === 0 ? delay : 0))
      write(frameOf(TRACKS[audio], 1005 + i * 40, 200 + i))
    }
    await until(() => expect(player.frames.length).toBeGreaterThanOrEqual(sent.length))
    const stream = room.host.stream(KEY)
    expect([...stream.tracks.values()]).toEqual([TRACKS[video], TRACKS[audio]])
    expect(rows(stream.frames)).toEqual(rows(sent))
    expect(rows(player.frames)).toEqual(rows(sent))
    expect(player.tracks).toEqual([TRACKS[video], TRACKS[audio]])
    expect(stream.bytes).toBeGreaterThan(190_000)
    player.player.close('enough')
    publication.end('enough')
    await until(() => expect(room.server.connections).toBe(0))
    expect(room.host.left).toEqual(['deleteStream'])
    expect(stream.ended).toBe('deleteStream')
    expect(room.closedLines()).toHaveLength(2)
  })

  test('times over 24 bits', async () => {
    await using room = await RtmpRoom.open()
    const publication = await room.publish('live/cam')
    const start = 0xffffff - 80
    publication.setTrack(TRACKS.h264)
    for (let i = 0; i < 5; i++) publication.write(frameOf(TRACKS.h264, start + i * 40, 70_000, i === 0))
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(5))
    const player = await room.play('live/cam')
    await until(() => expect(player.frames).toHaveLength(5))
    expect(player.frames.map(frame => frame.dts - start)).toEqual([0, 40, 80, 120, 160])
    expect(rows(player.frames)).toEqual(rows(room.host.stream(KEY).frames))
  })

  test('a new configuration reaches the viewers', async () => {
    await using room = await RtmpRoom.open()
    const publication = await room.publish('live/cam')
    publication.setTrack(TRACKS.h264)
    publication.write(frameOf(TRACKS.h264, 0, 100, true))
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(1))
    const player = await room.play('live/cam')
    const other = { ...TRACKS.h265, id: TRACKS.h264.id }
    publication.setTrack(other)
    publication.write(frameOf(other, 40, 100, true))
    await until(() => expect(player.frames).toHaveLength(2))
    expect(player.tracks.map(track => track.codec)).toEqual(['h264', 'h265'])
  })

  test('the end of the publisher is told to viewers', async () => {
    await using room = await RtmpRoom.open()
    const publication = await room.publish('live/cam')
    publication.setTrack(TRACKS.aac)
    publication.write(frameOf(TRACKS.aac, 0))
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(1))
    const player = await room.play('live/cam')
    publication.end('enough')
    await until(() => expect(player.ended).toBe('NetStream.Play.UnpublishNotify: deleteStream'))
  })

  test('a publisher can be put out', async () => {
    await using room = await RtmpRoom.open()
    const onEnd = vi.fn()
    await room.publish('live/cam', onEnd)
    room.host.stream(KEY).kick('kicked by admin')
    await until(() => expect(onEnd).toHaveBeenCalledExactlyOnceWith('NetStream.Publish.Failed: kicked by admin'))
    await until(() => expect(room.server.connections).toBe(0))
    expect(room.closedLines()[0]?.fields).toMatchObject({ reason: 'kicked by admin', state: 'publishing' })
  })

  test('the host learns who wants what', async () => {
    await using room = await RtmpRoom.open()
    const requests: [string, RtmpRequest][] = []
    room.host.permit = async (action, request) => {
      requests.push([action, request])
    }
    await room.publish('live?vhost=a.com&token=x/cam?key=y')
    await room.play('live?vhost=a.com/cam').catch(() => {})
    const [[action, request], [second]] = requests as [[string, RtmpRequest], [string, RtmpRequest]]
    expect([action, second]).toEqual(['publish', 'play'])
    expect(request).toMatchObject({
      vhost: 'a.com',
      app: 'live',
      stream: 'cam',
      protocol: 'rtmp',
      tcUrl: `rtmp://127.0.0.1:${room.port}/live?vhost=a.com&token=x`,
      pageUrl: '',
      flashVer: 'FMLE/3.0 (compatible; Sightline)',
    })
    expect(request.remote).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(request.query.toString()).toBe('key=y&token=x')
  })
})

describe('refusals', () => {
  test('are told with their reason, then the connection closes', async () => {
    await using room = await RtmpRoom.open()
    room.host.permit = async action => {
      throw new AppError('FORBIDDEN', { action, reason: 'the key is wrong' })
    }
    await expect(room.publish('live/cam')).rejects.toThrow(
      'NetStream.Publish.Denied: FORBIDDEN: publish is not allowed: the key is wrong',
    )
    await expect(room.play('live/cam')).rejects.toThrow('NetStream.Play.Failed: FORBIDDEN')
    await until(() => expect(room.server.connections).toBe(0))
    expect(room.closedLines()).toHaveLength(2)
  })

  test('a stream has one publisher', async () => {
    await using room = await RtmpRoom.open()
    await room.publish('live/cam')
    await expect(room.publish('live/cam')).rejects.toThrow(/BadName: STREAM_BUSY.*already being published/)
  })

  test('a stream that is not there, and a name that is none', async () => {
    await using room = await RtmpRoom.open()
    await expect(room.play('live/cam')).rejects.toThrow('NetStream.Play.StreamNotFound')
    await expect(room.publish('live/a%2fb')).rejects.toThrow('NetStream.Publish.BadName: INVALID')
  })

  test('failures of ours give nothing away', async () => {
    await using room = await RtmpRoom.open()
    room.host.permit = () => Promise.reject(new TypeError('secret internals'))
    await expect(room.publish('live/cam')).rejects.toThrow(/NetStream.Publish.Failed: INTERNAL: publish failed/)
    expect(room.lines).toContainEqual(expect.objectContaining({ level: 'error' }))
  })

  test('nobody listens', async () => {
    const room = await RtmpRoom.open()
    await room.server.close()
    await expect(room.publish('live/cam')).rejects.toThrow(/refused: connect ECONNREFUSED/)
  })

  test('a port in use', async () => {
    await using room = await RtmpRoom.open()
    await expect(room.server.listen({ host: '127.0.0.1', port: room.port })).rejects.toThrow('in use')
  })

  test('more connections than allowed', async () => {
    await using room = await RtmpRoom.open({ maxConnections: 1 })
    await room.publish('live/cam')
    await expect(room.publish('live/cam2')).rejects.toThrow(/refused/)
  })
})

/** connect, createStream and a command, as a test wants them. */
const CONNECT = command('connect', 1, { app: 'live' })
const CREATE = command('createStream', 2, null)
const PUBLISH = streamCommand('publish', 3, null, 'cam', 'live')
const PLAY = streamCommand('play', 3, null, 'cam')
const audio = (timestamp: number, size = 10): RtmpMessage => ({
  type: MESSAGE.audio,
  timestamp,
  streamId: 1,
  chunkStreamId: 4,
  payload: Buffer.alloc(size, 0x72), // G.711 A-law
})
const names = (messages: readonly RtmpMessage[]) =>
  messages
    .filter(m => m.type === MESSAGE.commandAmf0)
    .map(m => {
      const [name, id, , info] = decodeAmf0(m.payload)
      const code = typeof info === 'object' && info !== null && 'code' in info ? info['code'] : id
      return `${name} ${code}`
    })

describe('conversation', () => {
  test('an impatient encoder sends everything at once, media before the permission', async () => {
    await using room = await RtmpRoom.open()
    const permission = Promise.withResolvers<void>()
    room.host.permit = () => permission.promise
    const raw = await room.raw()
    raw.send(CONNECT, CREATE, PUBLISH, audio(0), audio(20))
    await until(() => expect(names(raw.messages)).toContain('_result 2'))
    expect(room.host.streams.size).toBe(0)
    permission.resolve()
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(2))
    expect(names(raw.messages)).toEqual([
      '_result NetConnection.Connect.Success',
      '_result 2',
      'onStatus NetStream.Publish.Start',
    ])
  })

  test('a publisher who leaves before the permission gives the stream back', async () => {
    await using room = await RtmpRoom.open()
    const permission = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    room.host.permit = () => {
      asked.resolve()
      return permission.promise
    }
    const raw = await room.raw()
    raw.send(CONNECT, PUBLISH)
    await asked.promise
    await room.server.close()
    permission.resolve()
    await until(() => expect(room.host.stream(KEY).ended).toBe('the publisher left'))
  })

  test('a viewer who leaves while waiting aborts the wait', async () => {
    await using room = await RtmpRoom.open()
    const aborted = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    room.host.play = (_request, _sink, signal) => {
      asked.resolve()
      signal.addEventListener('abort', () => aborted.resolve())
      return Promise.withResolvers<never>().promise
    }
    const raw = await room.raw()
    raw.send(CONNECT, PLAY)
    await asked.promise
    raw.socket.destroy()
    await aborted.promise
    await until(() => expect(room.server.connections).toBe(0))
  })

  test('who pauses gets nothing until he goes on, also when he pauses before the permission', async () => {
    await using room = await RtmpRoom.open()
    const publication = await room.publish('live/cam')
    publication.setTrack(TRACKS.aac)
    publication.write(frameOf(TRACKS.aac, 0))
    await until(() => expect(room.host.streams.size).toBe(1))
    const raw = await room.raw()
    const pause = (paused: boolean) => streamCommand('pause', 0, null, paused, 0)
    raw.send(CONNECT, PLAY, pause(true))
    await until(() => expect(room.host.paused.size).toBe(1))
    await until(() => expect(names(raw.messages)).toContain('onStatus NetStream.Pause.Notify'))
    raw.send(pause(false))
    await until(() => expect(names(raw.messages)).toContain('onStatus NetStream.Unpause.Notify'))
    expect(room.host.paused.size).toBe(0)
  })

  test.each([
    [MESSAGE.dataAmf0, ['@setDataFrame', 'onMetaData', { encoder: 'OBS 30' }], 'OBS 30'],
    [MESSAGE.dataAmf0, ['onMetaData', { encoder: 'x'.repeat(300) }], 'x'.repeat(256)],
    [MESSAGE.dataAmf0, ['onMetaData', { width: 1 }], 'FMLE/3.0'],
    [MESSAGE.dataAmf0, ['onTextData', { encoder: 'no' }], 'FMLE/3.0'],
  ] as const)('metadata name the encoder: %s %j', async (type, values, agent) => {
    await using room = await RtmpRoom.open()
    const raw = await room.raw()
    raw.send(command('connect', 1, { app: 'live', flashVer: 'FMLE/3.0' }), PUBLISH)
    raw.send({ type, timestamp: 0, streamId: 1, chunkStreamId: 5, payload: encodeAmf0(...values) }, audio(0))
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(1))
    expect(room.host.stream(KEY).agent).toBe(agent)
  })

  test('a player is told the chunk size of his stream before its first byte', async () => {
    await using room = await RtmpRoom.open()
    const publication = await room.publish('live/cam')
    publication.setTrack(TRACKS.h264)
    publication.write(frameOf(TRACKS.h264, 0, 5000, true))
    await until(() => expect(room.host.streams.size).toBe(1))
    room.host.playChunkBytes = 300
    const player = await room.play('live/cam')
    await until(() => expect(player.frames).toHaveLength(1))
    expect(rows(player.frames)).toEqual(rows(room.host.stream(KEY).frames))
  })

  test('one thing at a time; after deleteStream the next', async () => {
    await using room = await RtmpRoom.open()
    const raw = await room.raw()
    raw.send(CONNECT, PUBLISH)
    await until(() => expect(names(raw.messages)).toContain('onStatus NetStream.Publish.Start'))
    raw.send(command('FCUnpublish', 5, null, 'cam'), command('deleteStream', 6, null, 1))
    await until(() => expect(room.host.stream(KEY).ended).toBe('FCUnpublish'))
    raw.messages.length = 0
    raw.send(PUBLISH)
    await until(() => expect(names(raw.messages)).toContain('onStatus NetStream.Publish.Start'))
    raw.send(PLAY)
    await until(() => expect(names(raw.messages)).toContain('onStatus NetStream.Play.Failed'))
    await until(() => expect(raw.closed).not.toBeNull())
    expect(room.closedLines()).toHaveLength(1)
  })

  test('media that nobody asked for and commands before connect are passed over', async () => {
    await using room = await RtmpRoom.open()
    const raw = await room.raw()
    raw.send(PUBLISH, audio(0), CONNECT, audio(0), command('nonsense', 9, null))
    await until(() => expect(names(raw.messages)).toContain('_error NetConnection.Call.Failed'))
    expect(room.host.streams.size).toBe(0)
  })

  test('play2, AMF3 commands, and control messages on the way', async () => {
    await using room = await RtmpRoom.open()
    const publication = await room.publish('live/cam')
    publication.setTrack(TRACKS.aac)
    publication.write(frameOf(TRACKS.aac, 0))
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(1))
    const raw = await room.raw()
    const amf3 = Buffer.concat([Uint8Array.of(0), CONNECT.payload])
    raw.send(
      { ...CONNECT, type: MESSAGE.commandAmf3, payload: amf3 },
      streamCommand('play2', 0, null, { streamName: 'cam' }),
      userControl(6, 77),
      userControl(3, 1, 500),
      windowAckSize(100),
      acknowledgement(5),
    )
    await until(() => expect(raw.messages.map(m => m.type)).toContain(MESSAGE.audio))
    expect(names(raw.messages).slice(1)).toEqual(['onStatus NetStream.Play.Reset', 'onStatus NetStream.Play.Start'])
  })

  test('an aggregate message', async () => {
    await using room = await RtmpRoom.open()
    const raw = await room.raw()
    const tag = (time: number) =>
      Buffer.from(`080000020000${time.toString(16).padStart(2, '0')}00000000 7255 0000000d`.replaceAll(' ', ''), 'hex')
    raw.send(CONNECT, PUBLISH, {
      type: MESSAGE.aggregate,
      timestamp: 1000,
      streamId: 1,
      chunkStreamId: 4,
      payload: Buffer.concat([tag(0), tag(20)]),
    })
    await until(() => expect(room.host.stream(KEY).frames.map(frame => frame.dts)).toEqual([1000, 1020]))
  })

  test('a broken body is forgiven, an encoder that sends nothing else is not', async () => {
    await using room = await RtmpRoom.open()
    const raw = await room.raw()
    const broken = { ...audio(0), type: MESSAGE.video, payload: Uint8Array.of(0x17, 0) }
    raw.send(CONNECT, PUBLISH, broken, audio(0))
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(1))
    for (let i = 0; i < 60; i++) raw.send(broken)
    await until(() => expect(raw.closed).not.toBeNull())
    expect(room.host.stream(KEY).ended).toMatch(/^BYTES_TOO_SHORT/)
  })

  test('a message larger than allowed before the permission', async () => {
    await using room = await RtmpRoom.open()
    const raw = await room.raw()
    raw.send(CONNECT, { ...CREATE, payload: Buffer.alloc(70_000) })
    await until(() => expect(room.closedLines()[0]?.fields['reason']).toMatch(/^LIMIT_EXCEEDED: RTMP message/))
  })
})

describe('timeouts', () => {
  const silence = async (begin: (room: RtmpRoom) => Promise<void>, beforeMs: number, atMs: number, reason: RegExp) => {
    const time = new FakeTime()
    await using room = await RtmpRoom.open({}, time)
    await begin(room)
    time.advance(beforeMs)
    expect(room.server.connections).toBe(1)
    time.advance(atMs - beforeMs)
    expect(room.server.connections).toBe(0)
    expect(room.closedLines()[0]?.fields['reason']).toMatch(reason)
    time.advance(10_000)
    await room.server.close()
  }
  const started = async (room: RtmpRoom, ...messages: RtmpMessage[]) => {
    const raw = await room.raw()
    raw.send(CONNECT, ...messages)
    await until(() => expect(names(raw.messages).length).toBeGreaterThan(messages.length > 0 ? 1 : 0))
  }

  test('a peer that says nothing', () =>
    silence(
      async room => {
        await room.connect()
        await until(() => expect(room.server.connections).toBe(1))
      },
      9000,
      10_500,
      /^PEER_TIMEOUT: .* 10000 ms .* connect/,
    ))

  test('a client that wants nothing', () =>
    silence(room => started(room), 19_000, 20_500, /20000 ms .* publish or play/))

  test('a publisher without media (MS-035)', () =>
    silence(room => started(room, PUBLISH), 19_000, 20_500, /20000 ms .* first media/))

  test('a publisher who falls silent (MS-036)', () =>
    silence(
      async room => {
        await started(room, PUBLISH, audio(0))
        await until(() => expect(room.host.stream(KEY).frames).toHaveLength(1))
      },
      4500,
      5500,
      /5000 ms .* media/,
    ))

  test('a viewer is pinged and may wait for ever', async () => {
    const time = new FakeTime()
    await using room = await RtmpRoom.open({}, time)
    room.host.play = () => Promise.withResolvers<never>().promise
    const socket = await room.connect()
    const handshake = new ClientHandshake()
    let received = 0
    socket.on('data', bytes => {
      received += bytes.length
    })
    socket.write(handshake.hello)
    await until(() => expect(received).toBe(3073))
    socket.write(Buffer.alloc(1536))
    const chunk = (m: RtmpMessage) => {
      const head = Buffer.alloc(12)
      head[0] = 3
      head.writeUIntBE(m.payload.length, 4, 3)
      head[7] = m.type
      return Buffer.concat([head, m.payload])
    }
    socket.write(Buffer.concat([chunk(CONNECT), chunk(streamCommand('play', 0, null, 'cam'))]))
    await until(() => expect(received).toBeGreaterThan(3073 + 200))
    const before = received
    time.advance(3600_000)
    await until(() => expect(received).toBe(before + 120 * 18))
    expect(room.server.connections).toBe(1)
    socket.destroy()
    await until(() => expect(room.server.connections).toBe(0))
  })
})

describe('peers that are none', () => {
  const hello = new ClientHandshake('simple').hello
  test.each<[string, Buffer, RegExp]>([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /BYTES_INVALID: RTMP handshake .* version 71/],
    ['TLS', Buffer.from('160301', 'hex'), /version 22/],
    ['RTMPE', Buffer.from([6]), /RTMPE, which is not offered/],
    ['garbage behind the handshake', Buffer.concat([hello, Buffer.alloc(1536, 0xff)]), /BYTES_INVALID: RTMP chunk/],
    [
      'a command that is no AMF',
      Buffer.concat([hello, Buffer.alloc(1536), Buffer.from('0300000000000314000000006e6f70', 'hex')]),
      /BYTES_INVALID: AMF0 marker/,
    ],
  ])('%s', async (_name, bytes, reason) => {
    await using room = await RtmpRoom.open()
    const socket = await room.connect()
    socket.on('error', () => {})
    const closed = new Promise(resolve => socket.on('close', resolve))
    socket.resume()
    socket.write(bytes)
    if (/chunk/.test(String(reason))) socket.write(Buffer.alloc(100, 0xff))
    await closed
    await until(() => expect(room.closedLines()).toHaveLength(1))
    expect(room.closedLines()[0]).toMatchObject({ level: 'debug', fields: { reason: expect.stringMatching(reason) } })
  })

  test('500 at once change nothing for a publisher', async () => {
    await using room = await RtmpRoom.open()
    const publication = await room.publish('live/cam')
    publication.setTrack(TRACKS.h264)
    const closed: Promise<unknown>[] = []
    for (let i = 0; i < 500; i++) {
      const socket = await room.connect()
      socket.on('error', () => {})
      socket.resume()
      closed.push(new Promise(resolve => socket.on('close', resolve)))
      const body = Buffer.alloc(2000 + i, (i * 37) & 0xff)
      socket.write(i % 2 === 0 ? body : Buffer.concat([hello, body]))
      if (i % 3 === 0) socket.end()
      if (i % 10 === 0) publication.write(frameOf(TRACKS.h264, i * 4, 3000, i % 100 === 0))
    }
    await until(() => expect(room.host.stream(KEY).frames).toHaveLength(50))
    // Those that sent a whole handshake of zeros wait for the connect timeout: they are cut with the server.
    await until(() => expect(room.server.connections).toBeLessThan(400))
    await room.server.close()
    await Promise.all(closed)
    expect(room.lines.filter(line => line.level === 'error')).toEqual([])
    expect(room.closedLines()).toHaveLength(501)
  })
})

test('metadata and other data messages are taken without a word', async () => {
  await using room = await RtmpRoom.open()
  const raw = await room.raw()
  const data = (payload: Uint8Array): RtmpMessage => ({
    type: MESSAGE.dataAmf0,
    timestamp: 0,
    streamId: 1,
    chunkStreamId: 4,
    payload,
  })
  const metadata = encodeAmf0('@setDataFrame', 'onMetaData', { width: 640 })
  raw.send(CONNECT, PUBLISH, data(metadata), data(Uint8Array.of(0xff)), audio(0))
  await until(() => expect(room.host.stream(KEY).frames).toHaveLength(1))
  expect(raw.closed).toBeNull()
})

describe('302', () => {
  const information = (message: RtmpMessage | undefined) => decodeAmf0(message?.payload ?? Buffer.alloc(0))

  test('everybody is sent elsewhere at connect', async () => {
    await using room = await RtmpRoom.open()
    room.host.moved = 'rtmp://other.example:1936'
    const raw = await room.raw()
    raw.send(command('connect', 1, { app: 'live?key=secret' }))
    await until(() => expect(raw.closed).not.toBeNull())
    const to = 'rtmp://other.example:1936/live?key=secret'
    expect(information(raw.messages[0])).toEqual([
      '_error',
      1,
      null,
      {
        level: 'error',
        code: 'NetConnection.Connect.Rejected',
        description: 'RTMP 302 Redirect',
        ex: { code: 302, redirect: to, redirect2: to },
      },
    ])
  })

  test.each([
    ['publish', PUBLISH],
    ['play', PLAY],
  ] as const)('a single %s is sent elsewhere', async (_, wish) => {
    await using room = await RtmpRoom.open()
    room.host.permit = async () => {
      throw new AppError('MOVED', { to: 'rtmp://other.example/live/cam?key=a/b' })
    }
    const raw = await room.raw()
    raw.send(CONNECT, wish)
    await until(() => expect(raw.closed).not.toBeNull())
    expect(information(raw.messages.at(-1))[3]).toMatchObject({
      code: 'NetConnection.Connect.Rejected',
      ex: { code: 302, redirect: 'rtmp://other.example/live', redirect2: 'rtmp://other.example/live/cam?key=a/b' },
    })
    expect(room.lines.map(line => JSON.stringify(line)).join()).not.toContain('key=a/b')
  })
})
