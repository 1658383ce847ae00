import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import { MediaPort } from './media-port.ts'
import { writeRtpHeader } from './packet.ts'
import { PortRange } from './port-range.ts'
import type { Expectation, Observed } from './reception.ts'
import { frameForTcp } from './tcp-framing.ts'

const HOST = '127.0.0.1'
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function mediaPort() {
  const port = new MediaPort({ clock: systemClock, timers: systemTimers, log: silentLog })
  cleanups.push(() => port.close())
  return { port, number: await port.listen(0, HOST) }
}

function rtp(ssrc: number, sequence: number, text: string): Buffer {
  const packet = Buffer.alloc(12 + text.length)
  writeRtpHeader(packet, 0, { marker: true, payloadType: 96, sequence, timestamp: 0, ssrc })
  packet.write(text, 12)
  return packet
}

/** What came, and what was told. */
function expectation(ssrc: number | null, transport: 'udp' | 'tcp', more: Partial<Expectation> = {}) {
  const packets: string[] = []
  const events: string[] = []
  const mismatches: Observed[] = []
  const made: Expectation = {
    ssrc,
    transport,
    onPacket: packet => packets.push(packet.toString('latin1', 12)),
    onConnection: () => events.push('connected'),
    onDisconnect: reason => events.push(reason),
    onMismatch: observed => mismatches.push(observed),
    ...more,
  }
  return { expectation: made, packets, events, mismatches }
}

async function udp(): Promise<{ socket: UdpSocket; port: number }> {
  const socket = createSocket('udp4')
  await new Promise<void>(resolve => socket.bind(0, HOST, resolve))
  cleanups.push(() => socket.close())
  return { socket, port: socket.address().port }
}

async function tcp(port: number): Promise<Socket> {
  const socket = connect(port, HOST)
  socket.on('error', () => {})
  cleanups.push(() => socket.destroy())
  await new Promise<void>(resolve => socket.once('connect', resolve))
  return socket
}

async function listener(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>(resolve => server.listen(0, HOST, resolve))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  const address = server.address()
  return { server, port: typeof address === 'object' && address ? address.port : 0 }
}

describe('UDP', () => {
  test('streams of several senders on one port', async () => {
    const { port, number } = await mediaPort()
    const [a, b] = [expectation(1, 'udp'), expectation(2, 'udp', { remoteAddress: HOST })]
    port.expect(a.expectation)
    const second = port.expect(b.expectation)
    const [one, two] = [await udp(), await udp()]
    one.socket.send(rtp(1, 0, 'a0'), number, HOST)
    two.socket.send(rtp(2, 0, 'b0'), number, HOST)
    two.socket.send(rtp(2, 1, 'b1'), number, HOST)
    await vi.waitFor(() => expect([a.packets, b.packets]).toEqual([['a0'], ['b0', 'b1']]))
    expect(a.events).toEqual(['connected'])
    expect(second.observed).toEqual({ ssrc: 2, remote: `${HOST}:${two.port}`, wrongSsrc: false })
    expect(second.counters).toMatchObject({ packets: 2, bytes: 28, ssrcMismatches: 0 })
    expect(port.counters).toMatchObject({ receptions: 2, strayPackets: 0 })
  })

  test('a wrong SSRC is taken from the address and told', async () => {
    const { port, number } = await mediaPort()
    const a = expectation(1, 'udp', { remoteAddress: HOST })
    port.expect(a.expectation)
    const { socket, port: from } = await udp()
    socket.send(rtp(0, 0, 'x'), number, HOST)
    await vi.waitFor(() => expect(a.packets).toEqual(['x']))
    expect(a.mismatches).toEqual([{ ssrc: 0, remote: `${HOST}:${from}`, wrongSsrc: true }])
  })

  test('who is not waited for is kept for the diagnosis', async () => {
    const { port, number } = await mediaPort()
    const { socket, port: from } = await udp()
    socket.send(rtp(9, 0, 'x'), number, HOST)
    socket.send(rtp(9, 1, 'x'), number, HOST)
    socket.send('REGISTER sip:', number, HOST)
    await vi.waitFor(() => expect(port.counters.strayPackets).toBe(3))
    expect(port.counters.strays).toEqual([
      { transport: 'udp', address: HOST, port: from, ssrc: 9, packets: 3, atMs: expect.any(Number) },
    ])
  })

  test('RTCP binds nobody, and comes with the RTP of its sender', async () => {
    const { port, number } = await mediaPort()
    const a = expectation(1, 'udp', { remoteAddress: HOST })
    const reception = port.expect(a.expectation)
    const { socket } = await udp()
    const report = Buffer.from('80c9000100000001', 'hex')
    socket.send(report, number, HOST)
    socket.send(rtp(1, 0, 'a'), number, HOST)
    socket.send(report, number, HOST)
    await vi.waitFor(() => expect(a.packets).toEqual(['a', '']))
    expect(reception.counters).toMatchObject({ packets: 2, ssrcMismatches: 0 })
  })

  test('sends from the shared port, to where packets come from once they do', async () => {
    const { port, number } = await mediaPort()
    const reception = port.expect(expectation(1, 'udp').expectation)
    const [announced, real] = [await udp(), await udp()]
    const got: string[] = []
    for (const { socket, port: from } of [announced, real]) {
      socket.on('message', (packet, { port: source }) => {
        got.push(`${from === real.port ? 'real' : 'announced'} ${packet.toString('latin1', 12)} ${source === number}`)
      })
    }
    const sender = port.openSender({ transport: 'udp', host: HOST, port: announced.port, over: reception })
    expect(sender.send(rtp(5, 0, 'one'))).toBe(true)
    await vi.waitFor(() => expect(got).toEqual(['announced one true']))
    real.socket.send(rtp(1, 0, 'x'), number, HOST)
    await vi.waitFor(() => expect(reception.bound).toBe(true))
    sender.send(rtp(5, 1, 'two'))
    await vi.waitFor(() => expect(got).toEqual(['announced one true', 'real two true']))
    sender.close()
    expect(sender.send(rtp(5, 2, 'three'))).toBe(false)
    expect(sender.counters).toEqual({ packets: 2, bytes: 30, dropped: 1 })
  })
})

