import { type ClipName, prepareClip, readClip } from '../clip.ts'
import { chunks, RtmpClient } from '../rtmp-client.ts'
import { monotonicNs, writeStamp } from '../stamp.ts'

/**
 * Publishes a clip in real time over RTMP, round after round, to one or many streams.
 *
 *   publisher.ts '{"host","port","app","names":[...],"clip","folder"}'
 *
 * stdout: {"event":"ready"} once all are publishing; on SIGTERM {"event":"result"...}. With one stream every video
 * frame carries a stamp; many streams share their bytes and carry none, so that the load stays cheap.
 */
interface Job {
  readonly host: string
  readonly port: number
  readonly app: string
  readonly names: readonly string[]
  readonly clip: ClipName
  readonly folder: string
}

/** Streams opened at a time. */
const OPENING = 20
/** Steps of the sending clock; frames are due every 40 and 21 ms. */
const TICK_MS = 2
const STAMP_AT = 12 + 5

interface Message {
  readonly dueMs: number
  readonly bytes: Buffer
  readonly video: boolean
}

interface Sender {
  readonly client: RtmpClient
  /** When the stream's time 0 was, ms of performance.now(). */
  readonly startMs: number
  next: number
  round: number
  videoFrames: number
  closed: boolean
}

const job = JSON.parse(process.argv[2] ?? '{}') as Job
const clip = readClip(await prepareClip(job.clip, job.folder))
const message = (chunkStream: number, type: number, timestampMs: number, body: Buffer) =>
  chunks({ chunkStream, type, stream: 1, timestampMs, body })
const chunkStreams: Record<number, number> = { 8: 4, 9: 6, 18: 5 }
const opening = clip.configuration.map(tag => {
  // A publisher sends its metadata behind @setDataFrame.
  const prefix = tag.type === 18 ? Buffer.from('\x02\x00\x0d@setDataFrame', 'latin1') : Buffer.alloc(0)
  return message(chunkStreams[tag.type] ?? 5, tag.type, 0, Buffer.concat([prefix, tag.body]))
})
const messages: Message[] = clip.frames.map(tag => ({
  dueMs: tag.timestampMs,
  bytes: message(chunkStreams[tag.type] ?? 5, tag.type, tag.timestampMs, tag.body),
  video: tag.type === 9,
}))
const stamped = job.names.length === 1
const senders: Sender[] = []
let sentMessages = 0
let sentBytes = 0
let lateMs = 0
let backlogBytes = 0

function send(sender: Sender, nowMs: number): void {
  const { socket } = sender.client
  const first = messages[sender.next]
  if (!first || sender.startMs + sender.round * clip.periodMs + first.dueMs > nowMs) return
  socket.cork()
  for (;;) {
    const due = messages[sender.next]
    if (!due) break
    const timestampMs = sender.round * clip.periodMs + due.dueMs
    if (sender.startMs + timestampMs > nowMs) break
    lateMs = Math.max(lateMs, nowMs - sender.startMs - timestampMs)
    // The bytes are shared and patched in place: a sender that still holds some gets a copy.
    const bytes = socket.writableLength > 0 || !stamped ? Buffer.from(due.bytes) : due.bytes
    bytes.writeUIntBE(timestampMs % 0xffffff, 1, 3)
    if (due.video && stamped) writeStamp(bytes, STAMP_AT, sender.videoFrames++, monotonicNs())
    socket.write(bytes)
    sentMessages++
    sentBytes += bytes.length
    if (++sender.next === messages.length) {
      sender.next = 0
      sender.round++
    }
  }
  socket.uncork()
  backlogBytes = Math.max(backlogBytes, socket.writableLength)
}

async function open(name: string): Promise<void> {
  const target = { host: job.host, port: job.port, app: job.app, name }
  const client = await RtmpClient.open(target)
  await client.publish(target)
  for (const bytes of opening) client.socket.write(bytes)
  const sender = { client, startMs: performance.now(), next: 0, round: 0, videoFrames: 0, closed: false }
  client.socket.on('close', () => {
    sender.closed = true
  })
  senders.push(sender)
}

const tick = setInterval(() => {
  const nowMs = performance.now()
  for (const sender of senders) if (!sender.closed) send(sender, nowMs)
}, TICK_MS)

process.on('SIGTERM', () => {
  clearInterval(tick)
  const closed = senders.filter(sender => sender.closed).length
  console.log(
    JSON.stringify({ event: 'result', messages: sentMessages, bytes: sentBytes, lateMs, backlogBytes, closed }),
  )
  process.exit(0)
})

for (let at = 0; at < job.names.length; at += OPENING) {
  await Promise.all(job.names.slice(at, at + OPENING).map(open))
}
console.log(JSON.stringify({ event: 'ready', streams: senders.length }))
