import { createServer, type Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { publishRtmp } from './client-publication.ts'
import { command, errorResult, onStatus, parseCommand, result } from './commands.ts'
import { ServerHandshake } from './handshake.ts'
import { MESSAGE, type RtmpMessage, userControl } from './message.ts'
import { MessageSocket } from './message-socket.ts'
import { frameOf, TRACKS } from './testing/media.ts'
import { receive } from './testing/room.ts'

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const START = onStatus('status', 'NetStream.Publish.Start', '')
const PLAY = onStatus('status', 'NetStream.Play.Start', '')

/** A server that answers commands as a test says. */
async function fakeServer(answers: Readonly<Record<string, readonly RtmpMessage[] | 'close'>> = {}) {
  const names: string[] = []
  const messages: RtmpMessage[] = []
  const sockets: Socket[] = []
  const wires: MessageSocket[] = []
  const server = createServer(socket => {
    sockets.push(socket)
    const wire = new MessageSocket(socket, {
      handshake: new ServerHandshake(),
      chunkBytes: 128,
      clock: systemClock,
      timers: systemTimers,
      events: {
        onOpen() {
          wire.expectMedia()
        },
        onMessage(message) {
          messages.push(message)
          const call = message.type === MESSAGE.commandAmf0 ? parseCommand(message) : null
          if (!call) return
          names.push(call.name)
          const answer = answers[call.name]
          if (answer === 'close') wire.close('test')
          else if (answer) wire.send(...answer)
          else if (call.name === 'connect') wire.send(result(call.transactionId, {}, {}))
          else if (call.name === 'createStream') wire.send(result(call.transactionId, null, 1))
        },
        onClose() {},
      },
    })
    wires.push(wire)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `rtmp://127.0.0.1:${port}/live/cam`,
    names,
    messages,
    sockets,
    wires,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const publish = (url: string, onEnd: (reason: string) => void = () => {}, time = { ...systemClock, ...systemTimers }) =>
  publishRtmp(url, { clock: time, timers: time, onEnd })

describe('start', () => {
  test('an encoder says what servers modelled on FMS expect', async () => {
    await using server = await fakeServer({ publish: [START] })
    const publication = await publish(server.url)
    expect(server.names).toEqual(['connect', 'releaseStream', 'FCPublish', 'createStream', 'publish'])
    publication.end('enough')
    await until(() => expect(server.names).toContain('deleteStream'))
  })

  test('a server that sends media without saying that it starts', async () => {
    const audio = { type: MESSAGE.audio, timestamp: 0, streamId: 1, chunkStreamId: 4, payload: Uint8Array.of(0x72, 1) }
    await using server = await fakeServer({ play: [audio] })
    const player = await receive(server.url)
    await until(() => expect(player.frames).toHaveLength(1))
  })

  test.each<[string, Record<string, readonly RtmpMessage[] | 'close'>, RegExp]>([
    [
      'connect',
      { connect: [errorResult(1, 'NetConnection.Connect.Rejected', 'no such app')] },
      /refused: NetConnection.Connect.Rejected: no such app/,
    ],
    [
      'publish',
      { publish: [onStatus('error', 'NetStream.Publish.BadName', '')] },
      /refused: NetStream.Publish.BadName/,
    ],
    ['createStream', { createStream: 'close' }, /refused: the peer closed the connection/],
    ['publish without a reason', { publish: [command('onStatus', 0, null, { level: 'error' })] }, /no reason given/],
  ])('refused at %s', async (_name, answers, reason) => {
    await using server = await fakeServer(answers)
    await expect(publish(server.url)).rejects.toThrow(reason)
  })

  test('a server that says nothing', async () => {
    await using server = await fakeServer({ connect: [] })
    const time = Object.assign(new FakeTime())
    const refused = expect(publish(server.url, () => {}, time)).rejects.toThrow(/nothing received for 10000 ms/)
    await until(() => expect(server.names).toEqual(['connect']))
    time.advance(10_000)
    await refused
  })

  test.each(['http://h/live/cam', 'rtmp://h/live'])('a URL that is none: %s', async url => {
    await expect(publish(url)).rejects.toThrow(/url: /)
  })
})

describe('publication', () => {
  test('a server that is too slow loses frames up to a keyframe, and memory stays bounded', async () => {
    await using server = await fakeServer({ publish: [START] })
    const publication = await publish(server.url)
    server.sockets[0]!.pause()
    publication.setTrack(TRACKS.h264)
    let written = 0
    for (let i = 0; i < 200; i++) {
      if (publication.write(frameOf(TRACKS.h264, i * 40, 200_000, i % 10 === 0))) written++
    }
    // 6 MB in our queue and at most the rest in the kernel's buffers; all the others are dropped.
    expect(written).toBeLessThan(100)
    expect(publication.droppedFrames).toBe(200 - written)
    server.sockets[0]!.resume()
    const isVideo = (m: RtmpMessage) => m.type === MESSAGE.video && m.payload[1] === 1
    await until(() => expect(server.messages.filter(isVideo)).toHaveLength(written))
    expect(publication.write(frameOf(TRACKS.h264, 9000, 100))).toBe(false)
    expect(publication.write(frameOf(TRACKS.h264, 9040, 100, true))).toBe(true)
    expect(publication.write(frameOf(TRACKS.h264, 9080, 100))).toBe(true)
  })

  test('a server that takes nothing any more is given up', async () => {
    await using server = await fakeServer({ publish: [START] })
    const time = new FakeTime()
    const onEnd = vi.fn()
    const publication = await publish(server.url, onEnd, time)
    server.sockets[0]!.pause()
    publication.setTrack(TRACKS.aac)
    for (let i = 0; i < 100; i++) publication.write(frameOf(TRACKS.aac, i * 20, 200_000))
    time.advance(9000)
    expect(onEnd).not.toHaveBeenCalled()
    time.advance(3000)
    expect(onEnd).toHaveBeenCalledExactlyOnceWith('the server took nothing for too long')
    expect(publication.write(frameOf(TRACKS.aac, 9000))).toBe(false)
  })

  test('a quiet publication is not given up', async () => {
    await using server = await fakeServer({ publish: [START] })
    const time = new FakeTime()
    const onEnd = vi.fn()
    await publish(server.url, onEnd, time)
    time.advance(60_000)
    expect(onEnd).not.toHaveBeenCalled()
  })

  test('the end of the server', async () => {
    await using server = await fakeServer({ publish: [START] })
    const onEnd = vi.fn()
    await publish(server.url, onEnd)
    server.sockets[0]!.destroy()
    await until(() => expect(onEnd).toHaveBeenCalledOnce())
  })
})

describe('player', () => {
  test.each<[string, RtmpMessage, RegExp]>([
    ['UnpublishNotify', onStatus('status', 'NetStream.Play.UnpublishNotify', 'gone'), /UnpublishNotify: gone/],
    ['Stop', onStatus('status', 'NetStream.Play.Stop', ''), /NetStream.Play.Stop/],
    ['Stream EOF', userControl(1, 1), /the stream ended/],
    ['an error', onStatus('error', 'NetStream.Play.Failed', 'kicked'), /Failed: kicked/],
  ])('ends with %s', async (_name, message, reason) => {
    await using server = await fakeServer({ play: [PLAY] })
    const player = await receive(server.url)
    server.wires[0]!.send(message)
    await until(() => expect(player.ended).toMatch(reason))
  })

  test('a silent source is given up', async () => {
    await using server = await fakeServer({ play: [PLAY] })
    const time = new FakeTime()
    const player = await receive(server.url, { clock: time, timers: time })
    time.advance(14_000)
    expect(player.ended).toBeNull()
    time.advance(2000)
    expect(player.ended).toMatch(/nothing received for 15000 ms while waiting for media/)
  })
})