describe('TCP', () => {
  test('two senders of one address: the SSRC decides, also against the first guess', async () => {
    const { port, number } = await mediaPort()
    const a = expectation(1, 'tcp', { remoteAddress: HOST })
    const b = expectation(2, 'tcp')
    port.expect(a.expectation)
    port.expect(b.expectation)
    const second = await tcp(number)
    await vi.waitFor(() => expect(a.events).toEqual(['connected'])) // by its address
    second.write(frameForTcp(rtp(2, 0, 'b'), 'rfc4571'))
    await vi.waitFor(() => expect(b.packets).toEqual(['b']))
    const first = await tcp(number)
    first.write(frameForTcp(rtp(1, 0, 'a'), 'interleaved'))
    await vi.waitFor(() => expect(a.packets).toEqual(['a']))
  })

  test('a wrong SSRC from the address, the connection lost and made again', async () => {
    const { port, number } = await mediaPort()
    const a = expectation(1, 'tcp', { remoteAddress: HOST })
    const reception = port.expect(a.expectation)
    for (const n of [1, 2]) {
      const socket = await tcp(number)
      socket.write(frameForTcp(rtp(77, n, `p${n}`), 'rfc4571'))
      await vi.waitFor(() => expect(a.packets.length).toBe(n))
      socket.end()
      await vi.waitFor(() => expect(reception.bound).toBe(false))
    }
    expect(a.events).toEqual([
      'connected',
      'the peer closed the connection',
      'connected',
      'the peer closed the connection',
    ])
    expect(reception.counters).toMatchObject({ bindings: 2, ssrcMismatches: 2 })
  })

  test('receivers that connect and send nothing, one after the other', async () => {
    const { port, number } = await mediaPort()
    for (const text of ['one', 'two']) {
      const reception = port.expect(expectation(1, 'tcp', { remoteAddress: HOST }).expectation)
      const socket = await tcp(number)
      const got: Buffer[] = []
      socket.on('data', bytes => got.push(bytes))
      await vi.waitFor(() => expect(reception.bound).toBe(true))
      port.openSender({ transport: 'tcp', over: reception }).send(rtp(5, 0, text))
      await vi.waitFor(() => expect(Buffer.concat(got)).toEqual(frameForTcp(rtp(5, 0, text), 'rfc4571')))
    }
    expect(port.counters).toMatchObject({ receptions: 2, connections: 2 })
  })

  test('closing a reception closes its connection', async () => {
    const { port, number } = await mediaPort()
    const a = expectation(1, 'tcp', { remoteAddress: HOST })
    const reception = port.expect(a.expectation)
    const socket = await tcp(number)
    await vi.waitFor(() => expect(reception.bound).toBe(true))
    const ended = new Promise(resolve => socket.once('close', resolve))
    socket.resume()
    reception.close()
    await ended
    await vi.waitFor(() => expect(port.counters).toMatchObject({ receptions: 0, connections: 0 }))
    expect(a.events).toEqual(['connected'])
  })

  test('a connection for nobody is counted', async () => {
    const { port, number } = await mediaPort()
    const socket = await tcp(number)
    socket.write(frameForTcp(rtp(9, 0, 'xx'), 'rfc4571'))
    await vi.waitFor(() => expect(port.counters.strays).toMatchObject([{ transport: 'tcp', ssrc: 9, packets: 1 }]))
  })

  test('we connect: tried again until somebody listens, then both ways', async () => {
    const time = new FakeTime()
    const port = new MediaPort({ clock: time, timers: time, log: silentLog })
    cleanups.push(() => port.close())
    const closed = await listener(() => {})
    await new Promise(resolve => closed.server.close(resolve))
    const a = expectation(1, 'tcp')
    const reception = port.connect({ ...a.expectation, host: HOST, port: closed.port })
    const got: Buffer[] = []
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.on('data', bytes => got.push(bytes))
      socket.write(frameForTcp(rtp(1, 0, 'hello'), 'interleaved'))
    })
    await new Promise<void>(resolve => server.listen(closed.port, HOST, resolve))
    cleanups.push(() => server.close())
    await vi.waitFor(() => {
      time.advance(500)
      expect(a.packets).toEqual(['hello'])
    })
    const sender = port.openSender({ transport: 'tcp', over: reception })
    expect(sender.send(rtp(5, 0, 'back'))).toBe(true)
    await vi.waitFor(() => expect(Buffer.concat(got)).toEqual(frameForTcp(rtp(5, 0, 'back'), 'interleaved')))
    reception.close()
    expect(sender.send(rtp(5, 1, 'late'))).toBe(false)
  })

  test('we connect: gives up after four tries, a second apart', async () => {
    const time = new FakeTime()
    const port = new MediaPort({ clock: time, timers: time, log: silentLog })
    cleanups.push(() => port.close())
    const closed = await listener(() => {})
    await new Promise(resolve => closed.server.close(resolve))
    const started = time.monotonicMs()
    const a = expectation(1, 'tcp')
    port.connect({ ...a.expectation, host: HOST, port: closed.port })
    await vi.waitFor(() => {
      time.advance(100)
      expect(a.events).toEqual([expect.stringContaining('ECONNREFUSED')])
    }, 10_000)
    expect(time.monotonicMs() - started).toBeGreaterThanOrEqual(3000)
  })

  test('a receiver that does not read costs packets, not memory', async () => {
    const { port, number } = await mediaPort()
    const a = expectation(1, 'tcp', { remoteAddress: HOST })
    const reception = port.expect(a.expectation)
    const socket = await tcp(number)
    socket.pause()
    await vi.waitFor(() => expect(reception.bound).toBe(true))
    const sender = port.openSender({ transport: 'tcp', over: reception })
    const packet = rtp(5, 0, 'x'.repeat(1400))
    await vi.waitFor(() => {
      for (let n = 0; n < 5000; n++) sender.send(packet)
      expect(sender.counters.dropped).toBeGreaterThan(1000)
    })
  })
})

