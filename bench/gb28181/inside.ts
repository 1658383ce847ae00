import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Loaded into platform and node by `--import`: SIGUSR2 prints {"event":"inside"...} with the longest stall of the event
 * loop since the last time and the memory that is in use, and begins anew.
 */
const PERIOD_MS = 5
/** Collecting garbage stalls by itself; counting begins after it. */
const SETTLE_MS = 50

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** CPU of this thread, ms. */
function cpuMs(): number {
  const { system, user } = process.threadCpuUsage()
  return (user + system) / 1000
}

let stallMs = 0
let busyMs = 0
let last = { atMs: performance.now(), cpuMs: cpuMs() }

setInterval(() => {
  const now = { atMs: performance.now(), cpuMs: cpuMs() }
  stallMs = Math.max(stallMs, now.atMs - last.atMs - PERIOD_MS)
  // what others on this core take from us is no work of ours
  busyMs = Math.max(busyMs, now.cpuMs - last.cpuMs)
  last = now
}, PERIOD_MS).unref()

process.on('SIGUSR2', async () => {
  const seen = { stallMs, busyMs }
  collect()
  const { heapUsed, external } = process.memoryUsage() // external has the array buffers
  await setTimeout(SETTLE_MS)
  stallMs = 0
  busyMs = 0
  last = { atMs: performance.now(), cpuMs: cpuMs() }
  console.log(JSON.stringify({ event: 'inside', ...seen, usedBytes: heapUsed + external }))
})
