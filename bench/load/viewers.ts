import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/**
 * The woken viewers of viewers.c for a machine without a C compiler: the same arguments, the same lines. It costs the
 * load core several times as much, so large scenarios may find the load's end before the server's.
 */
const HANDSHAKE_BYTES = 1536
const READY_BYTES = 4096
const ACK_BYTES = 2_500_000
const GRACE_MS = 2000
const RAMP_PATIENCE_MS = 10_000
const TICK_MS = 5
const MAX_OPENING = 256

class Viewer {
  bytes = 0
  ready = false
  closed = false
  joined = false
  atStart: number | null = null
  atEnd: number | null = null
  #lastMs = 0
  #greeting: Buffer[] = []
  #greeted: boolean
  #acknowledged = 0
  readonly #socket: Socket

  constructor(socket: Socket, greets: boolean) {
    this.#socket = socket
    this.#greeted = !greets
  }

  receive(bytes: Uint8Array): void {
    if (this.#greeted) this.count(bytes.length)
    else this.#greet(Buffer.from(bytes))
  }

  count(received: number): void {
    const nowMs = performance.now()
    const bytes = this.bytes + received
    if (nowMs >= startMs) this.atStart ??= this.#between(startMs, nowMs, bytes)
    if (nowMs >= endMs) this.atEnd ??= this.#between(endMs, nowMs, bytes)
    this.bytes = bytes
    this.#lastMs = nowMs
    if (!this.ready && bytes > READY_BYTES) {
      this.ready = true
      ready++
    }
    if (rtmp && bytes - this.#acknowledged >= ACK_BYTES) {
      this.#acknowledged = bytes
      const ack = Buffer.from([2, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0])
      ack.writeUInt32BE(bytes % 0x100000000, 12)
      this.#socket.write(ack)
    }
  }

  #between(atMs: number, nowMs: number, bytes: number): number {
    const share = nowMs > this.#lastMs ? (atMs - this.#lastMs) / (nowMs - this.#lastMs) : 1
    return this.bytes + (bytes - this.bytes) * Math.max(0, share)
  }

  #greet(piece: Buffer): void {
    const before = this.#greeting.reduce((sum, each) => sum + each.length, 0)
    this.#greeting.push(piece)
    const all = Buffer.concat(this.#greeting)
    if (before < 1 + HANDSHAKE_BYTES && all.length >= 1 + HANDSHAKE_BYTES) {
      this.#socket.write(Buffer.concat([all.subarray(1, 1 + HANDSHAKE_BYTES), request]))
    }
    if (all.length < 1 + 2 * HANDSHAKE_BYTES) return
    this.#greeted = true
    this.#greeting = []
    this.count(all.length - 1 - 2 * HANDSHAKE_BYTES)
  }
}

const [host = '', port = '', countText = '', rate = '', handshake = '', file = '', addresses = ''] =
  process.argv.slice(2)
const rtmp = handshake === 'rtmp'
const request = readFileSync(file)
const count = Number(countText)
const viewers: Viewer[] = []
const shared = Buffer.allocUnsafe(1 << 18)
let opening = 0
let ready = 0
let failed = 0
let closedEarly = 0
let startMs = Number.POSITIVE_INFINITY
let endMs = Number.POSITIVE_INFINITY

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function open(index: number): void {
  opening++
  const socket = connect({
    host,
    port: Number(port),
    localAddress: `127.0.0.${1 + (index % Number(addresses))}`,
    noDelay: true,
    onread: {
      buffer: shared,
      callback: (length, buffer) => {
        viewer.receive(buffer.subarray(0, length))
        return true
      },
    },
  })
  const viewer = new Viewer(socket, rtmp)
  viewers.push(viewer)
  let connecting = true
  const connected = () => {
    if (connecting) opening--
    connecting = false
  }
  socket.once('connect', () => {
    connected()
    socket.write(rtmp ? Buffer.concat([Buffer.from([3]), Buffer.alloc(HANDSHAKE_BYTES)]) : request)
  })
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    connected()
    viewer.closed = true
    if (viewer.ready) closedEarly++
    else failed++
  })
}

/** Everybody is connected, or nobody new for long. */
async function ramp(): Promise<void> {
  const beganMs = performance.now()
  let progressMs = beganMs
  let seen = 0
  while (ready + failed < count && performance.now() - progressMs < RAMP_PATIENCE_MS) {
    const due = Math.min(count, ((performance.now() - beganMs) / 1000) * Number(rate))
    while (viewers.length < due && opening < MAX_OPENING) open(viewers.length)
    if (ready + failed !== seen) progressMs = performance.now()
    seen = ready + failed
    await new Promise(resolve => setTimeout(resolve, TICK_MS))
  }
  print({ event: 'ready', ready, failed, seconds: (performance.now() - beganMs) / 1000 })
}

async function measure(seconds: number): Promise<void> {
  for (const viewer of viewers) {
    viewer.joined = viewer.ready && !viewer.closed
    viewer.atStart = null
    viewer.atEnd = null
  }
  startMs = performance.now()
  endMs = startMs + seconds * 1000
  const before = process.cpuUsage()
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  const { user, system } = process.cpuUsage(before)
  print({ event: 'end' })
  await new Promise(resolve => setTimeout(resolve, GRACE_MS))
  const joined = viewers.filter(viewer => viewer.joined)
  const each = joined
    .map(viewer => (viewer.atEnd ?? viewer.bytes) - (viewer.atStart ?? viewer.bytes))
    .sort((a, b) => a - b)
  print({
    event: 'result',
    viewers: joined.length,
    bytes: Math.round(each.reduce((sum, bytes) => sum + bytes, 0)),
    minBytes: each[0] ?? 0,
    p1Bytes: each[Math.floor(each.length / 100)] ?? 0,
    medianBytes: each[Math.floor(each.length / 2)] ?? 0,
    maxBytes: each.at(-1) ?? 0,
    stalled: joined.filter(viewer => viewer.atEnd === null).length,
    closed: closedEarly,
    failed,
    cpuSeconds: (user + system) / 1e6,
  })
}

const commands = createInterface({ input: process.stdin })
commands.on('line', line => {
  const seconds = /^measure (\S+)$/.exec(line)?.[1]
  if (seconds) void measure(Number(seconds))
})
commands.on('close', () => process.exit(0))
await ramp()
