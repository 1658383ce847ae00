import { get } from 'node:http'
import { type FlvTag, FlvTags, isConfiguration, isKeyframe } from '../flv-tags.ts'
import { RtmpClient } from '../rtmp-client.ts'
import { monotonicNs, readStamp } from '../stamp.ts'

/**
 * A few viewers that look at every frame: order, gaps, keyframe first, and the time a stamped frame travelled.
 *
 *   samples.ts '{"protocol":"flv"|"rtmp","host","port","app","names":[...],"paths":[...]}'
 *
 * One viewer per name (RTMP) or path (HTTP). stdout: {"event":"ready"} once each has a picture; a line on stdin
 * forgets the delays so far; SIGTERM prints {"event":"result"...}.
 */
interface Job {
  readonly protocol: 'flv' | 'rtmp'
  readonly host: string
  readonly port: number
  readonly app: string
  /** RTMP stream names, or HTTP paths with query. */
  readonly names: readonly string[]
}

/** A step of time inside a track that means that a frame is missing: one and a half video frames. */
const GAP_MS = 60

class Checker {
  frames = 0
  bytes = 0
  gaps = 0
  backward = 0
  startedWithKeyframe: boolean | null = null
  readonly delaysMs: number[] = []
  #lastMs: Record<number, number> = {}
  #lastFrame: number | null = null

  take(tag: FlvTag): void {
    if ((tag.type !== 8 && tag.type !== 9) || isConfiguration(tag)) return
    if (tag.type === 9 && (tag.body[0] ?? 0) >> 4 !== 0 && tag.body[1] !== 1) return
    this.bytes += tag.body.length
    const last = this.#lastMs[tag.type]
    this.#lastMs[tag.type] = tag.timestampMs
    if (last !== undefined && tag.timestampMs < last) this.backward++
    if (tag.type === 8) {
      if (last !== undefined && tag.timestampMs - last > GAP_MS) this.gaps++
      return
    }
    this.startedWithKeyframe ??= isKeyframe(tag)
    this.frames++
    const stamp = readStamp(tag.body)
    if (stamp && stamp.sentNs > 0) {
      if (this.#lastFrame !== null && stamp.frame !== this.#lastFrame + 1) this.gaps++
      this.#lastFrame = stamp.frame
      this.delaysMs.push((monotonicNs() - stamp.sentNs) / 1e6)
    } else if (last !== undefined && tag.timestampMs - last > GAP_MS) this.gaps++
  }
}

const job = JSON.parse(process.argv[2] ?? '{}') as Job
const checkers: Checker[] = []
let closed = 0

async function view(name: string, checker: Checker): Promise<void> {
  if (job.protocol === 'rtmp') {
    const target = { host: job.host, port: job.port, app: job.app, name }
    const client = await RtmpClient.open(target)
    client.onMessage = message => checker.take(message)
    client.socket.on('close', () => closed++)
    await client.play(target)
    return
  }
  const tags = new FlvTags(tag => checker.take(tag))
  await new Promise<void>((resolve, reject) => {
    const request = get({ host: job.host, port: job.port, path: name, agent: false }, response => {
      if (response.statusCode !== 200) reject(new Error(`${name}: status ${response.statusCode}`))
      response.on('data', (piece: Buffer) => tags.push(piece))
      response.on('close', () => closed++)
      response.on('error', () => response.destroy())
      resolve()
    })
    request.on('error', reject)
  })
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
}

process.stdin.on('data', () => {
  for (const checker of checkers) checker.delaysMs.length = 0
})
process.stdin.on('end', () => process.exit(0))
process.on('SIGTERM', () => {
  const delays = checkers.flatMap(checker => checker.delaysMs).sort((a, b) => a - b)
  const sum = (value: (checker: Checker) => number) => checkers.reduce((total, checker) => total + value(checker), 0)
  const result = {
    event: 'result',
    viewers: checkers.length,
    closed,
    frames: sum(checker => checker.frames),
    gaps: sum(checker => checker.gaps),
    backward: sum(checker => checker.backward),
    startedWithoutKeyframe: sum(checker => (checker.startedWithKeyframe === false ? 1 : 0)),
    delayMedianMs: quantile(delays, 0.5),
    delayP99Ms: quantile(delays, 0.99),
  }
  console.log(JSON.stringify(result))
  process.exit(0)
})

for (const name of job.names) {
  const checker = new Checker()
  checkers.push(checker)
  await view(name, checker)
}
const waiting = setInterval(() => {
  if (!checkers.every(checker => checker.frames > 0)) return
  clearInterval(waiting)
  console.log(JSON.stringify({ event: 'ready' }))
}, 20)
