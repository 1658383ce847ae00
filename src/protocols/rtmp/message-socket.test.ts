import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { ChunkReader } from './chunk-reader.ts'
import { writeMessage } from './chunk-writer.ts'
import { command } from './commands.ts'
import { MESSAGE, type RtmpMessage, userControl, windowAckSize } from './message.ts'
import { type CloseReason, MessageSocket } from './message-socket.ts'

const CHUNK_BYTES = 4096
const NO_HANDSHAKE = { push: (rest: Uint8Array) => ({ reply: new Uint8Array(0), rest, done: true }) }

/** A MessageSocket whose other end is the test. */
function open() {
  const written: RtmpMessage[] = []
  const reader = new ChunkReader(message => written.push(message))
  const got: RtmpMessage[] = []
  const closes: CloseReason[] = []
  const time = new FakeTime()
  const duplex = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      reader.push(bytes)
      done()
    },
  })
  let onMessage = (message: RtmpMessage) => {
    got.push(message)
  }
  const socket = new MessageSocket(duplex as Socket, {
    handshake: NO_HANDSHAKE,
    chunkBytes: CHUNK_BYTES,
    clock: time,
    timers: time,
    events: { onOpen() {}, onMessage: message => onMessage(message), onClose: close => closes.push(close) },
  })
  const receive = async (...messages: RtmpMessage[]) => {
    for (const message of messages) duplex.push(Buffer.concat(writeMessage(message, [message.payload], 128)))
    await new Promise(resolve => setImmediate(resolve))
  }
  const handle = (run: (message: RtmpMessage) => void) => {
    onMessage = run
  }
  return { socket, duplex, time, written, got, closes, receive, handle }
}

const audio = (size: number): RtmpMessage => ({
  type: MESSAGE.audio,
  timestamp: 0,
  streamId: 1,
  chunkStreamId: 4,
  payload: Buffer.alloc(size),
})
const rows = (messages: readonly RtmpMessage[]) =>
  messages.map(m => [m.type, Buffer.from(m.payload).toString('hex')] as const)

test('a ping is answered with its timestamp', async () => {
  const { receive, written, got } = open()
  await receive(userControl(6, 0xdeadbeef))
  expect(rows(written)).toEqual([[MESSAGE.userControl, '0007deadbeef']])
  expect(got).toEqual([])
})

test('received bytes are acknowledged once per window of the peer', async () => {
  const { receive, written } = open()
  await receive(windowAckSize(2000)) // 16 bytes
  await receive(audio(1000)) // 12 + 1000 + 7
  expect(written).toEqual([])
  await receive(audio(1000))
  expect(rows(written)).toEqual([[MESSAGE.acknowledgement, (16 + 2 * 1019).toString(16).padStart(8, '0')]])
})

test('without a window of the peer every 2 500 000 bytes', async () => {
  const { socket, receive, written } = open()
  socket.expectMedia()
  await receive(audio(2_000_000))
  expect(written).toEqual([])
  await receive(audio(500_000))
  expect(rows(written).map(([type]) => type)).toEqual([MESSAGE.acknowledgement])
})

test('a window of zero does not ask for an acknowledgement of every byte', async () => {
  const { receive, written } = open()
  await receive(windowAckSize(0), audio(10))
  expect(written).toEqual([])
})

test('what we announce counts from the next message on', () => {
  const { socket, written } = open()
  socket.announce()
  socket.send(audio(1000))
  expect(rows(written.slice(0, 3))).toEqual([
    [MESSAGE.windowAckSize, '002625a0'],
    [MESSAGE.setPeerBandwidth, '002625a002'],
    [MESSAGE.setChunkSize, '00001000'],
  ])
  expect(written[3]?.payload).toHaveLength(1000)
})

test('held messages wait in order, also when one of them holds again', async () => {
  const { socket, receive, got, handle } = open()
  socket.hold()
  socket.release()
  await receive(audio(1))
  expect(got.map(m => m.payload.length)).toEqual([1])

  handle(message => {
    got.push(message)
    if (message.payload.length === 2) socket.hold()
  })
  await receive(audio(2), audio(3), audio(2), audio(4))
  expect(got.map(m => m.payload.length)).toEqual([1, 2])
  socket.release()
  await receive()
  expect(got.map(m => m.payload.length)).toEqual([1, 2, 3, 2])
  socket.release()
  await receive()
  expect(got.map(m => m.payload.length)).toEqual([1, 2, 3, 2, 4])
})

test('a fault in a handler closes once, and nothing is handed on afterwards', async () => {
  const { receive, got, closes, handle } = open()
  const run = vi.fn(() => {
    throw new TypeError('broken')
  })
  handle(run)
  await receive(audio(1), audio(2))
  expect(run).toHaveBeenCalledOnce()
  expect(got).toEqual([])
  expect(closes).toEqual([{ reason: 'broken', fault: 'ours' }])
})

test('a peer that does not take the last words is cut after two seconds', async () => {
  const { socket, duplex, time, closes } = open()
  duplex.cork() // nothing gets out, so the end is not reached
  socket.send(command('onStatus', 0, null))
  socket.close('enough')
  expect(closes).toEqual([{ reason: 'enough', fault: null }])
  duplex.cork()
  time.advance(1999)
  expect(duplex.destroyed).toBe(false)
  time.advance(1)
  expect(duplex.destroyed).toBe(true)
  socket.close('again')
  expect(closes).toHaveLength(1)
})

test('the end of the peer', async () => {
  const { duplex, closes } = open()
  duplex.resume()
  duplex.push(null)
  await vi.waitFor(() => expect(closes).toEqual([{ reason: 'the peer closed the connection', fault: null }]))
})
