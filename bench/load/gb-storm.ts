import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/**
 * Keepalives of registered devices as fast as they are answered: the text is made once and only patched.
 *
 *   gb-storm.ts '<StormJob as JSON>'
 *
 * stdout: {"event":"result"} with how many were answered in the time.
 */
export interface StormJob {
  readonly host: string
  readonly port: number
  readonly serverId: string
  readonly firstId: string
  readonly devices: number
  readonly seconds: number
}

const SOCKETS = 8
/** Waiting for their answer at each socket: enough that the server is never idle, few enough that no buffer overflows. */
const WINDOW = 16
/** A lost one is replaced after this. */
const PATIENCE_MS = 500

const job = JSON.parse(process.argv[2] ?? '{}') as StormJob
const DOMAIN = job.serverId.slice(0, 10)
const NUMBER = '0000000000'
const IDS = Array.from({ length: job.devices }, (_, index) => String(BigInt(job.firstId) + BigInt(index)))
let sent = 0
let answered = 0
let refused = 0
let lost = 0

function keepalive(port: number, id: string, number: string): Buffer {
  const body =
    '<?xml version="1.0" encoding="GB2312"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n' +
    `<SN>${Number(number)}</SN>\r\n<DeviceID>${id}</DeviceID>\r\n<Status>OK</Status>\r\n</Notify>\r\n`
  const lines = [
    `MESSAGE sip:${job.serverId}@${DOMAIN} SIP/2.0`,
    `Via: SIP/2.0/UDP ${job.host}:${port};rport;branch=z9hG4bK${number}`,
    `From: <sip:${id}@${DOMAIN}>;tag=${number}`,
    `To: <sip:${job.serverId}@${DOMAIN}>`,
    `Call-ID: ${number}@${job.host}`,
    'CSeq: 20 MESSAGE',
    'Content-Type: Application/MANSCDP+xml',
    'Max-Forwards: 70',
    'User-Agent: IP Camera',
    `Content-Length: ${body.length}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

async function open(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
  socket.bind(0, job.host)
  await once(socket, 'listening')
  socket.connect(job.port, job.host)
  await once(socket, 'connect')
  return socket
}

/** Numbers that are unique among runs: an old branch would be answered from the transaction of before. */
let number = Math.floor(Math.random() * 1e9)

function storm(socket: Socket): void {
  let waiting = 0
  let lastMs = performance.now()
  const { port } = socket.address()
  const fill = () => {
    for (; waiting < WINDOW; waiting++) {
      const id = IDS[number % IDS.length] ?? ''
      const text = String(number++)
      socket.send(keepalive(port, id, NUMBER.slice(text.length) + text))
      sent++
    }
  }
  socket.on('message', message => {
    lastMs = performance.now()
    waiting = Math.max(0, waiting - 1)
    if (message.subarray(0, 11).toString('latin1') === 'SIP/2.0 200') answered++
    else refused++
    fill()
  })
  setInterval(() => {
    if (performance.now() - lastMs < PATIENCE_MS) return
    lost += waiting
    waiting = 0
    fill()
  }, PATIENCE_MS)
  fill()
}

const sockets = await Promise.all(Array.from({ length: SOCKETS }, open))
const cpu = process.cpuUsage()
const beganMs = performance.now()
for (const socket of sockets) storm(socket)
await new Promise(resolve => setTimeout(resolve, job.seconds * 1000))
const { user, system } = process.cpuUsage(cpu)
const seconds = (performance.now() - beganMs) / 1000
const loadCore = (user + system) / 1e6 / seconds
console.log(JSON.stringify({ event: 'result', sent, answered, refused, lost, seconds, loadCore }))
process.exit(0)
