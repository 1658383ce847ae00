import { createServer, type Socket } from 'node:net'
import { type ClipName, prepareClip, readClip } from '../clip.ts'
import { isKeyframe } from '../flv-tags.ts'
import { monotonicNs, writeStamp } from '../stamp.ts'

/**
 * The least a Node.js process can do for HTTP-FLV viewers: the clip's tags of one window become one buffer, and that
 * buffer is written to every socket. Nobody publishes, nobody is asked for a key, nothing is counted, and a viewer who
 * is slow costs memory without bound.
 *
 *   bare-sender.ts '{"host","port","clip","folder","windowMs"}'
 */
interface Job {
  readonly host: string
  readonly port: number
  readonly clip: ClipName
  readonly folder: string
  readonly windowMs: number
}

/** Above it a larger write gains nothing: the kernel's copying is the cost. */
const MAX_WINDOW_BYTES = 500_000
/** Steps in which windows of large frames fill. */
const TICK_MS = 10
/** Tag header, then 5 bytes in front of the stamp in a video body. */
const STAMP_AT = 11 + 5

const job = JSON.parse(process.argv[2] ?? '{}') as Job
const clip = readClip(await prepareClip(job.clip, job.folder))

function tagOf(type: number, timestampMs: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(11 + body.length + 4)
  bytes[0] = type
  bytes.writeUIntBE(body.length, 1, 3)
  setTime(bytes, timestampMs)
  body.copy(bytes, 11)
  bytes.writeUInt32BE(11 + body.length, 11 + body.length)
  return bytes
}

function setTime(tag: Buffer, ms: number): void {
  tag.writeUIntBE(ms & 0xffffff, 4, 3)
  tag[7] = (ms >>> 24) & 0xff
}

const fileHeader = Buffer.from([0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0])
const opening = Buffer.concat([fileHeader, ...clip.configuration.map(({ type, body }) => tagOf(type, 0, body))])
const tags = clip.frames.map(tag => ({
  dueMs: tag.timestampMs,
  bytes: tagOf(tag.type, 0, tag.body),
  video: tag.type === 9,
  keyframe: tag.type === 9 && isKeyframe(tag),
}))

const viewers = new Set<Socket>()
/** Those who wait for a keyframe. */
const coming = new Set<Socket>()
const startNs = monotonicNs()
let next = 0
let round = 0
let videoFrames = 0
let window: Buffer[] = []
let windowBytes = 0
let keyframeAt = -1
let lastWriteMs = 0

function flush(): void {
  if (window.length === 0) return
  const bytes = Buffer.concat(window)
  for (const socket of viewers) socket.write(bytes)
  if (keyframeAt >= 0 && coming.size > 0) {
    const first = Buffer.concat([opening, bytes.subarray(keyframeAt)])
    for (const socket of coming) {
      socket.write(first)
      viewers.add(socket)
    }
    coming.clear()
  }
  window = []
  windowBytes = 0
  keyframeAt = -1
}

function fill(nowMs: number): void {
  for (;;) {
    const tag = tags[next]
    if (!tag) return
    const timeMs = round * clip.periodMs + tag.dueMs
    if (timeMs > nowMs) return
    setTime(tag.bytes, timeMs)
    if (tag.video) writeStamp(tag.bytes, STAMP_AT, videoFrames++, startNs + timeMs * 1e6)
    if (tag.keyframe) keyframeAt = windowBytes
    window.push(tag.bytes)
    windowBytes += tag.bytes.length
    // No tag twice in a window: it is patched in place.
    if (++next === tags.length) {
      next = 0
      round++
      flush()
    }
    if (windowBytes >= MAX_WINDOW_BYTES) flush()
  }
}

setInterval(() => {
  const nowMs = (monotonicNs() - startNs) / 1e6
  fill(nowMs)
  if (nowMs - lastWriteMs < job.windowMs) return
  lastWriteMs = nowMs
  flush()
}, TICK_MS)

createServer({ noDelay: true }, socket => {
  const leave = () => {
    viewers.delete(socket)
    coming.delete(socket)
  }
  socket.on('error', leave)
  socket.on('close', leave)
  // The first bytes are the request; what it asks for does not matter.
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nConnection: close\r\n\r\n')
    coming.add(socket)
    socket.resume()
  })
}).listen({ host: job.host, port: job.port, backlog: 4096 })
