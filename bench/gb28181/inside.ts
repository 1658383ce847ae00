import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Loaded into platform and node by `--import`: SIGUSR2 prints {"event":"inside"...} with the longest stall of the event
 * loop since the last time and the memory that is in use, and begins anew.
 */
const RESOLUTION_MS = 5
/** Collecting garbage stalls by itself; counting begins after it. */
const SETTLE_MS = 50

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()

process.on('SIGUSR2', async () => {
  const [max, p99] = [delay.max, delay.percentile(99)].map(ns => Math.max(0, ns / 1e6 - RESOLUTION_MS))
  collect()
  const { heapUsed, external, rss } = process.memoryUsage() // external has the array buffers
  await setTimeout(SETTLE_MS)
  delay.reset()
  console.log(JSON.stringify({ event: 'inside', stallMs: max, delayP99Ms: p99, usedBytes: heapUsed + external, rss }))
})
