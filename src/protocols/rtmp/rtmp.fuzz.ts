import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { fuzz } from '../../base/fuzz.ts'
import { type Log, silentLog } from '../../base/log.ts'
import { encodeAmf0 } from '../../media/container/amf/amf0.ts'
import { configBody, frameHeader } from '../../media/container/flv/body-writer.ts'
import { splitAggregate } from './aggregate.ts'
import { ChunkReader } from './chunk-reader.ts'
import { writeMessage } from './chunk-writer.ts'
import { command, parseCommand, streamCommand } from './commands.ts'
import { RtmpConnection } from './connection.ts'
import { ClientHandshake, ServerHandshake } from './handshake.ts'
import { MESSAGE, type RtmpMessage, setChunkSize, userControl } from './message.ts'
import { frameOf, TRACKS } from './testing/media.ts'
import { MemoryHost } from './testing/memory-host.ts'
import { parseRtmpUrl, parseStreamFields } from './url.ts'

const corpus = (target: string) => join(import.meta.dirname, 'testdata/fuzz', target)
const LIMIT = 64 * 1024

const media = (type: number, payload: Uint8Array, timestamp = 0): RtmpMessage => ({
  type,
  timestamp,
  streamId: 1,
  chunkStreamId: 4,
  payload,
})
const chunks = (chunkBytes: number, ...messages: RtmpMessage[]) =>
  Buffer.concat(messages.flatMap(message => writeMessage(message, [message.payload], chunkBytes)))

const CONNECT = command('connect', 1, { app: 'live?key=x', tcUrl: 'rtmp://a.com/live', fourCcList: ['hvc1'] })
const PUBLISH = streamCommand('publish', 3, null, 'cam?vhost=b.com', 'live')
const frame = frameOf(TRACKS.h264, 40, 300, true)
const MEDIA = [
  media(MESSAGE.dataAmf0, encodeAmf0('@setDataFrame', 'onMetaData', { width: 640 })),
  media(MESSAGE.video, configBody(TRACKS.h264)!),
  media(MESSAGE.audio, configBody(TRACKS.aac)!),
  media(MESSAGE.video, Buffer.concat([frameHeader(frame), frame.data]), 40),
  media(MESSAGE.audio, Buffer.from('af0101020304', 'hex'), 0x1000000),
  media(MESSAGE.aggregate, Buffer.from('080000030000000000000072aabb0000000e', 'hex'), 60),
]
const SESSION = [
  chunks(128, CONNECT, command('createStream', 2, null), PUBLISH, ...MEDIA, command('deleteStream', 4, null, 1)),
  Buffer.concat([chunks(128, CONNECT, setChunkSize(4096)), chunks(4096, PUBLISH, userControl(6, 1), ...MEDIA)]),
  chunks(128, CONNECT, streamCommand('play', 0, null, 'cam', -2), streamCommand('pause', 0, null, true, 0)),
]

test('chunk reader: bounded memory, and the same messages however the input is cut', () => {
  fuzz({
    seeds: SESSION,
    corpus: corpus('chunk'),
    runs: 1000,
    run: input => {
      const run = (pieceBytes: number) => {
        const got: string[] = []
        const reader = new ChunkReader(
          m => got.push(`${m.type} ${m.timestamp} ${m.streamId} ${m.payload.length}`),
          LIMIT,
        )
        let error: unknown = null
        try {
          for (let at = 0; at < input.length; at += pieceBytes) {
            reader.push(input.subarray(at, at + pieceBytes))
            expect(reader.partialBytes).toBeLessThanOrEqual(2 * LIMIT)
          }
        } catch (caught) {
          error = caught
        }
        return { got, error }
      }
      const whole = run(input.length || 1)
      for (const pieceBytes of [1, 7, 64]) {
        const cut = run(pieceBytes)
        expect(cut.got).toEqual(whole.got)
        expect(String(cut.error)).toBe(String(whole.error))
      }
      if (whole.error) throw whole.error
    },
  })
})

test('commands, aggregates and names', () => {
  fuzz({
    seeds: [
      CONNECT.payload,
      PUBLISH.payload,
      MEDIA[5]!.payload,
      Buffer.from('rtmp://a.com:1935/live?key=x/cam?token=a/b'),
    ],
    run: input => {
      const text = Buffer.from(input).toString('utf8')
      for (const run of [
        () => parseCommand(media(MESSAGE.commandAmf0, input)),
        () => parseCommand(media(MESSAGE.commandAmf3, input)),
        () => splitAggregate(media(MESSAGE.aggregate, input)),
        () => parseRtmpUrl(text),
        () => checkTarget(text),
      ]) {
        try {
          run()
        } catch (error) {
          expect((error as Error).name).toBe('AppError')
        }
      }
    },
  })
})

/** What comes out of the fields can be a path, whatever they are. */
function checkTarget(text: string): void {
  const [tcUrl = '', app = '', ...rest] = text.split('/')
  const target = parseStreamFields({ tcUrl, app, stream: rest.join('/') })
  for (const name of [...target.app.split('/'), target.stream, target.vhost]) {
    expect(name).not.toMatch(/^\.{0,2}$|[\0-\x20/\\]/)
  }
}

test('handshake: both sides take anything', () => {
  fuzz({
    seeds: [Buffer.alloc(4000, 3)],
    corpus: corpus('handshake'),
    runs: 300,
    run: input => {
      for (const side of [new ServerHandshake(), new ClientHandshake()]) {
        let done = 0
        for (let at = 0; at < input.length && done === 0; at += 1000) {
          const piece = input.subarray(at, at + 1000)
          const step = side.push(piece)
          if (step.done) done = at + piece.length - step.rest.length
        }
        if (done > 0) expect(done).toBe(3073)
      }
    },
  })
})

test('connection: ends by itself or by the peer, once, and never by a fault of ours', async () => {
  const hello = Buffer.concat([Uint8Array.of(3), Buffer.alloc(2 * 1536)])
  const sessions: (() => Promise<void>)[] = []
  fuzz({
    seeds: SESSION,
    corpus: corpus('connection'),
    runs: 500,
    run: input => {
      const copy = Buffer.concat([hello, input])
      sessions.push(() => converse(copy))
    },
  })
  for (const session of sessions) await session()
})

async function converse(input: Buffer): Promise<void> {
  const errors: unknown[] = []
  const log: Log = { ...silentLog, error: (message, fields) => errors.push(message, fields), child: () => log }
  const socket = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() })
  const time = new FakeTime()
  const onClose = { count: 0 }
  const connection = new RtmpConnection(socket as Socket, {
    protocol: 'rtmp',
    host: new MemoryHost(60_000),
    log,
    clock: time,
    timers: time,
    chunkBytes: 60_000,
    firstPacketTimeoutMs: 20_000,
    silenceTimeoutMs: 5000,
    onClose: () => onClose.count++,
  })
  for (let at = 0; at < input.length; at += 3200) socket.push(input.subarray(at, at + 3200))
  // Twice around the loop: what was pushed is read, and the host's permission is given.
  for (let i = 0; i < 4; i++) await new Promise(resolve => setImmediate(resolve))
  socket.push(null)
  for (let i = 0; i < 4; i++) await new Promise(resolve => setImmediate(resolve))
  connection.close('the test is over')
  expect(errors).toEqual([])
  expect(onClose.count).toBe(1)
  expect(connection.state).toBe('closed')
  time.advance(5000)
  socket.destroy()
}