test('a port that is taken is said so', async () => {
  const { number } = await mediaPort()
  const other = new MediaPort({ clock: systemClock, timers: systemTimers, log: silentLog })
  await expect(other.listen(number, HOST)).rejects.toMatchObject({ code: 'PORT_IN_USE' })
})

describe('a range of ports', () => {
  async function range(ports: number) {
    const time = new FakeTime()
    // numbers nobody uses at the moment, of which the first may be odd
    const { port, number } = await mediaPort()
    await port.close()
    const first = Math.min(number, 60_000)
    const options = { clock: time, timers: time, log: silentLog, host: HOST, idleMs: 10_000 }
    const made = new PortRange({ ...options, first, last: first + 2 * ports })
    cleanups.push(() => made.close())
    return { range: made, time }
  }

  test('even ports, each for one reception, whoever sends', async () => {
    const { range: made } = await range(20)
    const [a, b] = [expectation(1, 'udp'), expectation(2, 'tcp')]
    const [one, two] = [await made.lease(a.expectation), await made.lease(b.expectation)]
    expect([one.port % 2, two.port % 2]).toEqual([0, 0])
    expect(one.port).not.toBe(two.port)
    const { socket } = await udp()
    socket.send(rtp(99, 0, 'a'), one.port, HOST)
    const connection = await tcp(two.port)
    connection.write(frameForTcp(rtp(98, 0, 'bb'), 'rfc4571'))
    await vi.waitFor(() => expect([a.packets, b.packets]).toEqual([['a'], ['bb']]))
    expect(one.reception.observed?.wrongSsrc).toBe(true)
  })

  test('ports come back after their quarantine, and are taken from who gets nothing', async () => {
    const { range: made, time } = await range(1)
    const a = expectation(1, 'udp')
    const { port, reception } = await made.lease(a.expectation)
    await expect(made.lease(a.expectation)).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
    reception.close()
    time.advance(5000)
    expect(made.leased).toBe(0)
    await expect(made.lease(a.expectation)).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
    time.advance(30_000)
    await vi.waitFor(async () => expect((await made.lease(a.expectation)).port).toBe(port))
    time.advance(16_000)
    expect(made.leased).toBe(0)
    expect(a.events).toEqual(['nothing was received'])
  })
})
